/** The bound on what is drawn, and what must be seen all the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxesOf, marksIn, pathOf, signsOf } from "./detail.ts";
import type { Mark } from "./mark.ts";
import type { Row } from "./timeline-model.ts";
import type { MarkStyle } from "./styles.ts";

function rowOf(marks: readonly Mark[]): Row {
  const sorted = marks.toSorted((a, b) => a.from - b.from);
  let latest = -Infinity;
  return {
    kind: "calls",
    marks: sorted,
    reach: sorted.map(({ to }) => (latest = Math.max(latest, to))),
  };
}

const mark = (from: number, to = from, style: MarkStyle = "call-ok", event = 0): Mark => ({
  from,
  to,
  event,
  style,
});

const styles = ["call-ok", "call-fail", "call-blocked", "call-unknown"] as const;
const anyMark = fc
  .record({
    from: fc.integer({ min: 0, max: 10_000 }),
    lasts: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_000 })),
    style: fc.constantFrom(...styles),
  })
  .map(({ from, lasts, style }) => mark(from, from + lasts, style));

describe("the boxes of a row", () => {
  it("are bounded by the pixels, however many marks there are", () => {
    const many = rowOf(
      Array.from({ length: 100_000 }, (_, at) => mark(at, at, styles[at % styles.length])),
    );
    const boxes = boxesOf(many, { from: 0, to: 100_000 }, 900);
    expect(boxes).toHaveLength((900 / 3) * styles.length);
  });

  it("never leave out a kind or a row", () => {
    fc.assert(
      fc.property(
        fc.array(anyMark, { maxLength: 60 }),
        fc.integer({ min: 0, max: 9_000 }),
        fc.integer({ min: 1, max: 9_000 }),
        (marks, from, lasts) => {
          const view = { from, to: from + lasts };
          const row = rowOf(marks);
          const boxes = boxesOf(row, view, 300);
          const seen = new Set([...marksIn(row, view)].map(({ style }) => style));
          expect(new Set(boxes.map(({ style }) => style))).toEqual(seen);
          expect(boxes.length).toBeLessThanOrEqual(2 * styles.length * 100 + styles.length);
          for (const { x, width, top, bottom } of boxes) {
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x + width).toBeLessThanOrEqual(300 + 3);
            expect(bottom).toBeGreaterThan(top);
            expect(bottom).toBeLessThanOrEqual(1 + 1e-9);
          }
        },
      ),
    );
  });

  it("show one failure among a thousand calls, and never more than its share of two", () => {
    const crowd = rowOf([
      ...Array.from({ length: 999 }, () => mark(500)),
      mark(500, 500, "call-fail"),
    ]);
    const [ok, fail] = boxesOf(crowd, { from: 0, to: 100_000 }, 900);
    expect(fail?.style).toBe("call-fail");
    expect((fail?.bottom ?? 0) - (fail?.top ?? 0)).toBeCloseTo(0.2 / 1.199, 2);
    expect(ok?.bottom).toBe(fail?.top);
    const halves = rowOf([mark(1), mark(2, 2, "call-fail")]);
    expect(boxesOf(halves, { from: 0, to: 100_000 }, 900)[1]?.top).toBe(0.5);
  });

  it("draw long marks as they are, cut by the view, and waits behind them", () => {
    const row = rowOf([
      mark(0, 500),
      mark(400, 900),
      mark(950, 2_000, "call-fail"),
      mark(0, 2_000, "wait"),
    ]);
    expect(boxesOf(row, { from: 100, to: 1_100 }, 1_000)).toEqual([
      { style: "wait", x: 0, width: 1_000, top: 0, bottom: 1 },
      { style: "call-ok", x: 0, width: 800, top: 0, bottom: 1 },
      { style: "call-fail", x: 850, width: 150, top: 0, bottom: 1 },
    ]);
  });

  it("are found again when a long mark begins before the view", () => {
    const row = rowOf([mark(0, 10_000), ...Array.from({ length: 50 }, (_, at) => mark(at))]);
    const seen = [...marksIn(row, { from: 5_000, to: 6_000 })];
    expect(seen.map(({ to }) => to)).toEqual([10_000]);
  });
});

it("puts signs of one place side by side and counts those of a kind", () => {
  const row = rowOf([
    mark(0, 0, "prompt"),
    mark(1, 1, "prompt"),
    mark(2, 2, "restart"),
    mark(500, 500, "prompt"),
  ]);
  expect(signsOf(row, { from: 0, to: 1_000 }, 1_000)).toEqual([
    { style: "prompt", x: 0, count: 2 },
    { style: "restart", x: 8, count: 1 },
    { style: "prompt", x: 500, count: 1 },
  ]);
});

it("writes boxes of a style as one path", () => {
  const box = { style: "call-ok", x: 1.26, width: 3, top: 0.5, bottom: 1 } as const;
  expect(pathOf([box, { ...box, x: 10, top: 0 }], { top: 20, height: 10 })).toBe(
    "M1.3 25h3v5h-3zM10 20h3v10h-3z",
  );
});
