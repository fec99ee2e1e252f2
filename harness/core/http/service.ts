import type { Handler } from "./handler.ts";

/**
 * What a mount serves: the two things that a client does to a server. While it connects, the
 * host and the endpoint are known but there is no body yet, so a fault that breaks connections
 * (DNS, refusal, TLS, a lost SYN) cannot depend on the grant or the user.
 *
 * @example
 * const service: Service = {
 *   connect: () => Promise.resolve(),
 *   handle: () => Promise.resolve(new Response("{}", { status: 503 })),
 * };
 */
export interface Service {
  /**
   * The client opens a connection in order to send `attempt` (its body is not there yet).
   * Resolves once it is open; rejects with a `NetworkFault` when it fails.
   */
  readonly connect: (attempt: Request) => Promise<void>;
  /** The client sends the request on that connection. */
  readonly handle: Handler;
}
