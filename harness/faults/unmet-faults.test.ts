import { describe, expect, it } from "vitest";
import { minutes } from "../core/time/duration.ts";
import { aWindow } from "../../test/support/fault.ts";
import { overloadedOnReturn, primaryDown } from "./presets.ts";
import { createFaultTally } from "./unmet-faults.ts";

const reset = { kind: "reset" } as const;
const window = aWindow(reset, { id: "one" });

describe("the tally of a fault plan", () => {
  it("knows how near a window came to a request, until one was taken", () => {
    const tally = createFaultTally();
    tally.add([window], [window]);
    expect(tally.unmet()).toEqual([{ id: "one", why: "never-open" }]);
    tally.opened("one");
    expect(tally.unmet()).toEqual([{ id: "one", why: "no-request" }]);
    tally.matched(window);
    tally.opened("one");
    expect(tally.unmet()).toEqual([{ id: "one", why: "none-taken" }]);
    tally.taken(window);
    expect(tally.unmet()).toEqual([]);
  });

  it("names a window by the id that the history has", () => {
    const tally = createFaultTally();
    tally.add([window], [{ ...window, id: "one-2" }]);
    expect(tally.unmet()).toEqual([{ id: "one-2", why: "never-open" }]);
  });

  it("does not require that a service of limited capacity rejects a request", () => {
    const busy = overloadedOnReturn({ from: 0, for: minutes(1), requests: 20 });
    const tally = createFaultTally();
    tally.add([busy], [busy]);
    tally.opened(busy.id);
    tally.matched(busy);
    expect(tally.unmet()).toEqual([]);
  });

  it("forgets a window that was cleared before it began", () => {
    const tally = createFaultTally();
    tally.add([window], [window]);
    tally.remove("one");
    expect(tally.unmet()).toEqual([]);
  });

  it("counts several windows of one outage as one", () => {
    const down = primaryDown({ from: 0, for: minutes(1) });
    const [programs, pages] = down;
    const tally = createFaultTally();
    tally.add(down, down);
    tally.opened(programs.id);
    expect(tally.unmet()).toEqual([{ id: "primary-down", why: "no-request" }]);
    tally.opened(pages.id);
    tally.taken(pages);
    expect(tally.unmet()).toEqual([]);
  });

  it.each([
    ["at another time", { from: 1 }],
    ["of another length", { for: 1 }],
    ["at another site", { at: "edge" as const }],
    ["for other callers", { where: { app: "a" } }],
    ["with another effect", { effect: { kind: "refused" } as const }],
  ])("counts a window %s as an outage of its own, also when their ids begin alike", (_, other) => {
    const second = { ...window, id: "one-more", ...other };
    const tally = createFaultTally();
    tally.add([window, second], [window, second]);
    tally.opened("one");
    tally.taken(window);
    expect(tally.unmet().map(({ id }) => id)).toEqual(["one-more"]);
  });
});
