/**
 * A fleet at a service whose capacity collapses: clients that prolong the collapse fail, clients
 * that wait pass, and whether the service recovers depends on the client.
 */
import { describe, expect, it, vi } from "vitest";
import { judgeHistory } from "../harness/rules/rules.ts";
import { createBareFetch } from "../harness/clients/reference/bare-fetch.ts";
import type { ClientDefect } from "../harness/clients/reference/client-defects.ts";
import type { ClientUnderTest } from "../harness/clients/client.ts";
import { loadMsalNode } from "../harness/clients/msal-node/msal-node.ts";
import { minutes, seconds } from "../harness/core/time/duration.ts";
import { outage, overloadedOnReturn } from "../harness/faults/presets.ts";
import type { ExchangeEnded, History } from "../harness/history/event.ts";
import { runScenario } from "../harness/runner/run.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";
import { capacityCollapse, capacityCollapseRampedUp } from "./capacity-collapse.ts";
import { runFleet } from "./fleet.ts";

// Sixty thousand events take a minute on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

/** Sixty daemons that start in an outage of five minutes; the run ends ten minutes after it. */
function smallFleet(retryEveryMs: number): Scenario {
  return defineScenario({
    ...capacityCollapse,
    name: "small-fleet",
    asserts: ["recovery", "retry-storm"],
    faults: [
      outage({ from: 0, for: minutes(5) }),
      overloadedOnReturn({ from: 0, for: minutes(20), requests: 15, perMs: seconds(10) }),
    ],
    // A token and the metadata for each instance.
    limits: { recoveryWithinMs: minutes(8), recoveryRequestsPerMinuteMax: 120 },
    script: (context) =>
      runFleet(context, {
        instances: 60,
        open: (number) => ({ app: "nightly-daemon", process: `instance ${number}` }),
        request: daemonToken,
        startsOverMs: minutes(1),
        everyMs: minutes(1),
        retryEveryMs,
        untilMs: minutes(15),
      }),
  });
}

async function historyOf(
  scenario: Scenario,
  client: ClientUnderTest,
  seed = "1",
): Promise<History> {
  return (await runScenario(scenario, { client, mount: "direct", seed })).history;
}

async function verdictsOf(defect: ClientDefect | undefined, retryEveryMs: number) {
  const history = await historyOf(smallFleet(retryEveryMs), createBareFetch(defect));
  return Object.fromEntries(judgeHistory(history).map(({ rule, verdict }) => [rule, verdict]));
}

describe("a fleet that returns to a service with limited capacity", () => {
  it("passes when each instance backs off", async () => {
    const verdicts = await verdictsOf(undefined, seconds(10));
    expect(verdicts).toMatchObject({ recovery: "pass", "retry-storm": "pass" });
  });

  it.each<[ClientDefect, number]>([
    ["ignores-retry-after", seconds(10)],
    ["tight-loop", seconds(30)],
    ["never-recovers", seconds(10)],
  ])("of bare-fetch-%s is caught by recovery", async (defect, retryEveryMs) => {
    expect(await verdictsOf(defect, retryEveryMs)).toMatchObject({ recovery: "fail" });
  });

  it.each<[ClientDefect, number]>([
    ["ignores-retry-after", seconds(10)],
    ["tight-loop", seconds(30)],
  ])("of bare-fetch-%s is caught by retry-storm", async (defect, retryEveryMs) => {
    expect(await verdictsOf(defect, retryEveryMs)).toMatchObject({ "retry-storm": "fail" });
  });

  it("gives the same history twice for one seed, and another for another seed", async () => {
    const [one, same, other] = [
      await historyOf(smallFleet(seconds(20)), createBareFetch("ignores-retry-after")),
      await historyOf(smallFleet(seconds(20)), createBareFetch("ignores-retry-after")),
      await historyOf(smallFleet(seconds(20)), createBareFetch("ignores-retry-after"), "2"),
    ];
    expect(JSON.stringify(same)).toBe(JSON.stringify(one));
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(one));
    expect(shedOf(other).length).toBe(shedOf(one).length);
  });
});

describe("the incident of 2026-02-03, with the real msal-node", () => {
  it("starts healthy, collapses on return, and recovers because clients honour Retry-After", async () => {
    const history = await historyOf(capacityCollapse, await loadMsalNode());
    expect(servedIn(history, 0, 1)).toBe(12);
    expect(shedIn(history, 0, 62)).toBe(0);
    expect(servedIn(history, 62, 63)).toBe(3);
    expect(shedIn(history, 62, 63)).toBe(9);
    expect(servedIn(history, 63, 72)).toBe(9);
    expect(shedIn(history, 72, 82)).toBe(0);
  });

  it("stays collapsed as long as the same fleet keeps retrying", async () => {
    const history = await historyOf(capacityCollapse, createBareFetch("ignores-retry-after"));
    expect(servedIn(history, 63, 82)).toBe(0);
    expect(shedIn(history, 81, 82)).toBe(54);
  });

  it("ends when the operators ramp traffic up, although the fleet keeps retrying", async () => {
    const client = createBareFetch("ignores-retry-after");
    const history = await historyOf(capacityCollapseRampedUp, client);
    expect(servedIn(history, 63, 67)).toBe(0);
    expect(servedIn(history, 67, 77)).toBe(9);
    expect(shedIn(history, 72, 82)).toBe(0);
  });
});

function shedOf(history: History): readonly ExchangeEnded[] {
  return answersOf(history).filter(({ faults = [] }) => faults.includes("overloaded-on-return"));
}

function answersOf({ events }: History): readonly ExchangeEnded[] {
  return events.filter((event): event is ExchangeEnded => event.kind === "exchange-ended");
}

/** How many token requests were served from one minute to another. */
function servedIn(history: History, from: number, to: number): number {
  const good = answersOf(history).filter(({ issued }) => issued !== undefined);
  return within(good, history, { from, to });
}

function shedIn(history: History, from: number, to: number): number {
  return within(shedOf(history), history, { from, to });
}

function within(
  answers: readonly ExchangeEnded[],
  { header: { startedAt } }: History,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  return answers.filter(({ at }) => at >= startedAt + minutes(from) && at < startedAt + minutes(to))
    .length;
}
