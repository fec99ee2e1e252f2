/**
 * The mount without a network stack: a client that takes a transport is handed `fetch`.
 * It is the fastest by a factor of a hundred and fails as Node's global fetch would; what
 * it cannot show is what a client does with sockets of its own.
 */
import { HarnessError } from "../errors.ts";
import { createExchange } from "./exchange.ts";
import type { Mount } from "./mount.ts";
import { installNetworkGuard } from "./network-guard.ts";
import { fetchFailed } from "./node-errors.ts";

export const mount: Mount = {
  name: "direct",
  quietTurns: 1,
  start: (context) => {
    const exchange = createExchange(context);
    const guard = installNetworkGuard(context);
    return Promise.resolve({
      fetch: (request) => exchange.send(request).catch((error: unknown) => rethrow(error, request)),
      reachesProcess: false,
      stop: () => {
        guard.restore();
        exchange.stop();
        return Promise.resolve();
      },
    });
  },
};

/** As global fetch reports it: an abort by its own reason, everything of the network as "fetch failed". */
function rethrow(error: unknown, request: Request): never {
  if (request.signal.aborted && error === request.signal.reason) throw error;
  if (error instanceof HarnessError || (error instanceof Error && "code" in error)) throw fetchFailed(error);
  throw error;
}
