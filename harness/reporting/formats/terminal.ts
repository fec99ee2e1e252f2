/**
 * What a run prints while it goes on: a line a run as they finish (`closing-lines.ts` has
 * what comes after them). On a terminal a last line shows what is under way and rewrites
 * itself; in CI there are only plain lines. Colours are Node's own (`util.styleText`) and
 * follow NO_COLOR.
 */
import { styleText } from "node:util";
import { formatDuration } from "../../core/time/duration.ts";
import { oneLine } from "./terminal-text.ts";
import type { RunReport } from "../model/report-model.ts";
import type { Standing } from "../model/standing.ts";
import type { FailedRun } from "../model/results.ts";

/** Where lines go. */
export interface Output {
  readonly write: (text: string) => void;
  /** Writes a command of a CI service, whose texts are escaped for it; default: `write`. */
  readonly command?: (line: string) => void;
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
  const isStyled = isColoured(output, environment);
  return (style, text) => (isStyled ? styleText(style, text, { validateStream: false }) : text);
}

/** Whether texts for an output are coloured. */
export function isColoured(
  output: Pick<Output, "isTTY">,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  const isForbidden = (NO_COLOR ?? "") !== "" || FORCE_COLOR === "0" || FORCE_COLOR === "false";
  return isForced || (!isForbidden && output.isTTY && TERM !== "dumb");
}

/** Lines that stay, and on a terminal one that does not. */
export interface Progress {
  readonly line: (text: string) => void;
  /** What is under way; replaces what was. */
  readonly status: (text: string) => void;
  /** Lets something else print whole lines, which what is under way must not run into. */
  readonly aside: (print: () => void) => void;
  readonly end: () => void;
}

/** Lines of progress; only a terminal shows the status line. */
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
    aside(print) {
      if (shown !== "") output.write(clear);
      print();
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

/** One finished run; `width` is that of the longest scenario name, so that columns line up. */
export function runLine(run: RunReport, paint: Paint, width = 0): string {
  const { ok, fail, unknown } = run.operations;
  const operations =
    ok + fail + unknown === 0
      ? "no operations"
      : [`${ok} ok`, fail > 0 && `${fail} fail`, unknown > 0 && `${unknown} unknown`]
          .filter(Boolean)
          .join(", ");
  const facts = `${oneLine(run.client)}  ${operations}  ${formatDuration(run.simulatedMs)}`;
  const why = whyAccepted[run.standing];
  const known = run.expected && why !== undefined ? paint("dim", `  (${why})`) : "";
  return `${verdictWord(run, paint)}  ${run.scenario.padEnd(width)}  ${paint("dim", facts)}${known}`;
}

const whyAccepted: Partial<Readonly<Record<Standing, string>>> = {
  known: "known",
  quarantined: "in quarantine",
  expected: "expected",
};

/** A run that the harness did not finish. */
export function failedRunLine({ scenario, client, message }: FailedRun, paint: Paint): string {
  return `${paint(["red", "bold"], "ERROR".padEnd(VERDICT_WIDTH))}  ${scenario}  ${paint("dim", oneLine(client))}  ${oneLine(message)}`;
}

/** The verdict, padded so that the names line up. */
function verdictWord({ verdict, expected }: RunReport, paint: Paint): string {
  switch (verdict) {
    case "pass":
      return paint("green", "pass".padEnd(VERDICT_WIDTH));
    case "fail":
      return expected
        ? paint("yellow", "fail".padEnd(VERDICT_WIDTH))
        : paint(["red", "bold"], "FAIL".padEnd(VERDICT_WIDTH));
    case "inconclusive":
      return paint("yellow", "inconclusive");
  }
}

/** Wide enough for what is usual; the rare "inconclusive" stands out. */
const VERDICT_WIDTH = 6;

/** What is under way, for the line that rewrites itself. */
export function statusText(done: number, total: number, names: readonly string[]): string {
  const rest = names.length > 2 ? ` and ${names.length - 2} more` : "";
  return `${done}/${total}  ${names.slice(0, 2).join(", ")}${rest}`;
}
