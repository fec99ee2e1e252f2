/** Which errors of a page are no news, because it threw as many before anything was wrong. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { createUsualErrors } from "./usual-errors.ts";

/** Whether each error after the fault of a run is usual; a recording may not know their tabs. */
function usualIn(build: (run: RunBuilder) => void, { knowsTabs = true } = {}): readonly boolean[] {
  const run = buildRun();
  build(run);
  const { header, events } = run.history();
  const history = {
    header,
    events: events.map((event) => {
      if (event.kind !== "page-error" || knowsTabs) return event;
      const { tab: _tab, ...rest } = event;
      return rest;
    }),
  };
  const trouble = history.events.find(({ kind }) => kind === "fault-began");
  if (trouble === undefined) throw new Error("the run has no fault");
  const isUsual = createUsualErrors(history, trouble);
  return history.events.flatMap((event) =>
    event.kind === "page-error" && event.index > trouble.index ? [isUsual(event)] : [],
  );
}

describe("an error as a page loads", () => {
  /** Loads a tab, which throws a second later. */
  const load = (run: RunBuilder, tab: string, { throws = true } = {}): void => {
    run.tab("opened", tab);
    run.after(1_000);
    if (throws) run.throws({}, tab);
    run.after(60_000);
  };

  it("is usual once for each load, where each load threw one", () => {
    expect(
      usualIn((run) => {
        load(run, "one");
        load(run, "two");
        run.fault({ id: "down" });
        load(run, "three");
        run.throws({}, "three");
      }),
    ).toEqual([true, false]);
  });

  it("is usual in the share of loads that threw it, rounded up", () => {
    expect(
      usualIn((run) => {
        for (const tab of ["a", "b", "c", "d"]) load(run, tab, { throws: tab === "a" });
        run.fault({ id: "down" });
        for (const tab of ["e", "f", "g", "h", "i"]) load(run, tab);
      }),
    ).toEqual([true, true, false, false, false]);
  });

  it("counts loads of its own application, and no tab that is closed", () => {
    expect(
      usualIn((run) => {
        load(run, "one");
        run.fault({ id: "down" });
        run.tab("closed", "one");
        run.tab("opened", "else", "app-2");
        run.tab("opened", "two");
        for (let count = 0; count < 3; count += 1) run.throws({}, "two");
      }),
    ).toEqual([true, false, false]);
  });

  it("is another one later than five seconds after the load, before it, and in another tab", () => {
    const build =
      (afterMs: number, tab = "two") =>
      (run: RunBuilder): void => {
        load(run, "one");
        run.fault({ id: "down" });
        run.tab("reloaded", "two");
        run.after(afterMs);
        run.throws({}, tab);
        run.tab("reloaded", tab);
      };
    expect(usualIn(build(5_000))).toEqual([true]);
    expect(usualIn(build(5_001))).toEqual([false]);
    expect(usualIn(build(1_000, "other"))).toEqual([false]);
    const unknown = (run: RunBuilder): void => {
      load(run, "one");
      load(run, "two");
      run.fault({ id: "down" });
      run.tab("opened", "three");
      run.throws();
      run.throws();
      run.after(600_000);
      run.cleared();
    };
    expect(usualIn(unknown, { knowsTabs: false })).toEqual([true, false]);
  });
});

describe("an error at another time", () => {
  const at = (run: RunBuilder, ...messages: readonly string[]): void => {
    for (const message of messages) {
      run.after(60_000);
      run.throws({ message });
    }
  };

  it("is usual as often as in so much time before", () => {
    expect(
      usualIn((run) => {
        at(run, "x", "x");
        run.fault({ id: "down" });
        at(run, "x", "x", "x");
        run.cleared();
      }),
    ).toEqual([true, true, true]);
    expect(
      usualIn((run) => {
        at(run, "x", "x");
        run.fault({ id: "down" });
        for (let error = 0; error < 4; error += 1) run.throws({ message: "x" });
        run.after(60_000);
        run.cleared();
      }),
    ).toEqual([true, false, false, false]);
  });

  it("that came once is usual once, however long it takes", () => {
    expect(
      usualIn((run) => {
        at(run, "x");
        run.fault({ id: "down" });
        at(run, "x", "x", "x");
      }),
    ).toEqual([true, false, false]);
  });

  it("is usual as often as before, when no time had passed", () => {
    expect(
      usualIn((run) => {
        run.throws({ message: "x" });
        run.throws({ message: "x" });
        run.fault({ id: "down" });
        run.after(60_000);
        for (let count = 0; count < 3; count += 1) run.throws({ message: "x" });
      }),
    ).toEqual([true, true, false]);
  });

  it.each([
    ["order 17 is gone", "order 4711 is gone", true],
    ["order a1b2-c3 is gone", "order 0d9f-77 is gone", true],
    ["order 17 is gone", "order 17 is late", false],
    ["Failed to fetch", "Failed to catch", false],
  ])("is like one before: %s and %s are %s", (before, after, isAlike) => {
    expect(
      usualIn((run) => {
        at(run, before);
        run.fault({ id: "down" });
        at(run, after);
      }),
    ).toEqual([isAlike]);
  });
});
