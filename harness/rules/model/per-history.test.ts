import { expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { perHistory } from "./per-history.ts";

it("what is worked out per history is worked out once for each", () => {
  const read: string[] = [];
  const seedOf = perHistory(({ header: { seed } }) => {
    read.push(seed);
    return { seed };
  });
  const one = buildRun({ seed: "a" }).history();
  const other = buildRun({ seed: "b" }).history();
  expect([one, other, one, other].map((history) => seedOf(history).seed)).toEqual([
    "a",
    "b",
    "a",
    "b",
  ]);
  expect(read).toEqual(["a", "b"]);
});
