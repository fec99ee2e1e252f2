import { expect, it } from "vitest";
import { throttledDaemon } from "../../test/support/history.ts";
import { judge, report } from "./judging.ts";

it("hands on which asserted rules held: one that passes unasked is not told", () => {
  const run = judge(throttledDaemon({ asserts: ["retry-after", "empty-token"] }));
  const passed = run.findings.filter(({ verdict }) => verdict === "pass");
  expect(passed.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["token-expiry"]));
  const { results, explain } = report([{ run }], { baseline: [], seed: "1" });
  const [result] = results.runs;
  expect(result && explain.held(result)).toEqual(["empty-token"]);
  expect(explain.says("empty-token")).toMatch(/\.$/);
});
