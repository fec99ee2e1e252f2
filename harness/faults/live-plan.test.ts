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
  readonly told: string[];
  readonly pass: (ms: number) => Promise<void>;
  readonly clock: ReturnType<typeof createVirtualClock>;
} {
  const clock = createVirtualClock({ startMs: STARTED_AT });
  const told: string[] = [];
  const plan = createLivePlan({
    clock,
    startedAt: STARTED_AT,
    tell: (instant) => {
      const what = instant.kind === "cleared" ? [] : [instant.window.id];
      told.push([clock.now() - STARTED_AT, instant.kind, ...what].join(" "));
    },
  });
  return { plan, told, clock, pass: (ms) => clock.drive(clock.sleep(ms)) };
}

describe("a plan that grows", () => {
  it("tells begins and ends in time, ends first, and that it is clear once after the last end", async () => {
    const { plan, told, pass } = begin();
    plan.add([
      aWindow(reset, { id: "late", from: 100, for: 100 }),
      aWindow(reset, { id: "early", from: 0, for: 100 }),
      aWindow(reset, { id: "twin", from: 100, for: 100 }),
      aWindow(reset, { id: "never", for: 0 }),
    ]);
    await pass(1_000);
    expect(told).toEqual([
      "0 began early",
      "100 ended early",
      "100 began late",
      "100 began twin",
      "200 ended late",
      "200 ended twin",
      "200 cleared",
    ]);
  });

  it("counts from now what comes later, and gives a taken id a number", async () => {
    const { plan, told, pass } = begin();
    plan.add([aWindow(reset, { for: minutes(1) })]);
    await pass(minutes(10));
    const [second] = plan.add([aWindow(reset, { from: minutes(1), for: minutes(2) })]);
    expect(second).toMatchObject({ id: "w-2", from: minutes(11), for: minutes(2) });
    await pass(minutes(10));
    expect(told).toEqual([
      "0 began w",
      "60000 ended w",
      "60000 cleared",
      "660000 began w-2",
      "780000 ended w-2",
      "780000 cleared",
    ]);
  });

  it("ends on demand what is open, takes back what has not begun, and tells nothing of that", async () => {
    const { plan, told, pass } = begin();
    plan.add([
      aWindow(reset, { id: "open", for: minutes(60) }),
      aWindow(reset, { id: "due", from: minutes(30) }),
    ]);
    await pass(minutes(10));
    plan.clear();
    plan.clear();
    await pass(minutes(60));
    expect(told).toEqual(["0 began open", "600000 ended open", "600000 cleared"]);
    expect(plan.windows).toMatchObject([{ id: "open", from: 0, for: minutes(10) }]);
  });

  it("clears one of several by its id, and is clear only when nothing is due either", async () => {
    const { plan, told, pass } = begin();
    plan.add([aWindow(reset, { id: "one" }), aWindow(reset, { id: "due", from: minutes(5) })]);
    plan.clear(["one"]);
    await pass(minutes(1));
    plan.clear(["due"]);
    expect(told).toEqual(["0 began one", "0 ended one", "60000 cleared"]);
  });
});

describe("the layer over a plan that grows", () => {
  it("performs what was added later and nothing that was cleared, and keeps each window's count", async () => {
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

  it("lets go by a reset what hangs in a window that is cleared", async () => {
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
