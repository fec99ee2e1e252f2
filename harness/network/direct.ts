/**
 * The mount without a network stack: a client that takes a transport is handed `fetch`.
 * It is the fastest by a factor of a hundred and fails as Node's global fetch would; what
 * it cannot show is what a client does with sockets of its own.
 */
import { createInProcessTransport } from "./in-process-transport.ts";
import type { Mount } from "./mount.ts";
import { installNetworkGuard } from "./network-guard.ts";
import { asFetchError } from "./patched-fetch.ts";

/** The mount `direct`. */
export const mount: Mount = {
  name: "direct",
  quietTurns: 1,
  start: (context) => {
    const transport = createInProcessTransport(context);
    const guard = installNetworkGuard(context);
    return Promise.resolve({
      fetch: (request) =>
        transport.send(request).catch((error: unknown) => {
          throw asFetchError(error, request.signal);
        }),
      reachesProcess: false,
      stop: () => {
        guard.restore();
        transport.stop();
        return Promise.resolve();
      },
    });
  },
};
