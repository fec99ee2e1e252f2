/**
 * Leaves the journal of a test with what the test expected, passed or failed, when `brownout suite`
 * runs the suite: so a night of tests is archived, compared and reported like one of scenarios.
 */
import { hash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { shellWord } from "../../core/shell-word.ts";
import { stripVTControlCharacters } from "node:util";
import { makeFolder } from "../../core/make-folder.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import { writeJournal } from "../../history/journal.ts";
import type { JournalHeader, TestFinding } from "../../history/header.ts";
import { maskSecretLooks } from "../../history/secret-text.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { SUITE_TIMES, SUITE_VARIABLE } from "../../runner/live/suite-variable.ts";
import { takeExpectations } from "../matchers/expectations.ts";
import { writeJournalTo } from "./write-journal.ts";
import type { Again, TestIdentity } from "../suite/test-runner.ts";

/** Long enough to be read, short enough for the name of a file. */
const WORDS_MAX = 85;

/** Real time; one test runs at a time. */
let beganAtMs = machineTime();

/** Forgets what an earlier test expected. */
export function beginResult(): void {
  takeExpectations("");
  beganAtMs = machineTime();
}

/** Writes the journal, if a suite is run for its results; a later attempt of a test replaces an earlier one. Throws `unwritable`. */
export function leaveResult(
  session: Pick<LiveSimulation, "history">,
  { errors, ...test }: TestIdentity & { readonly errors: readonly { readonly message?: string }[] },
  again?: Again,
): void {
  const folder = process.env[SUITE_VARIABLE];
  const file = fileOf(test);
  const expected = takeExpectations(file ?? "");
  if (folder === undefined || folder === "") return;
  const { header, events } = session.history();
  const scenario = scenarioNameOf(test);
  const named: JournalHeader = {
    ...header,
    scenario,
    ...(file === undefined ? {} : { file }),
    test: {
      title: test.title,
      ...(again === undefined || file === undefined
        ? {}
        : { again: again(shellWord(file), shellWord(patternOf(test.title))) }),
      findings: findingsOf(expected, { errors, source: file ?? "" }),
    },
  };
  const client = header.client.name.replace(/[^\w.@-]+/g, "-");
  const name = `${scenario}--${client}`;
  const path = join(folder, "journals", `${name}.jsonl`);
  writeJournalTo(path, writeJournal({ header: named, events }), SUITE_VARIABLE);
  // The journal of a test is the same each time; what it took is not.
  const times = join(folder, SUITE_TIMES, name);
  makeFolder(dirname(times));
  writeFileSync(times, String(Math.max(0, Math.round(machineTime() - beganAtMs))));
}

/** Why a test failed: by what it expected of Entra, or else by its first error. What failed in a test that passed was tried again, or meant to fail. */
function findingsOf(
  expected: readonly TestFinding[],
  {
    errors,
    source,
  }: { readonly errors: readonly { readonly message?: string }[]; readonly source: string },
): readonly TestFinding[] {
  const held = expected.filter(({ verdict }) => verdict === "pass");
  const [first] = errors;
  if (first === undefined) return held;
  const others = expected.filter(({ verdict }) => verdict !== "pass");
  if (others.length > 0) return [...held, ...others];
  const [line = ""] = stripVTControlCharacters(first.message ?? "")
    .trimStart()
    .split("\n", 1);
  const message = maskSecretLooks(line) || "The test failed.";
  return [...held, { rule: "test", verdict: "fail", message, evidence: [], source }];
}

/** Runners join the names of suites and tests by blanks. */
function patternOf(title: string): string {
  return title
    .replaceAll(" > ", " ")
    .replace(/ \[[^[]*\]$/, "")
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The file of a test, relative to where its runner was called. */
function fileOf({ file = "" }: TestIdentity): string | undefined {
  return file === "" ? undefined : relative(process.cwd(), file).replaceAll("\\", "/");
}

/** The same in every run; titles that look alike without their punctuation have names of their own. */
function scenarioNameOf(test: TestIdentity): string {
  const { title, file = "" } = test;
  const words = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
  const own = hash("sha256", JSON.stringify([fileOf(test) ?? "", title]), "hex").slice(0, 8);
  const names = [words(basename(file)), words(title)].filter((name) => name !== "");
  return [names.join("-").slice(0, WORDS_MAX).replace(/-$/, ""), own]
    .filter((part) => part !== "")
    .join("-");
}
