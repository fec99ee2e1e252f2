/**
 * What the mounts msw and nock have in common: once their library answers for this process,
 * its own `fetch` is the client's way in, nothing else leaves, and all of it is undone at the end.
 */
import type { InProcessTransport } from "./in-process-transport.ts";
import type { Mounted, MountContext } from "./mount.ts";
import { startTimeoutsOfMockedSockets } from "./mocked-sockets.ts";
import { installNetworkGuard } from "./network-guard.ts";
import { patchFetch } from "./patched-fetch.ts";

/** Takes the process over for a library that already answers; `release` takes that library away again. */
export function takeProcess(
  context: MountContext,
  { transport, release }: { readonly transport: InProcessTransport; readonly release: () => void },
): Mounted {
  const unpatchFetch = patchFetch();
  const guard = installNetworkGuard(context);
  const stopTimeouts = startTimeoutsOfMockedSockets();
  const { fetch } = globalThis;
  return {
    fetch: (request) => fetch(request, { redirect: "manual" }),
    reachesProcess: true,
    stop: () => {
      stopTimeouts();
      guard.restore();
      unpatchFetch();
      release();
      transport.stop();
      return Promise.resolve();
    },
  };
}
