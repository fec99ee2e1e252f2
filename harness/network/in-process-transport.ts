/**
 * Carries requests to the service without a network stack: connect, handle, deliver, under one hold. The
 * mounts `direct`, `msw` and `nock` translate it into what their clients call; what a
 * socket would have done to the request is thrown as Node's own error.
 */
import { createRequest } from "../core/http/message.ts";
import { NetworkFault } from "../core/http/network-fault.ts";
import { deliver, type DeliveryContext } from "./deliver.ts";
import type { MountContext } from "./mount.ts";
import { connectionError, headersTimeoutError } from "./node-errors.ts";
import { createResponseTimeout } from "./response-timeout.ts";
import { isServedUrl, unmockedUrl } from "./served-hosts.ts";

export interface InProcessTransport {
  /**
   * Sends a request. Rejects with the error of Node's stack (a `NodeError`), with the
   * reason of the request's abort, or with a `HarnessError` for an unmocked host. `client` is
   * what sends it, by default that of the current call.
   */
  readonly send: (request: Request, client?: "fetch" | "http") => Promise<Response>;
  readonly stop: () => void;
}

/**
 * The transport to the service of a mount, until `stop`. `clientOf` says what sends the
 * request of the current call: `fetch` gives up after a while, `node:http` waits forever.
 */
export function createInProcessTransport(
  context: MountContext,
  clientOf: () => "fetch" | "http" = () => "fetch",
): InProcessTransport {
  const { service, clock, gate } = context;
  const timeout = createResponseTimeout(clock);

  const exchange = async (request: Request): Promise<Response> => {
    try {
      await service.connect(connectionAttempt(request));
      return await service.handle(request);
    } catch (error) {
      const isExpected = error instanceof NetworkFault || request.signal.aborted;
      if (!isExpected) context.onHarnessError?.(error);
      throw error;
    }
  };

  /** Settles with the exchange, or earlier when the client gives up. */
  const untilGivenUp = (
    request: Request,
    { hold, client }: Pick<DeliveryContext, "hold" | "client">,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { signal } = request;
      const abort = (): void => reject(signal.reason as Error);
      const answered =
        client === "fetch" ? timeout.begin(() => reject(headersTimeoutError())) : () => undefined;
      const settle = (): void => {
        answered();
        signal.removeEventListener("abort", abort);
      };
      signal.addEventListener("abort", abort, { once: true });
      hold
        .run(() => exchange(request))
        .finally(settle)
        .then(resolve, reject);
    });

  return {
    async send(request, client = clientOf()) {
      request.signal.throwIfAborted();
      const url = new URL(request.url);
      if (!isServedUrl(url)) {
        const error = unmockedUrl(url);
        context.onHarnessError?.(error);
        throw error;
      }
      const hold = gate.hold();
      try {
        const response = await untilGivenUp(request, { hold, client });
        return await deliver(response, { clock, hold, request, client });
      } catch (error) {
        hold.release();
        if (error instanceof NetworkFault) throw connectionError(error);
        throw error;
      }
    },
    stop: () => timeout.stop(),
  };
}

/** What is known of a request before its connection stands: method and address, no header and no body. */
export function connectionAttempt({
  method,
  url,
}: {
  readonly method: string;
  readonly url: string;
}): Request {
  return createRequest(url, { method });
}
