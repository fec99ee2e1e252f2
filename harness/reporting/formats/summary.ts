/**
 * The report as a short Markdown page, for a pull request or a colleague: what broke, for whom
 * and what to do; then what is inconclusive, known and fixed. The same as on the terminal, to keep.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { RunReference } from "../model/run-reference.ts";
import type { BrokenRun, FindingReport, KnownGroup, ReportModel } from "../model/report-model.ts";
import { count, namesWithin } from "../model/wording.ts";
import { entrySections } from "./entry-sections.ts";
import { evidenceOf } from "./evidence.ts";
import { flowLines } from "./flow-lines.ts";
import { inline, row } from "./markdown-text.ts";
import { sideLines } from "./side-lines.ts";

/** GitHub takes a summary of at most 1 MiB from a step, and shows nothing of a longer one. */
const BYTES_MAX = 1_000_000;

/** Room for the sentence that says what is left out. */
const NOTE_BYTES = 2_000;

/**
 * The text of `summary.md`: at most 1 MB. Of a longer one whole runs and sections are left out,
 * from the end on, and it says how many.
 */
export function writeSummary(model: ReportModel): string {
  const [head, ...rest] = partsOf(model)
    .map((lines) => lines.join("\n"))
    .filter((part) => part !== "");
  const kept: string[] = [head ?? ""];
  let bytes = bytesOf(kept[0] ?? "") + NOTE_BYTES;
  let isFull = false;
  for (const part of rest) {
    bytes += bytesOf(part) + 2;
    isFull ||= bytes > BYTES_MAX;
    if (isFull) break;
    kept.push(part);
  }
  const left = rest.length + 1 - kept.length;
  if (left > 0) kept.push(leftOutNote(left));
  return `${kept.join("\n\n")}\n`;
}

function leftOutNote(left: number): string {
  return `*${count(left, "more part")} of this summary would not fit in here: everything is in \`report.html\` and \`results.json\`, beside this file in the artifacts of the build.*`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** What is kept or left out as a whole, the most important first; a heading stays with what follows. */
function partsOf(model: ReportModel): readonly (readonly string[])[] {
  return [
    headSection(model),
    failuresSection(model),
    ...brokenParts(model),
    inconclusiveSection(model),
    flowLines(model.flows),
    sideLines(model.sides),
    heldSection(model),
    acceptedSection("Known", "The baseline expects these, each for its reason.", model.known),
    acceptedSection(
      "Expected",
      "What these scenarios break on purpose, as they say themselves.",
      model.expected,
    ),
    quarantineSection(model),
    fixedSection(model),
    ...entrySections(model).map(([title, lines]) => [
      `## ${title}`,
      "",
      ...lines.map((line) => `- ${inline(line)}`),
    ]),
    relaunchedSection(model),
  ];
}

function headSection({
  headline,
  totalsText,
  costText,
  scoreTexts,
}: ReportModel): readonly string[] {
  const cost = costText === undefined ? [] : ["", inline(costText)];
  const scores = scoreTexts.flatMap((text) => ["", inline(text)]);
  return [`# Brownout: ${headline}`, "", totalsText, ...cost, ...scores];
}

/** A part for each run. */
function brokenParts(model: ReportModel): readonly (readonly string[])[] {
  return model.broken.map((run, index) => [
    ...(index === 0 ? ["## What broke", ""] : []),
    ...brokenLines(run, model),
  ]);
}

function brokenLines(broken: BrokenRun, model: ReportModel): readonly string[] {
  const { run, mount, simulatedMs, configuration, story, costText, findings, replay } = broken;
  return [
    `### ${run.scenario}: ${run.client} (${mount}, ${formatDuration(simulatedMs)})`,
    ...(configuration === undefined ? [] : ["", inline(configuration)]),
    ...(story === undefined ? [] : ["", `For whom: ${inline(story.failureMeans)}`]),
    ...(costText === undefined ? [] : ["", `Cost: ${inline(costText)}.`]),
    ...findings.flatMap((finding) => ["", ...findingLines(run, finding, model)]),
    ...(story === undefined ? [] : ["", `In the application: ${inline(story.fix)}`]),
    ...(replay === undefined ? [] : ["", `See it again: \`${replay}\``]),
  ];
}

function findingLines(
  run: RunReference,
  { rule, message, knownAs, controlText, sinceText, evidence, source }: FindingReport,
  model: ReportModel,
): readonly string[] {
  const fix = model.rules[rule]?.fix;
  const lines = evidenceOf(model, run, evidence);
  return [
    `**${rule}**: ${inline(message)}`,
    ...(knownAs === undefined ? [] : ["", `The baseline knows it as: ${inline(knownAs)}`]),
    ...(lines.length === 0 ? [] : ["", "```text", ...lines, "```"]),
    "",
    ...(controlText === undefined ? [] : [inline(controlText), ""]),
    ...(sinceText === undefined ? [] : [inline(sinceText), ""]),
    ...(fix === undefined ? [] : [`What to do: ${inline(fix)}`, ""]),
    `Source: ${inline(source)}`,
  ];
}

function inconclusiveSection({ inconclusive }: ReportModel): readonly string[] {
  if (inconclusive.length === 0) return [];
  const advice = inconclusive.flatMap(({ run, configuration }) =>
    configuration === undefined ? [] : [`- ${run.scenario}: ${inline(configuration)}`],
  );
  return [
    "## Inconclusive",
    "",
    "An asserted rule never saw what it judges, so nothing is proved.",
    "",
    ...(advice.length === 0 ? [] : [...advice, ""]),
    row("scenario", "client", "rule", "what was not seen"),
    "| --- | --- | --- | --- |",
    ...inconclusive.flatMap(({ run, findings, unproved }) =>
      unproved === undefined
        ? findings.map(({ rule, message }) => row(run.scenario, run.client, rule, message))
        : [row(run.scenario, run.client, count(findings.length, "rule"), unproved)],
    ),
  ];
}

/** The terminal and results.json have all names. */
const HELD_WIDTH = 120;

function heldSection({ held }: ReportModel): readonly string[] {
  if (held.length === 0) return [];
  return [
    "## Held",
    "",
    "What was asserted, and passed.",
    ...held.flatMap(({ client, rules }) => [
      "",
      `### ${client}`,
      "",
      ...rules.map(({ rule, says, runs }) => {
        const demand = says === undefined ? "" : ` ${inline(says)}`;
        const scenarios = runs.map(({ scenario }) => scenario);
        return `- **${rule}**:${demand} *${namesWithin(scenarios, HELD_WIDTH)}*`;
      }),
    ]),
  ];
}

function acceptedSection(
  title: string,
  says: string,
  groups: readonly KnownGroup[],
): readonly string[] {
  if (groups.length === 0) return [];
  return [
    `## ${title}`,
    "",
    says,
    "",
    row("client", "reason", "rules and scenarios", "seen"),
    "| --- | --- | --- | --- |",
    ...groups.map(({ client, reason, rules, example }) =>
      row(
        client,
        reason,
        rules
          .map(({ rule, runs }) => `**${rule}**: ${runs.map((run) => run.scenario).join(", ")}`)
          .join("; "),
        [`${example.run.scenario}: ${example.message}`, example.controlText ?? ""].join(" ").trim(),
      ),
    ),
  ];
}

function quarantineSection({ quarantine }: ReportModel): readonly string[] {
  if (quarantine.length === 0) return [];
  return ["## In quarantine", "", ...quarantine.map((line) => `- ${inline(line)}`)];
}

function fixedSection({ fixed }: ReportModel): readonly string[] {
  if (fixed.length === 0) return [];
  return [
    "## Fixed",
    "",
    "These are in the baseline, and pass now. `--update-baseline` takes them out.",
    "",
    ...fixed.map(({ scenario, client, rule }) => `- ${scenario}, ${client}: ${rule}`),
  ];
}

function failuresSection({ failures, cutShort }: ReportModel): readonly string[] {
  if (failures.length + cutShort.length === 0) return [];
  return [
    "## Not finished",
    "",
    "The harness could not bring these to their end, so nothing is said about them.",
    "",
    ...failures.map(
      ({ scenario, client, message, hint }) =>
        `- ${scenario}, ${client}: ${inline(message)}${hint === undefined ? "" : ` ${inline(hint)}`}`,
    ),
    ...cutShort.map(({ message, runs }) => {
      const names = runs.map(({ scenario, client }) => `${scenario} (${client})`).join(", ");
      return `- ${runs.length} of them: ${inline(message)}: ${inline(names)}`;
    }),
  ];
}

function relaunchedSection({ relaunched }: ReportModel): readonly string[] {
  if (relaunched.length === 0) return [];
  return [
    "## Browsers that died",
    "",
    ...relaunched.map(({ run, text }) => `- ${inline(`${run.scenario}, ${run.client}: ${text}`)}`),
  ];
}
