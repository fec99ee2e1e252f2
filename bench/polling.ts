/** The scenario that benchmarks run: web apps whose user asks silently, every few minutes, for hours. */
import { poll } from "../harness/clients/calling-patterns.ts";
import type { ClientUnderTest } from "../harness/clients/client.ts";
import { hours } from "../harness/core/time/duration.ts";
import { loadMsalNode } from "../harness/clients/msal-node/msal-node.ts";
import { runScenario } from "../harness/runner/run.ts";
import { defineScenario } from "../harness/runner/scenario.ts";

export interface Polling {
  readonly clients: number;
  readonly hours: number;
  readonly everyMs: number;
  /** How long access tokens live; default an hour. */
  readonly tokenSeconds?: number;
}

const SCOPES = ["https://graph.microsoft.com/User.Read"];

/** Through the direct mount, recorded and all; resolves to the number of operations. */
export async function runPolling(polling: Polling): Promise<number> {
  const client: ClientUnderTest = await loadMsalNode();
  const scenario = defineScenario({
    name: "bench-polling",
    title: "Polling",
    story: { standsFor: "load", asserts: "nothing", failureMeans: "nothing", fix: "nothing" },
    needs: [],
    asserts: [],
    faults: [],
    settings: {
      accessTokenLifetimeSeconds: polling.tokenSeconds ?? 3_600,
      refreshIn: "never",
      signInPage: "automatic",
    },
    async script({ clock, open, world }) {
      const user = world.user("adele");
      const silent = { flow: "silent", scopes: SCOPES, user } as const;
      const portals = await Promise.all(
        Array.from({ length: polling.clients }, () => open({ app: "portal" })),
      );
      for (const portal of portals)
        await portal.acquire({ flow: "authorization-code", scopes: SCOPES, user });
      const options = { clock, everyMs: polling.everyMs, forMs: hours(polling.hours) };
      await Promise.all(portals.map((portal) => poll(portal, silent, options)));
    },
  });
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "bench" });
  return history.events.filter(({ kind }) => kind === "operation-completed").length;
}
