/**
 * The results as a short Markdown page, for a pull request or a colleague: what broke, for
 * whom, what to do; then what is open, known and fixed. What the terminal prints, to keep.
 */
import { formatDuration } from "../core/time/duration.ts";
import { costLine, costText } from "./cost-text.ts";
import { flowTable } from "./flow-table.ts";
import { inline, row } from "./markdown.ts";
import type { Explain } from "./explain.ts";
import { groupHeld, namesWithin } from "./held.ts";
import { groupKnown } from "./known.ts";
import { quarantineLines } from "./quarantine.ts";
import { relaunchedLines } from "./relaunched.ts";
import {
  type ComparedFinding,
  newFailures,
  newlyOpen,
  type Results,
  type RunResult,
} from "./results.ts";
import { headline, splitFailures, totalsLine } from "./totals.ts";

/** The text of `summary.md`. */
export function writeSummary(results: Results, explain: Explain): string {
  const sections = [
    [`# Brownout: ${headline(results)}`, "", `${totalsLine(results)}`, ...costSection(results)],
    brokenSection(results, explain),
    openSection(results, explain),
    flowTable(results),
    heldSection(results, explain),
    knownSection(results, explain),
    quarantineSection(results),
    fixedSection(results),
    failuresSection(results),
    relaunchedSection(results, explain),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function costSection(results: Results): string[] {
  const line = costLine(results);
  return line === undefined ? [] : ["", inline(line)];
}

function brokenSection({ runs }: Results, explain: Explain): string[] {
  const broken = runs.filter((run) => newFailures(run).length > 0);
  if (broken.length === 0) return [];
  return ["## What broke", ...broken.flatMap((run) => ["", ...brokenRun(run, explain)])];
}

function brokenRun(run: RunResult, explain: Explain): string[] {
  const { scenario, client, mount, simulatedMs } = run;
  const configuration = explain.configuration(run);
  const story = configuration === undefined ? explain.story(run) : undefined;
  const replay = explain.replay(run);
  const cost = costText(run.cost);
  return [
    `### ${scenario}: ${client.name} ${client.version} (${mount}, ${formatDuration(simulatedMs)})`,
    ...(configuration === undefined ? [] : ["", inline(configuration)]),
    ...(story === undefined ? [] : ["", `For whom: ${inline(story.failureMeans)}`]),
    ...(cost === undefined ? [] : ["", `Cost: ${inline(cost)}.`]),
    ...newFailures(run).flatMap((finding) => ["", ...brokenRule(run, finding, explain)]),
    ...(story === undefined ? [] : ["", `In the application: ${inline(story.fix)}`]),
    ...(replay === undefined ? [] : ["", `See it again: \`${replay}\``]),
  ];
}

function brokenRule(run: RunResult, finding: ComparedFinding, explain: Explain): string[] {
  const fix = explain.fix(finding.rule);
  const evidence = explain.evidence(run, finding);
  return [
    `**${finding.rule}**: ${inline(finding.message)}`,
    ...(finding.knownAs === undefined
      ? []
      : ["", `The baseline knows it as: ${inline(finding.knownAs)}`]),
    ...(evidence.length === 0 ? [] : ["", "```text", ...evidence, "```"]),
    "",
    ...(fix === undefined ? [] : [`What to do: ${inline(fix)}`, ""]),
    `Source: ${inline(finding.source)}`,
  ];
}

function openSection({ runs }: Results, explain: Explain): string[] {
  const open = runs.filter((run) => newlyOpen(run).length > 0);
  if (open.length === 0) return [];
  const advice = open.flatMap((run) => {
    const configuration = newFailures(run).length > 0 ? undefined : explain.configuration(run);
    return configuration === undefined ? [] : [`- ${run.scenario}: ${inline(configuration)}`];
  });
  return [
    "## Inconclusive",
    "",
    "An asserted rule never saw what it judges, so nothing is proved.",
    "",
    ...(advice.length === 0 ? [] : [...advice, ""]),
    row("scenario", "client", "rule", "what was not seen"),
    "| --- | --- | --- | --- |",
    ...open.flatMap((run) =>
      newlyOpen(run).map(({ rule, message }) => row(run.scenario, clientOf(run), rule, message)),
    ),
  ];
}

/** The terminal and results.json have all names. */
const HELD_WIDTH = 120;

function heldSection(results: Results, explain: Explain): string[] {
  const groups = groupHeld(results, explain);
  if (groups.length === 0) return [];
  return [
    "## Held",
    "",
    "What was asserted, and passed.",
    ...groups.flatMap(({ client, rules }) => [
      "",
      `### ${client}`,
      "",
      ...rules.map(({ rule, says, scenarios }) => {
        const demand = says === undefined ? "" : ` ${inline(says)}`;
        return `- **${rule}**:${demand} *${namesWithin(scenarios, HELD_WIDTH)}*`;
      }),
    ]),
  ];
}

function knownSection(results: Results, explain: Explain): string[] {
  const groups = groupKnown(results, explain);
  if (groups.length === 0) return [];
  return [
    "## Known",
    "",
    "The baseline expects these, each for its reason.",
    "",
    row("client", "reason", "rules and scenarios", "seen"),
    "| --- | --- | --- | --- |",
    ...groups.map(({ client, reason, rules, example }) =>
      row(
        client,
        reason,
        rules.map(({ rule, scenarios }) => `**${rule}**: ${scenarios.join(", ")}`).join("; "),
        `${example.run.scenario}: ${example.finding.message}`,
      ),
    ),
  ];
}

function quarantineSection(results: Results): string[] {
  const lines = quarantineLines(results);
  if (lines.length === 0) return [];
  return ["## In quarantine", "", ...lines.map((line) => `- ${inline(line)}`)];
}

function fixedSection({ fixed = [] }: Results): string[] {
  if (fixed.length === 0) return [];
  return [
    "## Fixed",
    "",
    "These are in the baseline, and pass now. `--update-baseline` takes them out.",
    "",
    ...fixed.map(({ scenario, client, rule }) => `- ${scenario}, ${client}: ${rule}`),
  ];
}

function failuresSection(results: Results): string[] {
  const { own, interrupted } = splitFailures(results);
  if (own.length + interrupted.length === 0) return [];
  const names = interrupted.map(({ scenario }) => scenario).join(", ");
  return [
    "## Not finished",
    "",
    "The harness could not bring these to their end, so nothing is said about them.",
    "",
    ...own.map(
      ({ scenario, client, message, hint }) =>
        `- ${scenario}, ${client}: ${inline(message)}${hint === undefined ? "" : ` ${inline(hint)}`}`,
    ),
    ...(names === "" ? [] : [`- interrupted: ${names}`]),
  ];
}

function relaunchedSection(results: Results, explain: Explain): string[] {
  const lines = relaunchedLines(results, explain);
  if (lines.length === 0) return [];
  return ["## Browsers that died", "", ...lines.map((line) => `- ${inline(line)}`)];
}

function clientOf({ client }: RunResult): string {
  return `${client.name} ${client.version}`;
}
