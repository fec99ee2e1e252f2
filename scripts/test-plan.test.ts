/** Which runner gets which arguments of `npm test` and `npm run test:all`. */
import { expect, it } from "vitest";
import { planTests, runTests } from "./test-plan.ts";

const plan = (argv: readonly string[], env = {}): string[][] =>
  planTests(argv, env).map((group) => group.map(({ runner, args }) => [runner, ...args].join(" ")));

it.each([
  [[], [["vitest run --project=quick", "playwright test"]]],
  [["harness/faults"], [["vitest run harness/faults"]]],
  [["a.test.ts", "-t", "name"], [["vitest run a.test.ts -t name"]]],
  [["--reporter=dot"], [["vitest run --project=quick --reporter=dot"]]],
  [["harness/a.spec.ts"], [["playwright test harness/a.spec.ts"]]],
  [["a.spec.ts:12", "--headed"], [["playwright test a.spec.ts:12 --headed"]]],
  [
    ["a.test.ts", "b.spec.ts", "--bail=1"],
    [["vitest run a.test.ts --bail=1", "playwright test b.spec.ts"]],
  ],
  [["--all"], [["vitest run --project=quick", "playwright test"], ["vitest run --project=walks"]]],
  [["--all", "--without-quick"], [["vitest run --project=walks"]]],
  [
    ["--all", "--bail=1"],
    [
      ["vitest run --project=quick --bail=1", "playwright test"],
      ["vitest run --project=walks --bail=1"],
    ],
  ],
  [["--all", "a.walk.test.ts"], [["vitest run a.walk.test.ts"]]],
])("%j", (argv, expected) => {
  expect(plan(argv)).toEqual(expected);
});

it("fails where the arguments leave nothing to run", async () => {
  const groups = planTests(["--without-quick"], {});
  expect(await runTests(groups, () => Promise.resolve(0))).toBe(1);
});

it("has each run write its own results file, and print little", () => {
  const runs = planTests(["--all", "--results=/tmp/r"], {}).flat();
  expect(runs.map(({ args }) => args.join(" "))).toEqual([
    "run --reporter=default --reporter=json --outputFile.json=/tmp/r/vitest.json --silent=passed-only --project=quick",
    "test --reporter=dot,json",
    "run --reporter=default --reporter=json --outputFile.json=/tmp/r/walks.json --silent=passed-only --project=walks",
  ]);
  expect(runs[1]?.env).toEqual({ PLAYWRIGHT_JSON_OUTPUT_FILE: "/tmp/r/playwright.json" });
});

it("leaves out Playwright where no browser is wanted", () => {
  const env = { BROWNOUT_BROWSER: "none" };
  expect(plan([], env)).toEqual([["vitest run --project=quick"]]);
  expect(plan(["a.spec.ts"], env)).toEqual([[]]);
});

it.each([
  [[0, 0, 0], 0],
  [[1, 0, 0], 1],
  [[0, 2, 0], 1],
  [[0, 0, 1], 1],
])("runs every group, also after a failure: %j", async (statuses, expected) => {
  const ran: string[] = [];
  const status = await runTests(planTests(["--all"], {}), ({ runner }, beside) => {
    ran.push(`${runner} ${beside}`);
    return Promise.resolve(statuses[ran.length - 1] ?? 1);
  });
  expect(ran).toEqual(["vitest alone", "playwright beside others", "vitest alone"]);
  expect(status).toBe(expected);
});
