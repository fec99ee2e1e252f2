/**
 * A mount for pages with a second way in: for the server that serves them. Its requests get the
 * layers of the pages' requests, so that both are in one history, and meet the same faults.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Mount, MountContext } from "../../network/mount.ts";
import { isAllowed } from "../../network/suite.ts";
import type { RequestOrigin } from "../../runner/live/request-origin.ts";
import { packagedAuthority } from "../../network/way-in/authority.ts";
import { createInstances } from "../../serve/instances.ts";
import { createSocketClients } from "../../network/way-in/socket-clients.ts";
import { startWayIn } from "../../network/way-in/way-in.ts";
import { whileTaken } from "./while-taken.ts";

export interface ServerMount {
  readonly mount: Mount;
  /** Where a request comes from that a server has sent; undefined for one of a page. To be called while it is handled. */
  readonly originOf: () => RequestOrigin | undefined;
  /** How many requests of servers are being worked on. */
  readonly underway: () => number;
  /** Hosts that a server asked and that are neither simulated nor allowed. */
  readonly refusedHosts: () => ReadonlySet<string>;
}

/** The mount for pages, which also takes requests of servers at that port of this machine. */
export function createServerMount(pages: Mount, port: number): ServerMount {
  const instances = createInstances();
  const clientOf = createSocketClients();
  const asking = new AsyncLocalStorage<string>();
  const refused = new Set<string>();
  let underway = 0;
  const open = (context: MountContext) => {
    const { service, clock, gate, suite } = context;
    return startWayIn({
      listen: { host: "127.0.0.1", port },
      authority: packagedAuthority(),
      service,
      clock,
      gate,
      clientOf,
      causeOf: instances.causeOf,
      async causedBy({ client }, work) {
        underway += 1;
        try {
          return await asking.run(client, work);
        } finally {
          underway -= 1;
        }
      },
      // So that each request meets every fault of connections.
      keepsConnections: () => false,
      passes: (host) => isAllowed(suite, host),
      onRefused: (host) => void refused.add(host),
      onHarnessError: (error) => context.onHarnessError?.(error),
      failing: new WeakMap(),
    });
  };
  return {
    mount: {
      ...pages,
      async start(context) {
        const mounted = await pages.start(context);
        try {
          const wayIn = await whileTaken(port, () => open(context));
          return {
            ...mounted,
            async stop() {
              await wayIn.stop();
              await mounted.stop();
            },
          };
        } catch (error) {
          await mounted.stop();
          throw error;
        }
      },
    },
    originOf() {
      const client = asking.getStore();
      if (client === undefined) return undefined;
      return { tab: client, window: client, isChild: false, server: client };
    },
    underway: () => underway,
    refusedHosts: () => refused,
  };
}
