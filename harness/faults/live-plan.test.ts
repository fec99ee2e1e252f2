import { describe, expect, it } from "vitest";
import { minutes } from "../core/time/duration.ts";
import { createVirtualClock } from "../core/time/virtual-clock.ts";
import { createLivePlan, type LivePlan } from "./live-plan.ts";
import {
  aWindow,
  breakService,
  endOf,
  STARTED_AT,
  tokenRequest,
} from "../../test/support/fault.ts";

const reset = { kind: "reset" } as const;

function begin(): {
  readonly plan: LivePlan;
  readonly changes: string[];
  readonly pass: (ms: number) => Promise<void>;
  readonly clock: ReturnType<typeof createVirtualClock>;
} {
  const clock = createVirtualClock({ startMs: STARTED_AT });
  const changes: string[] = [];
  const plan = createLivePlan({
    clock,
    startedAt: STARTED_AT,
    onChange: (instant) => {
      const what = instant.kind === "cleared" ? [] : [instant.window.id];
      changes.push([clock.now() - STARTED_AT, instant.kind, ...what].join(" "));
    },
  });
  return { plan, changes, clock, pass: (ms) => clock.drive(clock.sleep(ms)) };
}

describe("a live plan", () => {
  it("reports begins and ends in order of time, ends first, and that it is clear after the last end", async () => {
    const { plan, changes, pass } = begin();
    plan.add([
      aWindow(reset, { id: "late", from: 100, for: 100 }),
      aWindow(reset, { id: "early", from: 0, for: 100 }),
      aWindow(reset, { id: "other", from: 100, for: 100 }),
      aWindow(reset, { id: "never", for: 0 }),
    ]);
    await pass(1_000);
    expect(changes).toEqual([
      "0 began early",
      "100 ended early",
      "100 began late",
      "100 began other",
      "200 ended late",
      "200 ended other",
      "200 cleared",
    ]);
  });

  it("counts the times of a later window from now, and adds a number to an id in use", async () => {
    const { plan, changes, pass } = begin();
    plan.add([aWindow(reset, { for: minutes(1) })]);
    await pass(minutes(10));
    const [second] = plan.add([aWindow(reset, { from: minutes(1), for: minutes(2) })]);
    expect(second).toMatchObject({ id: "w-2", from: minutes(11), for: minutes(2) });
    await pass(minutes(10));
    expect(changes).toEqual([
      "0 began w",
      "60000 ended w",
      "60000 cleared",
      "660000 began w-2",
      "780000 ended w-2",
      "780000 cleared",
    ]);
  });

  it("ends open windows on demand, and removes those that have not begun without a report", async () => {
    const { plan, changes, pass } = begin();
    plan.add([
      aWindow(reset, { id: "open", for: minutes(60) }),
      aWindow(reset, { id: "due", from: minutes(30) }),
    ]);
    await pass(minutes(10));
    plan.clear();
    plan.clear();
    await pass(minutes(60));
    expect(changes).toEqual(["0 began open", "600000 ended open", "600000 cleared"]);
    expect(plan.windows).toMatchObject([{ id: "open", from: 0, for: minutes(10) }]);
  });

  it("reports nothing when it is cleared before anything broke", async () => {
    const { plan, changes, pass } = begin();
    plan.clear();
    plan.add([aWindow(reset, { from: minutes(5) })]);
    plan.clear();
    await pass(minutes(10));
    expect(changes).toEqual([]);
    expect(plan.tally.unmet()).toEqual([]);
  });

  it("shortens a window that is cleared to the time for which it was open", async () => {
    const { plan, pass } = begin();
    await pass(minutes(10));
    plan.add([aWindow(reset, { from: minutes(1), for: minutes(60) })]);
    await pass(minutes(3));
    plan.clear();
    expect(plan.windows).toMatchObject([{ from: minutes(11), for: minutes(2) }]);
  });

  it("numbers each window of one name", () => {
    const { plan } = begin();
    const ids = [1, 2, 3].flatMap(() => plan.add([aWindow(reset)]).map(({ id }) => id));
    expect(ids).toEqual(["w", "w-2", "w-3"]);
  });

  it("says which windows met no request, and whether they had begun", async () => {
    const { plan, pass } = begin();
    plan.add([aWindow(reset, { id: "now" }), aWindow(reset, { id: "later", from: minutes(5) })]);
    await pass(minutes(1));
    expect(plan.tally.unmet()).toEqual([
      { id: "now", why: "no-request" },
      { id: "later", why: "never-open" },
    ]);
  });

  it("clears one of several windows by its id, and is clear only when no window is due either", async () => {
    const { plan, changes, pass } = begin();
    plan.add([aWindow(reset, { id: "one" }), aWindow(reset, { id: "due", from: minutes(5) })]);
    plan.clear(["one"]);
    await pass(minutes(1));
    plan.clear(["due"]);
    expect(changes).toEqual(["0 began one", "0 ended one", "60000 cleared"]);
  });
});

describe("the fault layer over a live plan", () => {
  it("performs windows that were added later, none that were cleared, and keeps their counts", async () => {
    const { plan, clock } = begin();
    const { service } = breakService(plan.windows, { clock });
    const ask = (): Promise<string> => clock.drive(endOf(service.handle(tokenRequest())));
    expect(await ask()).toBe("200");
    plan.add([aWindow(reset, { id: "twice", first: 2 })]);
    expect([await ask(), await ask(), await ask()]).toEqual(["ECONNRESET", "ECONNRESET", "200"]);
    plan.add([aWindow(reset)]);
    expect(await ask()).toBe("ECONNRESET");
    plan.clear();
    expect(await ask()).toBe("200");
  });

  it("ends a hang with a reset when its window is cleared", async () => {
    const { plan, clock, pass } = begin();
    const { service } = breakService(plan.windows, { clock, clearedSignal: plan.clearedSignal });
    plan.add([aWindow({ kind: "hang" }, { for: minutes(60) })]);
    const hanging = endOf(service.handle(tokenRequest()));
    await pass(minutes(5));
    plan.clear();
    expect(await clock.drive(hanging)).toBe("ECONNRESET");
    expect(clock.now() - STARTED_AT).toBe(minutes(5));
    expect(clock.timersWaiting()).toBe(0);
  });
});
