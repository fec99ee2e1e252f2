import { describe, expect, it } from "vitest";
import type { Verdict } from "./rule.ts";
import { availability } from "./availability.ts";
import { callDuration } from "./call-duration.ts";
import { stretchesWithoutToken } from "./model/without-token.ts";
import { recovery } from "./recovery.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const daemon = { flow: "client-credentials" } as const;

/** A call that ends ok after so many seconds. */
function lasting(
  seconds: number,
  call: Parameters<RunBuilder["operation"]>[0] = daemon,
): RunBuilder {
  const run = buildRun();
  const one = run.operation(call);
  run.exchange({ by: one, takesMs: seconds * 1_000 });
  one.ok();
  return run;
}

function judge(run: RunBuilder): { readonly verdict: Verdict; readonly message: string } {
  return callDuration.judge(run.history());
}

describe("call-duration", () => {
  it("passes calls that end in time, and says how long the slowest took", () => {
    expect(judge(lasting(30))).toMatchObject({
      verdict: "pass",
      message: "1 call ended, the slowest after 30s.",
    });
  });

  it("shows the slowest of several calls, whether they were in time or not", () => {
    const inTime = buildRun();
    const tooLate = buildRun();
    for (const [run, slowest] of [
      [inTime, 20],
      [tooLate, 200],
    ] as const)
      for (const seconds of [slowest / 2, slowest, slowest / 4]) {
        const call = run.operation(daemon);
        for (let attempt = 0; attempt < 2; attempt += 1)
          run.exchange({ by: call, takesMs: seconds * 500 });
        call.ok();
      }
    expect(judge(inTime)).toEqual({
      verdict: "pass",
      message: "3 calls ended, the slowest after 20s.",
      evidence: [6, 11],
    });
    // The slowest, its first request and its end; then the other calls.
    expect(judge(tooLate)).toEqual({
      verdict: "fail",
      message:
        "A call of app-1, 1m 40s into the run, returned only after 3m 20s; at most 30s are allowed, and 2 more times.",
      evidence: [6, 7, 11, 0, 12],
    });
  });

  it("fails a call that ends too late, with a token or an error", () => {
    expect(judge(lasting(46))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("returned only after 46s; at most 30s are allowed"),
    });
    const run = buildRun();
    const call = run.operation(daemon);
    run.after(300_000);
    call.fails({ code: "ECONNABORTED" });
    expect(judge(run).message).toContain("failed only after 5m (ECONNABORTED)");
  });

  it("counts each of several in a row", () => {
    const run = buildRun();
    for (let time = 0; time < 3; time += 1) {
      const call = run.operation(daemon);
      run.after(300_000);
      call.fails();
    }
    expect(judge(run).message).toMatch(/and 2 more times\.$/);
  });

  it("fails a call that has not ended, whether the run is over or not", () => {
    const open = buildRun();
    open.operation(daemon);
    open.after(31_000);
    open.operation(daemon).ok();
    expect(judge(open)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("had not ended 31s later"),
    });
    const over = buildRun();
    const call = over.operation(daemon);
    over.after(31_000);
    call.unknown("run-ended");
    expect(judge(over).verdict).toBe("fail");
  });

  it("fails a call that nothing can end, and one whose caller gives up, after any time", () => {
    const endless = buildRun();
    endless.operation(daemon).unknown("never-ends");
    expect(judge(endless)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("never ends: nothing is left to happen"),
    });
    const given = buildRun();
    const call = given.operation(daemon);
    given.after(10_000);
    call.unknown("caller-timeout");
    expect(judge(given).message).toContain("had not ended when its caller gave up after 10s");
  });

  it("names a call without an end before one that was only slow", () => {
    const run = lasting(400);
    const call = run.operation(daemon);
    run.after(31_000);
    call.unknown("run-ended");
    expect(judge(run).message).toContain(
      "had not ended 31s later; at most 30s are allowed, and 1 more",
    );
  });

  it("is inconclusive when no call was made, or the only one was cut off in time", () => {
    expect(judge(buildRun()).verdict).toBe("inconclusive");
    const run = buildRun();
    run.operation(daemon).unknown("run-ended");
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("takes its limit from the header", () => {
    const run = buildRun({ limits: { callMaxMs: 1_000 } });
    const call = run.operation(daemon);
    run.after(2_000);
    call.ok();
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("what call-duration excuses", () => {
  it("is a person who signs in, but not one who waits for a quarter of an hour", () => {
    expect(judge(lasting(600, { flow: "popup" })).verdict).toBe("pass");
    expect(judge(lasting(901, { flow: "popup" })).verdict).toBe("fail");
    expect(judge(lasting(600, { flow: "password" })).verdict).toBe("fail");
  });

  it("is an identity endpoint that answers errors, for 70 seconds, but not one that does not answer", () => {
    const retried = (status: number | "ECONNREFUSED", forMs: number, thenMs = 0): Verdict => {
      const run = buildRun();
      const call = run.operation({ flow: "managed-identity" });
      for (const afterMs of [0, forMs]) {
        run.after(afterMs);
        const request = { by: call, endpoint: "managed-identity" } as const;
        if (typeof status === "number") run.exchange({ ...request, status, issued: "nothing" });
        else run.exchange({ ...request, networkFault: status });
      }
      run.after(thenMs);
      call.fails();
      return judge(run).verdict;
    };
    expect(retried(410, 70_000)).toBe("pass");
    expect(retried(500, 52_000)).toBe("pass");
    expect(retried(410, 70_000, 31_000)).toBe("fail");
    expect(retried(410, 200_000)).toBe("fail");
    expect(retried(400, 46_000)).toBe("fail");
    expect(retried("ECONNREFUSED", 46_000)).toBe("fail");
  });
});

describe("a call that does not end in time", () => {
  it("is without a token for as long as it takes", () => {
    const stretches = stretchesWithoutToken(lasting(300).history());
    expect(stretches.map(({ from, to }) => to - from)).toEqual([300_000]);
    expect(stretchesWithoutToken(lasting(20).history())).toEqual([]);
  });

  it("was denied when its client had a valid token", () => {
    const run = buildRun();
    const first = run.operation(daemon);
    run.exchange({ by: first });
    first.ok();
    const end = run.fault({ id: "down" });
    const hung = run.operation(daemon);
    run.request({ by: hung });
    run.after(60_000);
    end();
    hung.unknown("run-ended");
    expect(availability.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("1 of 2 calls"),
    });
  });

  const outageThen = (after: (run: RunBuilder) => void): Verdict => {
    const run = buildRun();
    const end = run.fault({ id: "down" });
    run.after(60_000);
    end();
    run.cleared();
    after(run);
    return recovery.judge(run.history()).verdict;
  };

  it("has not recovered: after the outage, or since before it ended", () => {
    expect(
      outageThen((run) => {
        run.after(180_000);
        const call = run.operation(daemon);
        run.after(60_000);
        call.unknown("run-ended");
      }),
    ).toBe("fail");
    expect(
      outageThen((run) => {
        run.after(180_000);
        run.operation(daemon).unknown("caller-timeout");
      }),
    ).toBe("fail");
    const run = buildRun();
    const end = run.fault({ id: "down" });
    const hung = run.operation(daemon);
    run.after(60_000);
    end();
    run.cleared();
    run.operation({ ...daemon, scopes: ["other"] }).ok();
    run.after(200_000);
    hung.unknown("run-ended");
    expect(recovery.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("having begun before it"),
    });
  });
});
