/**
 * What a mount hangs under an HTTP stack: the two things a client does to a server.
 * A connection knows the host and the path's endpoint, but no body yet, so what breaks
 * connections (DNS, refusal, TLS, a lost SYN) cannot be told apart by grant or user.
 */
import type { Handler } from "./handler.ts";

export interface Service {
  /**
   * The client opens a connection in order to send `attempt` (its body is not there yet).
   * Resolves when it stands; rejects with a `NetworkFault` when it fails.
   */
  readonly connect: (attempt: Request) => Promise<void>;
  /** The client sends the request on that connection. */
  readonly handle: Handler;
}
