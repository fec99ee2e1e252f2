/** MSAL and azure-identity for Python behind their drivers; skipped where `brownout drivers` says that it is not installed. */
import { expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { hours, minutes, seconds } from "../../core/time/duration.ts";
import { throttled } from "../../faults/presets.ts";
import { runScenario } from "../../runner/run.ts";
import type { Scenario } from "../../runner/scenario.ts";
import { graph, only, scenario } from "../../../test/support/run.ts";
import { loadClient } from "../registry.ts";

const installed = (name: string) =>
  loadClient(name, { needs: [] }).catch((error: unknown) => {
    if (error instanceof HarnessError && error.code === "client-not-installed") return undefined;
    throw error;
  });
const client = await installed("msal-python");
const azure = await installed("azure-identity-python");
const go = await installed("msal-go");

async function play(script: Scenario["script"], more: Partial<Scenario> = {}, of = client) {
  if (of === undefined) throw new Error("not installed");
  return runScenario(scenario(script, more), { client: of, mount: "program", seed: "1" });
}

const SLOW = { timeout: 600_000 };
const token = {
  flow: "client-credentials",
  scopes: ["https://graph.microsoft.com/.default"],
} as const;

it.skipIf(client === undefined)("signs in and refreshes across days", SLOW, async () => {
  const outcome = await play(async ({ open, world, clock }) => {
    const user = world.user("adele");
    const portal = await open({ app: "portal", cache: "persisted" });
    await portal.acquire({ flow: "authorization-code", scopes: graph, user });
    await clock.sleep(hours(70));
    await portal.restart();
    await portal.acquire({ flow: "silent", scopes: graph, user });
  });
  expect(outcome.simulatedMs).toBeGreaterThanOrEqual(hours(70));
  const ends = only(outcome, "operation-completed");
  expect(ends.map((end) => end.outcome)).toEqual(["ok", "ok"]);
  expect(ends.every((end) => end.outcome === "ok" && end.token !== undefined)).toBe(true);
});

it.skipIf(client === undefined)("is throttled, and asks again only later", SLOW, async () => {
  const outcome = await play(
    async ({ open, clock }) => {
      const daemon = await open({ app: "nightly-daemon" });
      await daemon.attempt(token);
      await clock.sleep(seconds(30));
      await daemon.attempt(token);
      await clock.sleep(minutes(5));
      await daemon.attempt(token);
    },
    { faults: [throttled({ from: 0, for: minutes(3) })] },
  );
  const asked = only(outcome, "exchange-began").filter(({ endpoint }) => endpoint === "token");
  expect(asked.map(({ operation }) => operation)).toEqual([1, 3]);
});

it.skipIf(client === undefined)(
  "meets a reset as it is, and not as its proxy's",
  SLOW,
  async () => {
    const outcome = await play(
      async ({ open }) => void (await (await open({ app: "nightly-daemon" })).attempt(token)),
      {
        faults: [
          {
            id: "reset",
            at: "edge",
            on: ["token"],
            from: 0,
            for: minutes(3),
            effect: { kind: "reset" },
          },
        ],
      },
    );
    const asked = only(outcome, "exchange-began").filter(({ endpoint }) => endpoint === "token");
    expect(asked).toHaveLength(1);
    expect(only(outcome, "operation-completed")).toMatchObject([
      { outcome: "fail", error: { name: "ConnectionError" } },
    ]);
  },
);

it.skipIf(azure === undefined)(
  "gives a request up after the time-out of its library, in the time of the scenario",
  SLOW,
  async () => {
    const outcome = await play(
      async ({ open }) => void (await (await open({ app: "nightly-daemon" })).attempt(token)),
      {
        faults: [
          {
            id: "hang",
            at: "primary",
            on: ["token"],
            from: 0,
            for: minutes(30),
            effect: { kind: "hang" },
          },
        ],
      },
      azure,
    );
    const tokenRequests = new Set(
      only(outcome, "exchange-began")
        .filter(({ endpoint }) => endpoint === "token")
        .map(({ exchange }) => exchange),
    );
    const ends = only(outcome, "exchange-ended").filter(({ exchange }) =>
      tokenRequests.has(exchange),
    );
    expect(ends.map(({ end }) => end.kind)).toEqual(Array(4).fill("abandoned"));
    // Four times the 300 s of azure-core, and its pauses of 1.6 and 3.2 s.
    expect(outcome.simulatedMs).toBeGreaterThanOrEqual(minutes(20));
    expect(outcome.simulatedMs).toBeLessThan(minutes(21));
  },
);

it.skipIf(go === undefined)(
  "has the timers of MSAL Go in the time of the scenario (skipped where drivers/go/build.sh was not run)",
  SLOW,
  async () => {
    const hang = { kind: "hang" } as const;
    const outcome = await play(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        await daemon.attempt(token);
        await clock.sleep(hours(30));
        await daemon.attempt(token);
      },
      {
        faults: [
          { id: "hang", at: "primary", on: ["token"], from: 0, for: hours(1), effect: hang },
        ],
      },
      go,
    );
    const ends = only(outcome, "operation-completed");
    expect(ends.map(({ outcome: end }) => end)).toEqual(["fail", "ok"]);
    // MSAL Go gives a request 30 s.
    expect(outcome.simulatedMs).toBeGreaterThanOrEqual(hours(30) + seconds(30));
    expect(outcome.simulatedMs).toBeLessThan(hours(30) + seconds(40));
  },
);
