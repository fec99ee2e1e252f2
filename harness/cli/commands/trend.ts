/** `brownout trend`: what findings did over the last sessions of a job. */
import type { SessionHead } from "../../reporting/archive/change.ts";
import type { JobLine } from "../../reporting/archive/ledger-tables.ts";
import { scoreTracks } from "../../reporting/archive/score-moves.ts";
import { type FindingTrend, trendsOf } from "../../reporting/archive/trend.ts";
import { HarnessError } from "../../core/errors.ts";
import { sessionText, sinceText } from "../../reporting/formats/change-text.ts";
import type { QuarantineEntry } from "../../reporting/model/quarantine.ts";
import { createPaint, type Paint } from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
import { archiveOptions } from "../archive-run.ts";
import type { Arguments, Options } from "../arguments.ts";
import { archiveToRead } from "../find-session.ts";
import { findLine, jobOption, lineText } from "../job-line.ts";
import type { Io } from "../io.ts";
import { quarantineOption, readQuarantineFile } from "../quarantine-file.ts";

/** How many sessions are shown. Default of `--last`. */
const SHOWN = 30;

/** The options of `brownout trend`. */
export const trendOptions = {
  archive: archiveOptions.archive,
  ...jobOption,
  last: { value: "N", says: `so many runs back (default: ${SHOWN})` },
  ...quarantineOption,
  json: { says: "print the trend as JSON" },
} as const satisfies Options;

/** What is shown. */
interface Shown {
  readonly line: JobLine;
  readonly others: readonly JobLine[];
  readonly sessions: readonly SessionHead[];
  readonly trends: readonly FindingTrend[];
  readonly quarantine: readonly QuarantineEntry[];
}

/** Prints the trend; resolves to 0 for any. */
export function trendCommand(
  { values, positionals }: Arguments<typeof trendOptions>,
  io: Io,
): number {
  if (positionals.length > 0) {
    throw new HarnessError("bad-usage", `trend takes no names, found "${positionals.join(" ")}"`, {
      hint: 'It shows all findings; "brownout compare" takes two runs, "brownout blame" a finding.',
    });
  }
  const last = readCount(values.last);
  const quarantine = readQuarantineFile(values.quarantine, io.cwd);
  const archive = archiveToRead(values.archive, io.cwd);
  let shown: Shown | undefined;
  try {
    const lines = archive.lines();
    const line = findLine(lines, values.job);
    if (line !== undefined) {
      const sessions = archive.heads(last, line);
      const trends = trendsOf(archive.findings(line), sessions);
      const others = lines.filter((other) => other !== line);
      shown = { line, others, sessions, trends, quarantine };
    }
  } finally {
    archive.close();
  }
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(asJson(shown, quarantine), null, 2)}\n`);
    return 0;
  }
  const paint = createPaint(io.stdout, io.environment);
  const lines = shown === undefined ? ["The archive is empty; run something."] : text(shown, paint);
  for (const line of lines) io.stdout.write(`${line}\n`);
  return 0;
}

function readCount(text: string | undefined): number {
  if (text === undefined) return SHOWN;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new HarnessError("bad-usage", `--last is "${text}"`, {
    hint: "Write how many runs, such as --last 30.",
  });
}

function asJson(shown: Shown | undefined, quarantine: readonly QuarantineEntry[]) {
  return {
    schema: "brownout/trend/2",
    ...(shown === undefined ? {} : { ...shown.line, others: shown.others }),
    sessions: shown?.sessions ?? [],
    findings: shown?.trends ?? [],
    scores: scoreTracks(shown?.sessions ?? []),
    quarantine,
  };
}

function text(shown: Shown, paint: Paint): readonly string[] {
  const { line, others, sessions, trends, quarantine } = shown;
  const [first, last] = [sessions[0], sessions.at(-1)];
  if (first === undefined || last === undefined) return [];
  const section = (title: string, kind: FindingTrend["kind"]): readonly string[] => {
    const theirs = trends.filter((trend) => trend.kind === kind);
    if (theirs.length === 0) return [];
    return [title, ...theirs.flatMap(kind === "known" ? knownLines : trendLines), ""];
  };
  const kept = quarantine.map(
    ({ scenario, client, rule, reason }) => `  ${scenario}, ${client}: ${rule}. ${reason}`,
  );
  const open = trends.filter(({ kind }) => kind !== "known" && kind !== "fixed").length;
  return [
    ...(line.job === "" ? [] : [`Job ${lineText(line)}`]),
    `${count(sessions.length, "run")}, ${first.recordedAt.slice(0, 10)} to ${last.recordedAt.slice(0, 10)}, numbers ${first.id} to ${last.id}. A letter each, the oldest first: x failed, k failed and is known, ? could not be judged, . held, a blank where it was not run.`,
    "",
    ...section(paint(["red", "bold"], "Failing"), "failing"),
    ...section(paint("yellow", "Flaky"), "flaky"),
    ...section(paint("yellow", "Cannot be judged"), "inconclusive"),
    ...section(paint("yellow", "No longer run"), "gone"),
    ...section(paint("green", "Fixed"), "fixed"),
    ...section("Known", "known"),
    ...(kept.length === 0 ? [] : [paint("yellow", "In quarantine"), ...kept, ""]),
    ...unfinishedLines(sessions, paint),
    ...scoreLines(sessions),
    `${count(open, "finding")} open.${others.length === 0 ? "" : ` The archive has other jobs, for --job: ${others.map(lineText).join(", ")}.`}`,
  ];
}

function trendLines({ id, subject, track, open, lastHeld }: FindingTrend): readonly string[] {
  const { scenario, client, rule } = subject;
  const held = lastHeld === undefined ? "" : `, held in run ${lastHeld.session}`;
  return [
    `  ${scenario}, ${client}: ${rule} [${id}]${open === undefined ? held : ""}`,
    `    ${track}`,
    ...(open?.since === undefined ? [] : [`    ${sinceText(open.since)}`]),
    ...(open === undefined ? [] : [`    ${client} ${open.version}: ${open.message}`]),
  ];
}

function knownLines({ id, subject, open }: FindingTrend): readonly string[] {
  const { scenario, client, rule } = subject;
  const since = open?.since === undefined ? "" : `, since ${sessionText(open.since.firstSeen)}`;
  return [`  ${scenario}, ${client}: ${rule} [${id}]${since}`];
}

/** For how much of the outages sign-in was available, where it moved last. */
function scoreLines(sessions: readonly SessionHead[]): readonly string[] {
  const tracks = scoreTracks(sessions);
  if (tracks.length === 0) return [];
  const lines = tracks.map(({ client, moves }) => {
    const shown = moves.slice(-MOVES_SHOWN);
    const texts = shown.map(({ score, session }, index) =>
      index === 0 && moves.length <= MOVES_SHOWN
        ? `${score} %`
        : `${score} % since run ${session.id} of ${session.recordedAt.slice(0, 10)}`,
    );
    return `  ${client}: ${texts.join(", ")}`;
  });
  return ["Score: for how much of the outages sign-in was available", ...lines, ""];
}

const MOVES_SHOWN = 4;

/** Runs of which nothing, or not everything, is known: gaps in the tracks. */
function unfinishedLines(sessions: readonly SessionHead[], paint: Paint): readonly string[] {
  const gaps = sessions.filter(({ facts }) => facts !== undefined && facts.outcome !== "finished");
  if (gaps.length === 0) return [];
  const lines = gaps.map((head) => {
    const [problem] = head.facts?.problems ?? [];
    const place = problem?.place === undefined ? "" : `${problem.place}: `;
    const why = problem === undefined ? head.facts?.outcome : `${place}${problem.message}`;
    return `  ${sessionText(head)}: ${why}`;
  });
  return [paint("yellow", "Did not come to their end"), ...lines, ""];
}
