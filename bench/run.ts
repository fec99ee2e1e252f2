/**
 * Runs all benchmarks, each in its own process, and prints their ratios.
 *
 *   npm run bench [-- harness-tax growth mount-heap archive token-signing playwright-fixture]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const names = [
  "harness-tax",
  "growth",
  "token-signing",
  "mount-heap",
  "archive",
  "playwright-fixture",
];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${names.join(", ")}.`);
  process.exit(2);
}
let failed = false;
for (const name of asked.length === 0 ? names : asked) {
  console.log(`\n== ${name}`);
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
    stdio: "inherit",
  });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
