/** Which runs under the https mount keep connections open: those in which no fault can break one. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it } from "vitest";
import { loadScenario } from "../../scenarios/find-scenario.ts";
import { loadClient } from "../clients/registry.ts";
import { runScenario } from "./run.ts";

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
