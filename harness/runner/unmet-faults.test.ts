/** Faults that real clients do not meet, as a run's header and verdict report them. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../core/time/duration.ts";
import type { FaultPlan } from "../faults/plan.ts";
import { discoveryDown, outage, throttled, tokenServerError } from "../faults/presets.ts";
import { judgeHistory, verdictOf } from "../rules/rules.ts";
import { daemonToken, run } from "../../test/support/run.ts";
import type { Scenario } from "./scenario.ts";

/** A daemon with MSAL that starts anew every 40 minutes for two hours, and needs a token each time. */
async function play(faults: FaultPlan, more: Partial<Scenario> = {}) {
  const { history } = await run(
    async ({ open, clock }) => {
      const daemon = await open({ app: "nightly-daemon" });
      for (let minute = 0; minute <= 120; minute += 40) {
        await clock.until(minutes(minute));
        await daemon.attempt(daemonToken);
        await daemon.restart();
      }
    },
    { faults, ...more },
  );
  const findings = judgeHistory(history);
  return {
    unmet: history.header.unmetFaults,
    verdict: verdictOf(findings),
    says: findings.find(({ rule }) => rule === "fault-met")?.message,
  };
}

const secondHour = { from: minutes(50), for: hours(1) };

describe("a fault that no request met", () => {
  it("is named, and the run inconclusive: metadata, of which MSAL has a copy", async () => {
    expect(await play([discoveryDown(secondHour)])).toEqual({
      unmet: [{ id: "discovery-down", why: "no-request" }],
      verdict: "inconclusive",
      says: "No request met the fault discovery-down (instance-discovery, openid-configuration at primary), active from +50m to +1h 50m.",
    });
  });

  it.each<[string, FaultPlan, object[]]>([
    [
      "after the end of the script",
      [throttled({ from: hours(3), for: hours(1) })],
      [{ id: "throttled", why: "never-open" }],
    ],
    [
      "beside one that was met",
      [throttled({ from: 0, for: minutes(1) }), discoveryDown(secondHour)],
      [{ id: "discovery-down", why: "no-request" }],
    ],
    [
      "whose count lets every request pass",
      [{ ...throttled(secondHour), after: 50 }],
      [{ id: "throttled", why: "none-taken" }],
    ],
    [
      "whose chance is too small",
      [{ ...throttled(secondHour), chance: 0 }],
      [{ id: "throttled", why: "none-taken" }],
    ],
    [
      "behind an outage that answers first",
      [outage(secondHour), tokenServerError(secondHour)],
      [{ id: "token-server-error", why: "no-request" }],
    ],
    [
      "of the length zero",
      [throttled({ from: minutes(1), for: 0 })],
      [{ id: "throttled", why: "never-open" }],
    ],
  ])("is named %s", async (_, faults, unmet) => {
    expect(await play(faults)).toMatchObject({ unmet });
  });

  it("is named at the backup, which is not asked while the primary works", async () => {
    const atBackup = { ...tokenServerError(secondHour), at: "backup" as const };
    const settings = { backup: "2026-03" } as const;
    expect(await play([atBackup], { settings })).toMatchObject({
      unmet: [{ id: "token-server-error", why: "no-request" }],
    });
  });
});

it("a fault that took a request is not named", async () => {
  const { unmet, says } = await play([tokenServerError(secondHour)]);
  expect([unmet, says]).toEqual([undefined, undefined]);
});
