/** Which runner gets which arguments of `npm test`. */
import { expect, it } from "vitest";
import { planTests, runTests } from "./test-plan.ts";

const plan = (argv: readonly string[], env = {}): string[] =>
  planTests(argv, env).map(({ runner, args }) => [runner, ...args].join(" "));

it.each([
  [[], ["vitest run", "playwright test"]],
  [["harness/faults"], ["vitest run harness/faults"]],
  [["a.test.ts", "-t", "name"], ["vitest run a.test.ts -t name"]],
  [["--reporter=dot"], ["vitest run --reporter=dot"]],
  [["harness/a.spec.ts"], ["playwright test harness/a.spec.ts"]],
  [["a.spec.ts:12", "--headed"], ["playwright test a.spec.ts:12 --headed"]],
  [
    ["a.test.ts", "b.spec.ts", "--bail=1"],
    ["vitest run a.test.ts --bail=1", "playwright test b.spec.ts"],
  ],
])("%j", (argv, expected) => {
  expect(plan(argv)).toEqual(expected);
});

it("has both write their results where it is told, and still print", () => {
  const runs = planTests(["--results=/tmp/r"], {});
  expect(runs.map(({ args }) => args.join(" "))).toEqual([
    "run --reporter=default --reporter=json --outputFile.json=/tmp/r/vitest.json",
    "test --reporter=list,json",
  ]);
  expect(runs[1]?.env).toEqual({ PLAYWRIGHT_JSON_OUTPUT_FILE: "/tmp/r/playwright.json" });
});

it("leaves out Playwright's where no browser is wanted", () => {
  expect(plan([], { BROWNOUT_BROWSER: "none" })).toEqual(["vitest run"]);
  expect(plan(["a.spec.ts"], { BROWNOUT_BROWSER: "none" })).toEqual([]);
});

it.each([
  [[0, 0], 0],
  [[1, 0], 1],
  [[0, 2], 1],
])("runs all of them, whatever the first ends with: %j", (statuses, expected) => {
  const ran: string[] = [];
  const status = runTests(planTests([], {}), ({ runner }) => {
    ran.push(runner);
    return statuses[ran.length - 1] ?? 1;
  });
  expect(ran).toEqual(["vitest", "playwright"]);
  expect(status).toBe(expected);
});
