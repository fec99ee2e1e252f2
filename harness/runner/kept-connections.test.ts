/** Which runs under the https mount keep connections open: those in which no fault can break one. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it } from "vitest";
import { loadScenario } from "../../scenarios/find-scenario.ts";
import { loadClient } from "../clients/registry.ts";
import { minutes } from "../core/time/duration.ts";
import { throttled } from "../faults/presets.ts";
import { scenario } from "../../test/support/run.ts";
import { runScenario, type RunOutcome } from "./run.ts";

/** How many connections and requests a run of the scenario makes. */
async function countsOf(name: string): Promise<{ connections: number; requests: number }> {
  const counts = { connections: 0, requests: 0 };
  const countConnection = (): void => void (counts.connections += 1);
  const countRequest = (): void => void (counts.requests += 1);
  subscribe("net.server.socket", countConnection);
  subscribe("http.server.request.start", countRequest);
  try {
    const scenario = await loadScenario(name);
    const client = await loadClient("msal-node", scenario);
    await runScenario(scenario, { client, mount: "https", seed: "1" });
  } finally {
    unsubscribe("net.server.socket", countConnection);
    unsubscribe("http.server.request.start", countRequest);
  }
  return counts;
}

it("a run whose faults are answers sends several requests on a connection", async () => {
  const { connections, requests } = await countsOf("token-throttled");
  expect(connections).toBeLessThan(requests);
});

it("a run whose faults break connections makes one for each request", async () => {
  const { connections, requests } = await countsOf("token-refused");
  expect(requests).toBeGreaterThan(0);
  expect(connections).toBe(requests);
});

it("two runs with one seed have one history, though their requests are made at once", async () => {
  const token = (scope: string, isPost: boolean): Promise<Response> =>
    fetch("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", {
      method: isPost ? "POST" : "GET",
      ...(isPost ? { body: new URLSearchParams({ grant_type: "client_credentials", scope }) } : {}),
    });
  const wanted = scenario(
    async ({ operate, clock }) => {
      for (let round = 0; round < 6; round += 1) {
        const names = ["one", "two", "three", "four"];
        // Those with a body reach their connection a little later than those without.
        await Promise.all(
          names.map((name, at) =>
            operate(`${name} ${round}`, async () => {
              const answer = await token(`${name}-${round}`, (at + round) % 2 === 0);
              return { status: answer.status, text: await answer.text() };
            }).catch(() => undefined),
          ),
        );
        await clock.sleep(round * 1_000);
      }
    },
    { faults: [{ ...throttled({ from: 0, for: minutes(4) }), chance: 0.5 }] },
  );
  const play = async (): Promise<RunOutcome> =>
    runScenario(wanted, { client: await loadClient(undefined, wanted), mount: "https", seed: "1" });
  const { history } = await play();
  const taken = history.events.flatMap((event) =>
    event.kind === "exchange-ended" ? [event.faults?.length ?? 0] : [],
  );
  expect(new Set(taken)).toEqual(new Set([0, 1]));
  for (let again = 0; again < 3; again += 1) expect((await play()).history).toEqual(history);
});
