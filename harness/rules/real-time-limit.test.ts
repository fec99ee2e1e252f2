import { describe, expect, it } from "vitest";
import { buildRun } from "../../test/support/run-builder.ts";
import type { History } from "../history/event.ts";
import { realTimeLimit } from "./real-time-limit.ts";
import { judgeHistory, verdictOf } from "./rules.ts";

const what = "an answer from 127.0.0.1:5432";

/** The history, and an event at its end: time went on without a database while these operations were open. */
function abandonedIn({ header, events }: History, operations: readonly number[]): History {
  const last = events.at(-1);
  const event = {
    kind: "wait-abandoned",
    wait: "socket",
    what,
    limitMs: 5_000,
    operations,
    index: events.length,
    at: last?.at ?? header.startedAt,
  } as const;
  return { header, events: [...events, event] };
}

/** Two calls; the second asks again two minutes before Retry-After allows it. */
function impatient(asserts: readonly string[] = []): History {
  const run = buildRun({ asserts });
  const first = run.operation();
  run.exchange({ by: first, status: 429, retryAfter: 180 });
  first.fails();
  run.after(60_000);
  const second = run.operation();
  run.exchange({ by: second, status: 429, retryAfter: 180 });
  second.fails();
  return run.history();
}

const failed = (history: History): string[] =>
  judgeHistory(history).flatMap(({ rule, verdict }) => (verdict === "fail" ? [rule] : []));

describe("real-time-limit", () => {
  it("passes when no call waited for the machine too long", () => {
    expect(realTimeLimit.judge(impatient())).toMatchObject({ verdict: "pass" });
    expect(realTimeLimit.precondition?.(impatient())).toBe(false);
  });

  it("is inconclusive without a call", () => {
    expect(realTimeLimit.judge(buildRun().history())).toMatchObject({ verdict: "inconclusive" });
  });

  it("names what time went on without, though no scenario asserts it", () => {
    const [finding] = judgeHistory(abandonedIn(impatient(), [1, 2])).filter(
      ({ rule }) => rule === "real-time-limit",
    );
    expect(finding).toMatchObject({ verdict: "inconclusive" });
    expect(finding?.message).toBe(
      `Time went on 1m in without ${what}, which took longer than 5s of real time.`,
    );
  });

  it("shows the ends of the calls, and counts the waits", () => {
    const { events } = impatient();
    const ends = events.filter(({ kind }) => kind === "operation-completed");
    expect(realTimeLimit.judge(impatient()).evidence).toEqual(ends.map(({ index }) => index));
    const open = buildRun();
    open.operation();
    expect(realTimeLimit.judge(open.history()).verdict).toBe("inconclusive");
    const twice = abandonedIn(abandonedIn(impatient(), [1]), [2]);
    expect(realTimeLimit.judge(twice).message).toMatch(/ of real time, and 1 more\.$/);
  });

  it("makes inconclusive what a rule shows of the calls that it concerns", () => {
    expect(failed(impatient())).toContain("retry-after");
    const history = abandonedIn(impatient(["retry-after"]), [2]);
    expect(failed(history)).toEqual([]);
    const finding = judgeHistory(history).find(({ rule }) => rule === "retry-after");
    expect(finding?.message).toMatch(
      /^How fast this machine was decides it: time went on without an answer from .+ Otherwise fail: /,
    );
    expect(verdictOf(judgeHistory(history))).toBe("inconclusive");
  });

  it("leaves what is shown of other calls as it is", () => {
    expect(failed(abandonedIn(impatient(), [3]))).toContain("retry-after");
  });

  it("says nothing about a wait outside of the calls, unless nothing is a call", () => {
    expect(realTimeLimit.judge(abandonedIn(impatient(), []))).toMatchObject({ verdict: "pass" });
    const steered = buildRun();
    steered.exchange();
    expect(realTimeLimit.judge(abandonedIn(steered.history(), []))).toMatchObject({
      verdict: "inconclusive",
    });
  });
});
