/**
 * What a run prints: a line a run as they finish, then what broke and how to see it again.
 * On a terminal a last line shows what is under way and rewrites itself; in CI there are
 * only plain lines. Colours are Node's own (`util.styleText`) and follow NO_COLOR.
 */
import { styleText } from "node:util";
import { formatDuration } from "../clock/duration.ts";
import type { Explain } from "./explain.ts";
import { groupKnown } from "./known.ts";
import {
  type ComparedFinding,
  type FailedRun,
  newFailures,
  type Results,
  type RunResult,
} from "./results.ts";
import { count, headline, splitFailures, totalsLine } from "./totals.ts";

/** Where lines go. */
export interface Output {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Characters in a line of the terminal. */
  readonly columns: number;
}

type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it plain. */
export type Paint = (style: Style, text: string) => string;

/** FORCE_COLOR and NO_COLOR decide (no-color.org, force-color.org), else whether it is a terminal. */
export function createPaint(
  output: Output,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  const isForbidden = (NO_COLOR ?? "") !== "" || FORCE_COLOR === "0" || FORCE_COLOR === "false";
  const isColoured = isForced || (!isForbidden && output.isTTY && TERM !== "dumb");
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
}

/** Lines that stay, and on a terminal one that does not. */
export interface Progress {
  readonly line: (text: string) => void;
  /** What is under way; replaces what was. */
  readonly status: (text: string) => void;
  readonly end: () => void;
}

export function createProgress(output: Output): Progress {
  const clear = output.isTTY ? "\r\u001b[2K" : "";
  let shown = "";
  const show = (text: string): void => {
    shown = text.slice(0, Math.max(0, output.columns - 1));
    output.write(clear + shown);
  };
  return {
    line(text) {
      output.write(`${shown === "" ? "" : clear}${text}\n`);
      if (shown !== "") output.write(shown);
    },
    status(text) {
      if (output.isTTY) show(text);
    },
    end() {
      if (shown !== "") output.write(clear);
      shown = "";
    },
  };
}

/** One finished run; `width` is that of the longest scenario name, so that columns stand straight. */
export function runLine(run: RunResult, paint: Paint, width = 0): string {
  const { ok, fail, unknown } = run.operations;
  const operations = [`${ok} ok`, fail > 0 && `${fail} fail`, unknown > 0 && `${unknown} unknown`]
    .filter(Boolean)
    .join(", ");
  const { name, version } = run.client;
  const facts = `${name} ${version}  ${operations}  ${formatDuration(run.simulatedMs)}`;
  const known = run.expected && run.findings.length > 0 ? paint("dim", "  (known)") : "";
  return `${verdictWord(run, paint)}  ${run.scenario.padEnd(width)}  ${paint("dim", facts)}${known}`;
}

/** A run that the harness did not finish. */
export function failedRunLine({ scenario, client, message }: FailedRun, paint: Paint): string {
  return `${paint(["red", "bold"], "ERROR ")}  ${scenario}  ${paint("dim", client)}  ${message}`;
}

/** What comes after the runs: what broke with its evidence, what is open, fixed, and the totals. */
export function closingLines(results: Results, explain: Explain, paint: Paint): readonly string[] {
  const { fixed = [], runs } = results;
  const { own, interrupted } = splitFailures(results);
  const broken = runs.filter((run) => newFailures(run).length > 0);
  const open = runs.flatMap((run) =>
    run.findings
      .filter(({ verdict, baseline }) => verdict === "inconclusive" && baseline === "new")
      .map(({ rule, message }) => `  ${run.scenario}: ${rule}: ${message}`),
  );
  const replay = broken[0] === undefined ? undefined : explain.replay(broken[0]);
  return [
    "",
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
    ...own.flatMap((failure) => [...failureLines(failure, paint), ""]),
    ...(interrupted.length === 0
      ? []
      : [`Interrupted: nothing is said about ${count(interrupted.length, "run")}.`, ""]),
    `${paint("bold", headline(results))}. ${totalsLine(results)}`,
    ...(replay === undefined ? [] : [`See it again: ${paint("cyan", replay)}`]),
  ];
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

function brokenLines(run: RunResult, explain: Explain, paint: Paint): string[] {
  const { scenario, client, mount } = run;
  const story = explain.story(run);
  const title = `${scenario}: ${client.name} ${client.version} (${mount})`;
  return [
    paint(["red", "bold"], title),
    ...(story === undefined ? [] : [`  ${story.failureMeans}`]),
    ...newFailures(run).flatMap((finding) => findingLines(run, finding, { explain, paint })),
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

/** Six characters wide, so that the names stand under each other. */
function verdictWord(run: RunResult, paint: Paint): string {
  switch (run.verdict) {
    case "pass":
      return paint("green", "pass  ");
    case "fail":
      return run.expected ? paint("yellow", "fail  ") : paint(["red", "bold"], "FAIL  ");
    case "inconclusive":
      return paint("yellow", "unsure");
  }
}

/** What is under way, for the line that rewrites itself. */
export function statusText(done: number, total: number, names: readonly string[]): string {
  const rest = names.length > 2 ? ` and ${names.length - 2} more` : "";
  return `${done}/${total}  ${names.slice(0, 2).join(", ")}${rest}`;
}
