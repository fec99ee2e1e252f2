/**
 * The mount without a network stack: a client that takes a transport is handed one. It is the
 * fastest by a factor of a hundred and fails as Node's global fetch would, or as `node:http` for a
 * client that says it uses that; what it cannot show is what a client does with sockets of its own.
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
      fetch: (request, stack = "fetch") =>
        transport.send(request, stack).catch((error: unknown) => {
          throw stack === "fetch" ? asFetchError(error, request.signal) : error;
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
