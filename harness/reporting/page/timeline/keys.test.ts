import { expect, it } from "vitest";
import { throttledDaemon } from "../../../../test/support/history.ts";
import { pageHistory } from "../../../../test/support/report-page.ts";
import { keyAction } from "./keys.ts";
import { modelOf } from "./timeline-model.ts";

const model = modelOf(pageHistory(throttledDaemon()));
const last = model.places.length - 1;

const press = (
  key: string,
  selected: number | undefined,
  held: Partial<Record<"shiftKey" | "ctrlKey" | "metaKey" | "altKey", true>> = {},
) =>
  keyAction(
    { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held },
    { model, evidence: [3, 6], selected },
  );

it.each([
  ["ArrowRight", undefined, 0],
  ["ArrowRight", 4, 5],
  ["ArrowRight", last, last],
  ["ArrowLeft", undefined, last],
  ["ArrowLeft", 0, 0],
  ["Home", 4, 0],
  ["End", 4, last],
  ["n", undefined, 3],
  ["n", 3, 6],
  ["n", 6, 3],
  ["p", 6, 3],
  ["P", undefined, 6],
  ["Escape", 4, undefined],
])("%s at %s selects %s", (key, selected, event) => {
  expect(press(key, selected)).toEqual({ kind: "select", event });
});

it("goes to the nearest event of the next lane that has any, and stays at the end", () => {
  const labelOf = (action: ReturnType<typeof press>): string | undefined =>
    action?.kind === "select"
      ? model.lanes[model.places[action.event ?? -1]?.lane ?? -1]?.label
      : "";
  expect(labelOf(press("ArrowDown", 0))).toBe("Notes");
  expect(labelOf(press("ArrowUp", 1))).toBe("Notes");
  expect(press("ArrowUp", 0)).toEqual({ kind: "select", event: 0 });
});

it("zooms and moves, and leaves the browser its own keys", () => {
  expect(press("+", 1)).toEqual({ kind: "scale", factor: 0.5 });
  expect(press("-", 1)).toEqual({ kind: "scale", factor: 2 });
  expect(press("0", 1)).toEqual({ kind: "whole" });
  expect(press("ArrowLeft", 1, { shiftKey: true })).toEqual({ kind: "move", share: -0.2 });
  expect(press("Enter", 1)).toEqual({ kind: "open" });
  expect(press("Enter", undefined)).toBeUndefined();
  expect(press("Tab", 1)).toBeUndefined();
  for (const held of ["ctrlKey", "metaKey", "altKey"] as const)
    expect(press("+", 1, { [held]: true })).toBeUndefined();
});
