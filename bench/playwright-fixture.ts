/**
 * What the `entra` fixture adds to a test that opens a page: against the same test, bare, in the
 * same Chromium. Warm: the first tests of each worker, which start browser and simulator, do not count.
 *
 *   node bench/playwright-fixture.ts
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./measure.ts";

const WARM_UP = 5;
const ROUNDS = 3;
const config = fileURLToPath(new URL("playwright-fixture/playwright.config.ts", import.meta.url));

interface Reported {
  readonly suites: readonly {
    readonly specs: readonly {
      readonly tests: readonly {
        readonly results: readonly { readonly status: string; readonly duration: number }[];
      }[];
    }[];
  }[];
}

/** Milliseconds of each warm test, fixtures and all; throws when one fails. */
function measure(name: "bare" | "fixture"): readonly number[] {
  const args = ["playwright", "test", `${name}.bench`, "--config", config];
  const { status, stdout } = spawnSync("npx", args, {
    encoding: "utf8",
    // What npm installs on Windows are scripts of its shell.
    shell: process.platform === "win32",
  });
  if (status !== 0)
    throw new Error(
      `the ${name} tests failed: npx playwright test ${name}.bench --config ${config} --reporter=list`,
    );
  const { suites } = JSON.parse(stdout) as Reported;
  const specs = suites.flatMap((suite) => suite.specs);
  const results = specs.flatMap(({ tests }) => tests.flatMap((test) => test.results));
  return results.map(({ duration }) => duration).slice(WARM_UP);
}

const taken = { bare: [] as number[], fixture: [] as number[] };
for (let round = 0; round < ROUNDS; round += 1) {
  taken.bare.push(...measure("bare"));
  taken.fixture.push(...measure("fixture"));
}
const [bare, fixture] = [median(taken.bare), median(taken.fixture)];
console.log(
  `a test that opens a page: ${bare} ms bare, ${fixture} ms with the fixture; ratio ${(fixture / bare).toFixed(2)}`,
);
