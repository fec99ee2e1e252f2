import { expect, it } from "vitest";
import { throttledDaemon } from "../../../../test/support/history.ts";
import { pageHistory } from "../../../../test/support/report-page.ts";
import { hitAt } from "./hit.ts";
import { lanesWithin, layoutOf } from "./layout.ts";
import { modelOf } from "./timeline-model.ts";

const model = modelOf(pageHistory(throttledDaemon()));
const layout = layoutOf(model, 1_000, new Set([2]));
const view = { from: 0, to: model.lengthMs };
const daemon = layout.lanes[2];
const calls = (daemon?.top ?? 0) + (daemon?.rows[0]?.top ?? 0) + 4;

it("finds the mark under the pointer, the shorter of two, and says whose lane it is", () => {
  const x = (30_000 / model.lengthMs) * layout.plotPx;
  expect(hitAt(layout, view, { x, y: calls })?.marks.map(({ event }) => event)).toEqual([12]);
  expect(hitAt(layout, view, { x: 1, y: calls })?.marks[0]?.style).toBe("call-fail");
  expect(hitAt(layout, view, { x: 1, y: calls })?.lane.lane.label).toBe("nightly-daemon-1");
});

it("finds nothing where nothing is", () => {
  expect(hitAt(layout, view, { x: 5, y: layout.heightPx + 1 })).toBeUndefined();
  const edge = layout.lanes.at(-1);
  expect(hitAt(layout, view, { x: 700, y: (edge?.top ?? 0) + 8 })).toBeUndefined();
});

it("leaves room for flags, puts names above lanes on a phone, and knows what is in sight", () => {
  const plain = layoutOf(model, 1_000, new Set());
  expect(layout.heightPx).toBe(plain.heightPx + 16);
  const phone = layoutOf(model, 390, new Set());
  expect([phone.labelPx, phone.plotPx]).toEqual([0, 382]);
  expect(phone.heightPx).toBeGreaterThan(plain.heightPx + 12 * model.lanes.length);
  expect(lanesWithin(layout, 0, 1).map(({ lane }) => lane.label)).toEqual(["throttled"]);
});
