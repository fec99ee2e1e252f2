/**
 * What the terminal prints after the runs: what held, what is known, what broke with its
 * evidence and what to do, what is inconclusive or fixed, the totals, and how to see it again.
 * `summary.md` says the same, to keep.
 */
import type { RunReference } from "../model/run-reference.ts";
import type {
  BrokenRun,
  FindingReport,
  InconclusiveRun,
  CutShortGroup,
  KnownGroup,
  ReportModel,
} from "../model/report-model.ts";
import type { FailedRun } from "../model/results.ts";
import { count, namesWithin } from "../model/wording.ts";
import { entrySections } from "./entry-sections.ts";
import { evidenceOf } from "./evidence.ts";
import type { Paint } from "./terminal.ts";
import { indented, oneLine } from "./terminal-text.ts";

/** The lines after the runs, in the order in which a reader at the end of the output needs them. */
export function closingLines(model: ReportModel, paint: Paint): readonly string[] {
  const { broken, inconclusive, fixed, quarantine, failures, relaunched, cutShort } = model;
  const { headline, totalsText, costText, scoreTexts } = model;
  return [
    "",
    ...heldLines(model, paint).map(oneLine),
    ...acceptedLines(KNOWN_TITLE, model.known, { model, paint }).map(oneLine),
    ...acceptedLines(EXPECTED_TITLE, model.expected, { model, paint }).map(oneLine),
    ...broken.flatMap((run) => [...brokenLines(run, model, paint).map(oneLine), ""]),
    ...section(
      paint("yellow", "Inconclusive"),
      inconclusive.flatMap(inconclusiveLines).map(oneLine),
    ),
    ...section(
      paint("green", "Fixed: in the baseline, and passing now (--update-baseline takes them out)"),
      fixed.map(({ scenario, client, rule }) => oneLine(`${scenario}: ${client}: ${rule}`)),
    ),
    ...section(paint("yellow", "In quarantine"), quarantine.map(oneLine)),
    ...entrySections(model).flatMap(([title, lines]) =>
      section(paint("yellow", title), lines.map(oneLine)),
    ),
    ...failures.flatMap((failure) => [...failureLines(failure, paint), ""]),
    ...section(
      paint("yellow", "Browsers died"),
      relaunched.map(({ run, text }) => oneLine(`${run.scenario}, ${run.client}: ${text}`)),
    ),
    ...cutShort.flatMap((group) => [...cutShortLines(group, paint), ""]),
    `${paint("bold", headline)}. ${totalsText}`,
    ...(costText === undefined ? [] : [costText]),
    ...scoreTexts.map(oneLine),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ""];
}

/** How wide a line of names may be, in characters: what most terminals show without a break. */
const NAMES_WIDTH = 100;

function heldLines({ held }: ReportModel, paint: Paint): readonly string[] {
  if (held.length === 0) return [];
  const lines = held.flatMap(({ client, rules }) => [
    `  ${client}`,
    ...rules.flatMap(({ rule, says, runs }) => {
      const scenarios = runs.map(({ scenario }) => scenario);
      return [
        `    ${paint("green", rule)}${says === undefined ? "" : `: ${says}`}`,
        paint("dim", `      ${namesWithin(scenarios, NAMES_WIDTH - 6)}`),
      ];
    }),
    "",
  ]);
  return [paint("bold", "Held: what was asserted, and passed"), ...lines];
}

/** How many lines of evidence of a known finding are worth a reader's time each day. */
const KNOWN_EVIDENCE_LINES = 3;

const KNOWN_TITLE = "Known: the baseline expects these, each for its reason";
const EXPECTED_TITLE = "Expected: what these scenarios break on purpose, as they say themselves";

function acceptedLines(
  title: string,
  groups: readonly KnownGroup[],
  { model, paint }: { readonly model: ReportModel; readonly paint: Paint },
): readonly string[] {
  if (groups.length === 0) return [];
  const lines = groups.flatMap(({ client, reason, rules, example }) => [
    `  ${client}: ${paint("yellow", reason)}`,
    ...rules.map(({ rule, runs }) => `    ${rule}: ${runs.map((one) => one.scenario).join(", ")}`),
    `    Seen in ${example.run.scenario}: ${example.message}`,
    ...evidenceOf(model, example.run, example.evidence)
      .slice(0, KNOWN_EVIDENCE_LINES)
      .map((text) => paint("dim", `      ${text}`)),
    ...(example.controlText === undefined ? [] : [`    ${example.controlText}`]),
    "",
  ]);
  return [paint("bold", title), ...lines];
}

function inconclusiveLines({
  run,
  configuration,
  unproved,
  findings,
}: InconclusiveRun): readonly string[] {
  const rules =
    unproved === undefined
      ? findings.map(({ rule, message }) => `${rule}: ${message}`)
      : [`${unproved} ${count(findings.length, "rule")} had nothing to judge.`];
  return [...(configuration === undefined ? [] : [configuration]), ...rules].map(
    (line) => `${run.scenario}: ${line}`,
  );
}

function brokenLines(broken: BrokenRun, model: ReportModel, paint: Paint): readonly string[] {
  const { run, mount, configuration, story, findings, replay } = broken;
  return [
    paint(["red", "bold"], `${run.scenario}: ${run.client} (${mount})`),
    ...(configuration === undefined ? [] : [`  ${configuration}`]),
    ...(story === undefined ? [] : [`  For whom: ${story.failureMeans}`]),
    ...findings.flatMap((finding) => findingLines(run, finding, { model, paint })),
    ...(story === undefined ? [] : [`  In the application: ${story.fix}`]),
    ...(replay === undefined ? [] : [`  See it again: ${paint("cyan", replay)}`]),
  ];
}

function findingLines(
  run: RunReference,
  { rule, message, knownAs, controlText, sinceText, evidence, source }: FindingReport,
  { model, paint }: { readonly model: ReportModel; readonly paint: Paint },
): readonly string[] {
  const fix = model.rules[rule]?.fix;
  const lines = evidenceOf(model, run, evidence);
  return [
    `  ${paint("red", rule)}: ${message}`,
    ...(knownAs === undefined ? [] : [`    The baseline knows it as: ${knownAs}`]),
    ...lines.map((text) => paint("dim", `    ${text}`)),
    ...(controlText === undefined ? [] : [`    ${controlText}`]),
    ...(sinceText === undefined ? [] : [`    ${sinceText}`]),
    ...(fix === undefined ? [] : [`    What to do: ${fix}`]),
    paint("dim", `    Source: ${source}`),
  ];
}

/** All names are in results.json; a line of so many shows what kind of runs they are. */
const CUT_SHORT_WIDTH = 400;

function cutShortLines({ message, hint, runs }: CutShortGroup, paint: Paint): readonly string[] {
  const names = runs.map(({ scenario, client }) => `${scenario} (${client})`);
  return [
    paint("yellow", oneLine(`Nothing is said about ${count(runs.length, "run")}: ${message}`)),
    `  ${oneLine(namesWithin(names, CUT_SHORT_WIDTH))}`,
    ...(hint === undefined ? [] : [`  ${oneLine(hint)}`]),
  ];
}

function failureLines(
  { scenario, client, message, place, hint }: FailedRun,
  paint: Paint,
): readonly string[] {
  return [
    paint(["red", "bold"], oneLine(`${scenario}: ${client}: not finished`)),
    `  ${place === undefined ? "" : `${oneLine(place)}: `}${indented(message, "    ")}`,
    ...(hint === undefined ? [] : [`  ${indented(hint, "    ")}`]),
  ];
}
