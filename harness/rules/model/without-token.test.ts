import { expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { ben } from "../../../test/support/run-builder-wire.ts";
import { stretchesWithoutToken, unionMs } from "./without-token.ts";

it("a caller is without a token from a failed call to the next that succeeds, or the end", () => {
  const run = buildRun();
  const { startedAt } = run.history().header;
  run.operation().fails();
  run.at("00:01:00");
  run.operation({ user: ben }).fails();
  run.operation().fails();
  run.at("00:03:00");
  run.operation().ok();
  run.at("00:04:00");
  run.operation().ok();
  const stretches = stretchesWithoutToken(run.history());
  expect(stretches.map(({ from, to }) => [from - startedAt, to - startedAt])).toEqual([
    [0, 180_000],
    [60_000, 240_000],
  ]);
});

it.each([
  ["none", [], 0],
  ["one", [[5, 8]], 3],
  [
    "two apart",
    [
      [0, 2],
      [5, 8],
    ],
    5,
  ],
  [
    "two that overlap, in any order",
    [
      [4, 9],
      [0, 5],
    ],
    9,
  ],
  [
    "one within another",
    [
      [0, 9],
      [2, 4],
      [8, 10],
    ],
    10,
  ],
] as const)("the time that stretches cover is counted once: %s", (_, stretches, total) => {
  expect(unionMs(stretches.map(([from, to]) => ({ from, to })))).toBe(total);
});
