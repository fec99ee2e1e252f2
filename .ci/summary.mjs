/**
 * Prints the closing line of `.ci/run` from the JSON of Vitest and of Playwright, which
 * `npm test -- --results=FOLDER` leaves: `N passed, N failed[, N skipped]`. A run that broke
 * without a failed test (no results, a file that does not load, an error outside any test)
 * counts as one failure. Plain JavaScript: it must also run on old Nodes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, tests] = process.argv.slice(2);

function readResults(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), "utf8"));
  } catch {
    return undefined;
  }
}

/** What both runners have in common; `broken` says in words what is no test, and failed. */
function countVitest({
  numPassedTests = 0,
  numFailedTests = 0,
  numPendingTests = 0,
  numTodoTests = 0,
  testResults = [],
}) {
  const unloaded = testResults.filter(
    (suite) =>
      suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
    broken: unloaded.map((suite) => `Could not be run: ${suite.name}`),
  };
}

function countPlaywright({ stats, errors = [] }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    broken: errors.map(({ message = "" }) => `Playwright: ${message.split("\n", 1)[0]}`),
  };
}

function nothingLeft(whose) {
  return { passed: 0, failed: 0, skipped: 0, broken: [`${whose} left no results.`] };
}

function countAll() {
  const quick = readResults("vitest.json");
  const walks = readResults("walks.json");
  const playwright = readResults("playwright.json");
  if ([quick, walks, playwright].every((results) => results === undefined))
    return [nothingLeft("The test command")];
  const counts = [
    quick === undefined ? nothingLeft("Vitest") : countVitest(quick),
    walks === undefined ? nothingLeft("Vitest's walks") : countVitest(walks),
  ];
  if (playwright !== undefined) counts.push(countPlaywright(playwright));
  else if (process.env.BROWNOUT_BROWSER !== "none") counts.push(nothingLeft("Playwright"));
  else console.log("BROWNOUT_BROWSER=none: Playwright's tests were not run.");
  return counts;
}

let [passed, failed, skipped] = [0, 0, 0];
for (const counts of countAll()) {
  for (const line of counts.broken) console.log(line);
  passed += counts.passed;
  failed += counts.failed + counts.broken.length;
  skipped += counts.skipped;
}
if (failed === 0 && tests !== "passed") failed = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
