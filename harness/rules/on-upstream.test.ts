/** Histories of an upstream: what is not judged there, and what still is. */
import { describe, expect, it } from "vitest";
import { buildRun } from "../../test/support/run-builder.ts";
import { UPSTREAM_HEADER } from "../history/upstream-header.ts";
import type { History, HistoryEvent } from "../history/event.ts";
import { whyUnproved } from "./model/unproved.ts";
import { notJudged } from "./on-upstream.ts";
import { judgeByEveryRule, rules } from "./rules.ts";

const UPSTREAM = "http://127.0.0.1:8080";

function impatient(upstream?: string): History {
  const run = buildRun({ asserts: [], ...(upstream === undefined ? {} : { upstream }) });
  for (let call = 0; call < 3; call += 1) run.exchange({ status: 429, retryAfter: "60" });
  run.exchange({ status: 200 });
  return run.history();
}

/** The same, but the last answer is none of the upstream. */
function withoutUpstreamAtTheEnd(history: History): History {
  const last = history.events.findLast(({ kind }) => kind === "exchange-ended");
  const events = history.events.map((event): HistoryEvent => {
    if (event !== last || event.kind !== "exchange-ended" || event.end.kind !== "response")
      return event;
    return { ...event, end: { ...event.end, headers: [[UPSTREAM_HEADER, "gone"]] } };
  });
  return { ...history, events };
}

const verdictOf = (history: History, id: string) =>
  judgeByEveryRule(history).find(({ rule }) => rule === id)?.verdict;

describe("a history of an upstream", () => {
  it("is judged by what its requests show", () => {
    expect(verdictOf(impatient(), "retry-after")).toBe("fail");
    expect(verdictOf(impatient(UPSTREAM), "retry-after")).toBe("fail");
  });

  it("names rules that exist, each with a reason, and none without an upstream", () => {
    const ids = rules.map(({ id }) => id);
    const named = notJudged(impatient(UPSTREAM));
    expect(named.length).toBeGreaterThan(0);
    for (const { rule } of named) expect(ids).toContain(rule);
    expect(notJudged(impatient())).toEqual([]);
  });

  it("has no pass of a rule that needs the backup", () => {
    expect(verdictOf(impatient(), "supported-flow")).toBe("pass");
    expect(verdictOf(impatient(UPSTREAM), "supported-flow")).toBe("inconclusive");
  });

  it("is not judged at all when the upstream was gone", () => {
    const history = withoutUpstreamAtTheEnd(impatient(UPSTREAM));
    for (const { verdict } of judgeByEveryRule(history)) expect(verdict).toBe("inconclusive");
    expect(whyUnproved(history)).toContain("could not be reached for 1 request,");
    expect(verdictOf(withoutUpstreamAtTheEnd(impatient()), "retry-after")).toBe("fail");
  });
});
