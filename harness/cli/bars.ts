/** Bars that a team sets for a session beside its baseline: what falls short of them makes the exit code 1. */
import { HarnessError } from "../core/errors.ts";
import type { ReportModel } from "../reporting/model/report-model.ts";
import { scoreText } from "../reporting/model/score.ts";
import { exitCodeOf } from "../reporting/model/standing.ts";
import type { Options } from "./arguments.ts";

/** The options of commands that judge a whole run. */
export const barOptions = {
  "fail-under": {
    value: "SCORE",
    says: "exit with 1 when the score of a client is lower: for how much of the outages sign-in is to be available, from 0 to 100",
  },
  "fail-on-due": {
    says: "exit with 1 when an entry of the baseline or the quarantine is past its due day",
  },
} as const satisfies Options;

/** What a team demands. */
export interface Bars {
  /** From 0 to 100. */
  readonly scoreMin?: number;
  readonly isDueFatal: boolean;
}

/** Reads the bars; `bad-usage` for a score that is none. */
export function readBars(values: {
  readonly "fail-under"?: string;
  readonly "fail-on-due"?: true;
}): Bars {
  const { "fail-under": text, "fail-on-due": due } = values;
  const isDueFatal = due !== undefined;
  if (text === undefined) return { isDueFatal };
  if (/^(?:100(?:\.0)?|\d{1,2}(?:\.\d)?)$/.test(text))
    return { scoreMin: Number(text), isDueFatal };
  throw new HarnessError("bad-usage", `--fail-under is "${text}"; a score is from 0 to 100`, {
    hint: "Write at most one decimal, such as --fail-under 92.5.",
  });
}

/** The exit code of a finished session, with a line for each bar that it falls short of. */
export function judgeByBars(
  { standing, results, entryNotes }: Pick<ReportModel, "standing" | "results" | "entryNotes">,
  { scoreMin = 0, isDueFatal }: Bars,
): { readonly exitCode: 0 | 1 | 2 | 3; readonly lines: readonly string[] } {
  const low = (results.scores ?? []).filter(({ score }) => score < scoreMin);
  const overdue = isDueFatal ? entryNotes.overdue.length : 0;
  const lines = [
    ...low.map((score) => `Below --fail-under ${scoreMin}: ${scoreText(score)}`),
    ...(overdue === 0 ? [] : [`Past their due day, as --fail-on-due demands: ${overdue}.`]),
  ];
  const exitCode = exitCodeOf(standing);
  // What the harness could not finish counts for more.
  return { exitCode: lines.length > 0 && exitCode !== 2 ? 1 : exitCode, lines };
}
