/** Credit for remedies: only what was in effect, and never without what it makes worse. */
import { describe, expect, it } from "vitest";
import { effectOf, isAsGoodAs } from "./effect.ts";
import { enoughAlone, isCredited, triedOf } from "./remedies-report.ts";
import type { Figures, Trial } from "./trial.ts";

const figures: Figures = {
  withoutTokenMs: 600_000,
  promptsCaused: 2,
  callsWithheld: 0,
  callsFailed: 10,
  requests: 20,
  requestsIn: { before: 5, during: 10, after: 5 },
  prompts: 3,
  longestCallMs: 0,
  longestCallAtMs: 0,
  fromBackup: 0,
};

function trial(parts: {
  readonly remedy?: string;
  readonly calls?: number;
  readonly acts?: number;
  readonly figures?: Partial<Figures>;
  readonly failing?: readonly string[];
  readonly passing?: readonly string[];
}): Trial {
  const { remedy, calls = 5, acts = 1, failing = [], passing = [] } = parts;
  return {
    remedies: remedy === undefined ? [] : [remedy],
    uses:
      remedy === undefined
        ? []
        : [{ remedy: remedy as Trial["uses"][number]["remedy"], calls, acts }],
    figures: { ...figures, ...parts.figures },
    failing: failing.map((rule) => ({ rule, message: `${rule} is broken at 5m.` })),
    passing,
    journal: "x.jsonl",
  };
}

const before = trial({ failing: ["backoff", "availability"] });
const better = { withoutTokenMs: 0, callsFailed: 0 };

describe("a remedy", () => {
  it("whose code never ran is not called, however good the figures are", () => {
    const after = trial({ remedy: "single-flight", calls: 0, acts: 0, figures: better });
    expect(effectOf(before, after)).toEqual({ kind: "not-called" });
    expect(isCredited(triedOf(before, after), before)).toBe(false);
    expect(enoughAlone([triedOf(before, after)], { before, together: before })).toEqual([]);
  });

  it("that had nothing to do gets no credit for figures that differ", () => {
    const after = trial({ remedy: "single-flight", calls: 9, acts: 0, figures: better });
    expect(effectOf(before, after)).toEqual({ kind: "nothing-to-do" });
    expect(isCredited(triedOf(before, after), before)).toBe(false);
  });

  it("that acted is credited with the rules that no longer fail, and says which it only left nothing to judge", () => {
    const after = trial({ remedy: "retry-after", passing: ["availability"], figures: better });
    expect(effectOf(before, after)).toEqual({
      kind: "acted",
      fixes: ["backoff", "availability"],
      unjudged: ["backoff"],
      better: ["10m → no time without a token", "10 → 0 calls without a token"],
      worse: [],
    });
    expect(isCredited(triedOf(before, after), before)).toBe(true);
  });

  it("says what it makes worse, and where", () => {
    const after = trial({
      remedy: "early-renewal",
      failing: ["availability", "retry-storm"],
      figures: {
        requests: 50,
        requestsIn: { before: 40, during: 4, after: 6 },
        prompts: 4,
        promptsCaused: 3,
        withoutTokenMs: 660_000,
        longestCallMs: 30_000,
        longestCallAtMs: 3_600_000,
      },
    });
    expect(effectOf(before, after)).toMatchObject({
      fixes: ["backoff"],
      better: [],
      worse: [
        "retry-storm fails now: retry-storm is broken at 5m.",
        "10m → 11m without a token",
        "2 → 3 sign-ins that only the outage asked for",
        "3 → 4 sign-in pages shown",
        "20 → 50 requests (35 more before the outage, 6 fewer during it, 1 more after it)",
        "the longest call takes 30s instead of 0s, 1h in",
      ],
    });
  });

  it("says which tokens the backup issued because of it", () => {
    const after = trial({ remedy: "early-renewal", figures: { fromBackup: 6 } });
    expect(effectOf(before, after)).toMatchObject({
      better: ["6 more tokens from the backup, which has the session inside its three days"],
    });
  });
});

describe("the best remedy by itself", () => {
  it("does as much as all together, and makes the least worse", () => {
    const together = trial({ remedy: "all", figures: better });
    const tried = [
      trial({ remedy: "early-renewal", figures: { ...better, requests: 90 } }),
      trial({ remedy: "last-good-token", figures: better }),
      trial({ remedy: "bounded-wait", figures: { withoutTokenMs: 1_000 } }),
    ].map((one) => triedOf(before, one));
    expect(enoughAlone(tried, { before, together }).map(({ remedies }) => remedies)).toEqual([
      ["last-good-token"],
      ["early-renewal"],
    ]);
  });

  it("is none when it leaves a rule failing that all together fix", () => {
    const together = trial({ remedy: "all", figures: better });
    const half = trial({ remedy: "retry-after", figures: better, failing: ["backoff"] });
    expect(isAsGoodAs(half, together)).toBe(false);
    expect(enoughAlone([triedOf(before, half)], { before, together })).toEqual([]);
  });
});
