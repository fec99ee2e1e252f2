/**
 * Prints the end of `.ci/run` from the JSON of Vitest and of Playwright, which
 * `npm test -- --results=FOLDER` leaves: each failed test, as often only the end of the output is
 * kept, and `N passed, N failed[, N skipped]` as the last line. A run that broke without a failed
 * test (no results, a file that does not load, an error outside any test) counts as one failure.
 * Plain JavaScript: it must also run on old Nodes.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

const MOST_TESTS = 30;
const MOST_LINES = 12;
const MOST_CHARACTERS = 240;
/** Of what a command printed: what it began with, and what it came to. */
const OUTPUT_LINES = { first: 3, last: 22 };

const [folder, tests] = process.argv.slice(2);

function readResults(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * What both runners have in common; `broken` says in words what is no test, and failed. `listed`
 * are the tests that failed or passed only when tried again.
 */
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
    broken: unloaded.map(({ name, message = "" }) =>
      withMessage(`Could not be run: ${shownPath(name)}`, message),
    ),
    listed: testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter((test) => test.status === "failed")
        .map(({ fullName, failureMessages = [] }) => ({
          is: "FAILED",
          file: shownPath(name),
          title: fullName,
          message: failureMessages.join("\n"),
        })),
    ),
  };
}

function countPlaywright({ stats, errors = [], suites = [] }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    broken: errors.map(({ message = "" }) => {
      const [first, ...rest] = message.split("\n");
      return withMessage(`Playwright: ${first}`, rest.join("\n"));
    }),
    listed: suites.flatMap((suite) => playwrightTests(suite, [])),
  };
}

function playwrightTests({ title, specs = [], suites = [] }, above) {
  const path = [...above, title];
  return [
    ...specs.flatMap((spec) =>
      spec.tests
        .filter(({ status }) => status === "unexpected" || status === "flaky")
        .map(({ status, results }) => ({
          is: status === "flaky" ? "FLAKY (passed when tried again)" : "FAILED",
          file: `${spec.file}:${spec.line}`,
          // The outermost suite is the file.
          title: [...path.slice(1), spec.title].join(" > "),
          message: results
            .flatMap(({ errors = [] }) => errors.map(({ message }) => message))
            .join("\n"),
        })),
    ),
    ...suites.flatMap((suite) => playwrightTests(suite, path)),
  ];
}

function nothingLeft(whose) {
  return { passed: 0, failed: 0, skipped: 0, broken: [`${whose} left no results.`], listed: [] };
}

/** The message in its first lines, without colours and without the machine's own folders. */
function withMessage(head, message) {
  // oxlint-disable-next-line no-control-regex -- the escapes of colours
  const plain = message.replace(/\u001b\[[\d;]*m/g, "");
  const isWritten = (line) => line.trim() !== "";
  const lines = plain.split("\n").filter(isWritten);
  // An assertion quotes what a command printed, whose end says what went wrong.
  const quoted = lines.flatMap(linesOfQuote).filter(isWritten);
  const shown = quoted.length > lines.length ? bothEnds(quoted) : beginning(lines);
  return [head, ...shown.map((line) => `    ${clipped(line)}`)].join("\n");
}

function linesOfQuote(line) {
  return line.length > MOST_CHARACTERS ? line.split("\\n") : [line];
}

function beginning(lines) {
  const more = lines.length - MOST_LINES;
  if (more <= 0) return lines;
  return [...lines.slice(0, MOST_LINES), `… ${more} more ${more === 1 ? "line" : "lines"}`];
}

function bothEnds(lines) {
  const { first, last } = OUTPUT_LINES;
  const between = lines.length - first - last;
  if (between <= 1) return lines;
  return [...lines.slice(0, first), `… ${between} lines …`, ...lines.slice(-last)];
}

function clipped(line) {
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)} …` : line;
}

function shownPath(file) {
  const shown = relative(process.cwd(), file);
  return shown.startsWith("..") ? file : shown;
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

function printTests(listed) {
  for (const { is, file, title, message } of listed.slice(0, MOST_TESTS))
    console.log(withMessage(`${is} ${file} > ${title}`, message));
  const more = listed.length - MOST_TESTS;
  if (more > 0) console.log(`… ${more} more: only the first ${MOST_TESTS} are listed.`);
}

let [passed, failed, skipped] = [0, 0, 0];
const counts = countAll();
// What failed comes before what only had to be tried again: the list is bounded.
const listed = counts.flatMap((each) => each.listed);
printTests([
  ...listed.filter(({ is }) => is === "FAILED"),
  ...listed.filter(({ is }) => is !== "FAILED"),
]);
for (const each of counts) {
  for (const line of each.broken) console.log(line);
  passed += each.passed;
  failed += each.failed + each.broken.length;
  skipped += each.skipped;
}
if (failed === 0 && tests !== "passed") {
  console.log(
    "The test command failed, but no test did: an error outside any test, printed above.",
  );
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
