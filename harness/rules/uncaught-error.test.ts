/** Invented runs for rule uncaught-error. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { uncaughtError } from "./uncaught-error.ts";

const watched = { watchesPages: true } as const;
const judge = (run: RunBuilder) => uncaughtError.judge(run.history());
const failedFetch = { name: "TypeError", message: "Failed to fetch" };

/** A page, watched for errors; after ten minutes a fault begins that takes a request. */
function inOutage(then: (run: RunBuilder, end: () => void) => void, header = {}): RunBuilder {
  const run = buildRun({ ...watched, ...header });
  run.tab("opened");
  run.at("00:10:00");
  const end = run.fault({ id: "down" });
  const call = run.operation();
  run.exchange({ by: call, status: 503, faults: ["down"] });
  call.fails();
  run.after(5_000);
  then(run, end);
  return run;
}

describe("uncaught-error fails", () => {
  it("for an error that nothing catches in an outage, and shows each", () => {
    const run = inOutage((later) => {
      for (let count = 0; count < 3; count += 1) later.throws();
    });
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "A page of app-1 left TypeError uncaught 10m 5s into the run, after the fault down had begun, and 2 more times: token is undefined",
      evidence: [1, 6, 7, 8],
    });
  });

  it("in the two minutes after the outage, but not later", () => {
    const after = (clock: string): RunBuilder =>
      inOutage((run, end) => {
        end();
        run.at(clock);
        run.throws();
      });
    expect(judge(after("00:12:05")).verdict).toBe("fail");
    expect(judge(after("00:12:06")).verdict).toBe("pass");
  });

  it("after a change of the world", () => {
    const run = buildRun(watched);
    run.tab("opened");
    run.changed("sessions-revoked");
    run.throws({ name: "Error", message: "401" });
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: "A page of app-1 left Error uncaught 0s into the run, after sessions-revoked: 401",
    });
  });

  it("also where no one says that pages were watched: an error was seen", () => {
    expect(judge(inOutage((run) => run.throws(), { watchesPages: undefined })).verdict).toBe(
      "fail",
    );
  });
});

describe("uncaught-error fails for a process", () => {
  /** After ten minutes a fault that takes a request of a call that is still open. */
  function processInOutage(then: (run: RunBuilder, end: () => void) => void, header = {}) {
    const run = buildRun(header);
    run.at("00:10:00");
    const end = run.fault({ id: "down" });
    run.exchange({ by: run.operation(), status: 503, faults: ["down"] });
    run.after(5_000);
    then(run, end);
    return run;
  }

  it("which an error ends that nothing catches, although no page was watched", () => {
    expect(judge(processInOutage((run) => run.dies({ operation: 1 })))).toEqual({
      verdict: "fail",
      message:
        "app-1 left TypeError uncaught in its call 1, which ends its process, 10m 5s into the run, after the fault down had begun: token is undefined",
      evidence: [0, 4],
    });
  });

  it("which ends itself", () => {
    const error = { name: "process.exit", message: "exit code 1" };
    expect(judge(processInOutage((run) => run.dies({ by: "exit", error }))).message).toBe(
      "app-1 ended its process 10m 5s into the run, after the fault down had begun: exit code 1",
    );
  });

  it("but not when nothing was wrong, or long after", () => {
    const long = processInOutage((run, end) => {
      end();
      run.at("00:12:06");
      run.dies();
    });
    expect(judge(long).verdict).not.toBe("fail");
    const unmetFaults = [{ id: "down", why: "no-request" }];
    expect(judge(processInOutage((run) => run.dies(), { unmetFaults })).verdict).toBe(
      "inconclusive",
    );
    const healthy = buildRun();
    healthy.dies();
    expect(judge(healthy).verdict).toBe("inconclusive");
  });
});

describe("a request that fails is not one that its page aborted", () => {
  const near = (then: (run: RunBuilder) => void, error: object = failedFetch): string =>
    judge(
      inOutage((run) => {
        run.throws(error);
        then(run);
      }),
    ).verdict;

  it("when its tab was only opened, or another application's was closed", () => {
    expect(near((run) => run.tab("opened", "tab-1"))).toBe("fail");
    expect(near((run) => run.tab("closed", "tab-1", "app-2"))).toBe("fail");
    expect(near((run) => run.tab("closed"))).toBe("pass");
  });

  it("when a call of another flow is made, or one leaves the page long after", () => {
    expect(near((run) => void run.operation({ tab: "tab-1" }))).toBe("fail");
    expect(
      near((run) => {
        run.after(1_001);
        run.operation({ flow: "redirect", tab: "tab-1" });
      }),
    ).toBe("fail");
  });

  it("when the error is another one that quotes it", () => {
    const closes = (run: RunBuilder): void => run.tab("closed");
    expect(near(closes, { name: "OrdersError", message: "Failed to fetch" })).toBe("fail");
    expect(near(closes, { name: "TypeError", message: "x: Failed to fetch" })).toBe("fail");
  });

  it("but is, although the request itself ends abandoned", () => {
    expect(
      near((run) => {
        run.exchange({ by: run.operation(), networkFault: "abandoned" });
        run.tab("closed");
      }),
    ).toBe("pass");
  });
});

describe("what uncaught-error names as the cause", () => {
  it("is the latest trouble that had begun, of faults and changes", () => {
    const run = buildRun(watched);
    run.tab("opened");
    run.changed("mfa-enabled");
    run.after(1_000);
    run.fault({ id: "down" });
    run.throws();
    run.fault({ id: "later" });
    expect(judge(run).message).toContain("after the fault down had begun");
    const other = buildRun(watched);
    other.tab("opened");
    other.fault({ id: "down" });
    other.changed("mfa-enabled");
    other.throws();
    expect(judge(other).message).toContain("after mfa-enabled");
  });
});

describe("uncaught-error passes", () => {
  it("when pages were watched in an outage, and nothing was seen", () => {
    expect(judge(inOutage(() => undefined))).toEqual({
      verdict: "pass",
      message: "No page left an error of the outage uncaught.",
      evidence: [1, 0],
    });
  });

  const widget = (id: string): object => ({ name: "Error", message: `widget ${id} is not there` });

  it("for an error with each load of its page, as before the outage, with any numbers in it", () => {
    const run = buildRun(watched);
    run.tab("opened");
    run.throws(widget("17"));
    run.at("00:10:00");
    run.fault({ id: "down" });
    for (const id of ["18", "0af-19"]) {
      run.at(id === "18" ? "00:11:00" : "00:12:00");
      run.tab("reloaded");
      run.after(5_000);
      run.throws(widget(id));
      expect(judge(run).verdict).toBe("pass");
    }
    // The load has had its own.
    run.throws(widget("118"));
    expect(judge(run)).toMatchObject({ verdict: "fail", evidence: [2, 7] });
  });

  it("but for none when there was no load since, or one long before", () => {
    const thrownAfter = (ms: number, change?: "reloaded"): string => {
      const run = buildRun(watched);
      run.tab("opened");
      run.throws(widget("17"));
      run.at("00:10:00");
      run.fault({ id: "down" });
      if (change !== undefined) run.tab(change);
      run.after(ms);
      run.throws(widget("17"));
      return judge(run).verdict;
    };
    expect(thrownAfter(0)).toBe("fail");
    expect(thrownAfter(5_000, "reloaded")).toBe("pass");
    expect(thrownAfter(5_001, "reloaded")).toBe("fail");
  });

  it("for an error that comes as often as before the outage, and no oftener", () => {
    const every = (stepMs: number, clock: string): string => {
      const run = buildRun(watched);
      run.tab("opened");
      for (const at of ["00:02:00", "00:04:00", "00:06:00"]) {
        run.at(at);
        run.throws(widget("17"));
      }
      run.at("00:10:00");
      run.fault({ id: "down" });
      for (let count = 0; count < 6; count += 1) {
        run.after(stepMs);
        run.throws(widget("18"));
      }
      run.at(clock);
      run.cleared();
      return judge(run).verdict;
    };
    expect(every(60_000, "00:30:00")).toBe("pass");
    expect(every(60_000, "00:26:39")).toBe("fail");
  });

  it("once for an error that came once before the outage", () => {
    const run = buildRun(watched);
    run.tab("opened");
    run.at("00:00:10");
    run.throws(failedFetch);
    run.fault({ id: "down" });
    run.at("00:10:00");
    run.throws(failedFetch);
    expect(judge(run).verdict).toBe("pass");
    run.throws(failedFetch);
    expect(judge(run)).toMatchObject({ verdict: "fail", evidence: [2, 4] });
    run.throws({ name: "Error", message: "token is not there" });
    expect(judge(run)).toMatchObject({ evidence: [2, 4, 5] });
  });

  it.each(["reloaded", "closed"] as const)(
    "for a request that was aborted when its tab was %s",
    (change) => {
      const leaving = (error: object, tab = "tab-1"): RunBuilder =>
        inOutage((run) => {
          run.throws(error);
          run.after(1_000);
          run.tab(change, tab);
        });
      expect(judge(leaving(failedFetch)).verdict).toBe("pass");
      expect(judge(leaving({ name: "AbortError", message: "aborted" })).verdict).toBe("pass");
      expect(judge(leaving(failedFetch, "tab-2")).verdict).toBe("fail");
      expect(judge(leaving({ name: "TypeError", message: "x is not iterable" })).verdict).toBe(
        "fail",
      );
    },
  );

  it("for a request that was aborted when its page left for the sign-in page", () => {
    const run = inOutage((later) => {
      later.throws(failedFetch);
      later.operation({ flow: "redirect", tab: "tab-1" });
    });
    expect(judge(run).verdict).toBe("pass");
  });

  it("for a notice of the browser", () => {
    const message = "ResizeObserver loop completed with undelivered notifications.";
    expect(judge(inOutage((run) => run.throws({ name: "Error", message }))).verdict).toBe("pass");
  });
});

describe("uncaught-error is inconclusive", () => {
  it("where no page was watched, none was open, or nothing was wrong", () => {
    expect(judge(inOutage(() => undefined, { watchesPages: undefined })).message).toBe(
      "No page was watched for errors.",
    );
    const withoutPage = buildRun(watched);
    withoutPage.fault({ id: "down" });
    expect(judge(withoutPage).message).toBe("No page was open.");
    const healthy = buildRun(watched);
    healthy.tab("opened");
    healthy.throws();
    expect(judge(healthy).message).toBe("No fault took a request, and the world did not change.");
    const unmet = inOutage((run) => run.throws(), {
      unmetFaults: [{ id: "down", why: "no-request" }],
    });
    expect(judge(unmet).verdict).toBe("inconclusive");
  });
});
