/**
 * Prints the closing line of `.ci/run` from Vitest's JSON: `N passed, N failed[, N skipped]`.
 * A run that broke without a failed test (no results, a file that does not load, an error
 * outside any test) counts as one failure. Plain JavaScript: it must also run on old Nodes.
 */
import { readFileSync } from "node:fs";

const [file, status] = process.argv.slice(2);

function readResults() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const results = readResults();
const passed = results?.numPassedTests ?? 0;
const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
const unloaded = (results?.testResults ?? []).filter(
  (suite) =>
    suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
);
let failed = (results?.numFailedTests ?? 0) + unloaded.length;
for (const suite of unloaded) console.log(`Could not be run: ${suite.name}`);
if (results === undefined) console.log("The test runner left no results.");
if (failed === 0 && (results === undefined || (results.success === false && status !== "0")))
  failed = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
