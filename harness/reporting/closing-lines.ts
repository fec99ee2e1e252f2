/**
 * What the terminal says after the runs: what held, what is known, what broke with its
 * evidence and what to do, what is open or fixed, the totals, and how to see it again.
 * `summary.md` says the same, to keep.
 */
import { costLine } from "./cost-text.ts";
import type { Explain } from "./explain.ts";
import { groupHeld, namesWithin } from "./held.ts";
import { groupKnown } from "./known.ts";
import { quarantineLines } from "./quarantine.ts";
import { relaunchedLines } from "./relaunched.ts";
import {
  type ComparedFinding,
  type FailedRun,
  newFailures,
  newlyOpen,
  type Results,
  type RunResult,
} from "./results.ts";
import type { Paint } from "./terminal.ts";
import { count, headline, splitFailures, totalsLine } from "./totals.ts";

/** What comes after the runs: what broke with its evidence, what is open, fixed, and the totals. */
export function closingLines(results: Results, explain: Explain, paint: Paint): readonly string[] {
  const { fixed = [], runs } = results;
  const { own, interrupted } = splitFailures(results);
  const broken = runs.filter((run) => newFailures(run).length > 0);
  const relaunched = relaunchedLines(results, explain).map((line) => `  ${line}`);
  const open = runs.flatMap((run) => openLines(run, explain));
  const cost = costLine(results);
  const quarantine = quarantineLines(results);
  return [
    "",
    ...heldLines(results, explain, paint),
    ...knownLines(results, explain, paint),
    ...broken.flatMap((run) => [...brokenLines(run, explain, paint), ""]),
    ...(open.length === 0 ? [] : [paint("yellow", "Inconclusive"), ...open, ""]),
    ...(fixed.length === 0
      ? []
      : [
          paint(
            "green",
            "Fixed: in the baseline, and passing now (--update-baseline takes them out)",
          ),
          ...fixed.map(({ scenario, client, rule }) => `  ${scenario}: ${client}: ${rule}`),
          "",
        ]),
    ...(quarantine.length === 0
      ? []
      : [paint("yellow", "In quarantine"), ...quarantine.map((line) => `  ${line}`), ""]),
    ...own.flatMap((failure) => [...failureLines(failure, paint), ""]),
    ...(relaunched.length === 0 ? [] : [paint("yellow", "Browsers died"), ...relaunched, ""]),
    ...(interrupted.length === 0
      ? []
      : [`Interrupted: nothing is said about ${count(interrupted.length, "run")}.`, ""]),
    `${paint("bold", headline(results))}. ${totalsLine(results)}`,
    ...(cost === undefined ? [] : [cost]),
  ];
}

/** How wide a line of names may be, in characters: what most terminals show without a break. */
const NAMES_WIDTH = 100;

function heldLines(results: Results, explain: Explain, paint: Paint): string[] {
  const groups = groupHeld(results, explain);
  if (groups.length === 0) return [];
  const lines = groups.flatMap(({ client, rules }) => [
    `  ${client}`,
    ...rules.flatMap(({ rule, says, scenarios }) => [
      `    ${paint("green", rule)}${says === undefined ? "" : `: ${says}`}`,
      paint("dim", `      ${namesWithin(scenarios, NAMES_WIDTH - 6)}`),
    ]),
    "",
  ]);
  return [paint("bold", "Held: what was asserted, and passed"), ...lines];
}

/** How much of the evidence of a known finding is worth a reader's time each day. */
const KNOWN_EVIDENCE_LINES = 3;

function knownLines(results: Results, explain: Explain, paint: Paint): string[] {
  const groups = groupKnown(results, explain);
  if (groups.length === 0) return [];
  const lines = groups.flatMap(({ client, reason, rules, example: { run, finding } }) => [
    `  ${client}: ${paint("yellow", reason)}`,
    ...rules.map(({ rule, scenarios }) => `    ${rule}: ${scenarios.join(", ")}`),
    `    Seen in ${run.scenario}: ${finding.message}`,
    ...explain
      .evidence(run, finding)
      .slice(0, KNOWN_EVIDENCE_LINES)
      .map((text) => paint("dim", `      ${text}`)),
    "",
  ]);
  return [paint("bold", "Known: the baseline expects these, each for its reason"), ...lines];
}

function openLines(run: RunResult, explain: Explain): string[] {
  const open = newlyOpen(run).map(({ rule, message }) => `${rule}: ${message}`);
  // A run that is also broken has said so above.
  const isSilent = open.length === 0 || newFailures(run).length > 0;
  const configuration = isSilent ? undefined : explain.configuration(run);
  return [...(configuration === undefined ? [] : [configuration]), ...open].map(
    (line) => `  ${run.scenario}: ${line}`,
  );
}

function brokenLines(run: RunResult, explain: Explain, paint: Paint): string[] {
  const { scenario, client, mount } = run;
  const configuration = explain.configuration(run);
  const story = configuration === undefined ? explain.story(run) : undefined;
  const replay = explain.replay(run);
  const title = `${scenario}: ${client.name} ${client.version} (${mount})`;
  return [
    paint(["red", "bold"], title),
    ...(configuration === undefined ? [] : [`  ${configuration}`]),
    ...(story === undefined ? [] : [`  For whom: ${story.failureMeans}`]),
    ...newFailures(run).flatMap((finding) => findingLines(run, finding, { explain, paint })),
    ...(story === undefined ? [] : [`  In the application: ${story.fix}`]),
    ...(replay === undefined ? [] : [`  See it again: ${paint("cyan", replay)}`]),
  ];
}

function findingLines(
  run: RunResult,
  finding: ComparedFinding,
  { explain, paint }: { readonly explain: Explain; readonly paint: Paint },
): string[] {
  const fix = explain.fix(finding.rule);
  return [
    `  ${paint("red", finding.rule)}: ${finding.message}`,
    ...(finding.knownAs === undefined ? [] : [`    The baseline knows it as: ${finding.knownAs}`]),
    ...explain.evidence(run, finding).map((text) => paint("dim", `    ${text}`)),
    ...(fix === undefined ? [] : [`    What to do: ${fix}`]),
    paint("dim", `    Source: ${finding.source}`),
  ];
}

function failureLines(
  { scenario, client, message, place, hint }: FailedRun,
  paint: Paint,
): string[] {
  return [
    paint(["red", "bold"], `${scenario}: ${client}: not finished`),
    `  ${place === undefined ? "" : `${place}: `}${message}`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
}
