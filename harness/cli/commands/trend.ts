/** `brownout trend`: what findings did over the last sessions in the archive. */
import {
  type ArchivedSession,
  type FindingTrend,
  trendsOf,
} from "../../reporting/archive/finding-trends.ts";
import { HarnessError } from "../../core/errors.ts";
import type { QuarantineEntry } from "../../reporting/model/quarantine.ts";
import { createPaint, type Paint } from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
import { archiveOptions } from "../archive-run.ts";
import { LOOK_BACK } from "../../reporting/archive/add-to-archive.ts";
import type { Arguments, Options } from "../arguments.ts";
import { archiveToRead } from "../find-session.ts";
import type { Io } from "../io.ts";
import { quarantineOption, readQuarantineFile } from "../quarantine-file.ts";

/** The options of `brownout trend`. */
export const trendOptions = {
  archive: archiveOptions.archive,
  last: { value: "N", says: `so many runs back (default: ${LOOK_BACK})` },
  ...quarantineOption,
  json: { says: "print the trend as JSON" },
} as const satisfies Options;

/** Prints the trend; resolves to 0 for any. */
export function trendCommand(
  { values, positionals }: Arguments<typeof trendOptions>,
  io: Io,
): number {
  if (positionals.length > 0) {
    throw new HarnessError("bad-usage", `trend takes no names, found "${positionals.join(" ")}"`, {
      hint: 'It shows all findings; "brownout compare" takes two runs.',
    });
  }
  const quarantine = readQuarantineFile(values.quarantine, io.cwd);
  const archive = archiveToRead(values.archive, io.cwd);
  let sessions: readonly ArchivedSession[];
  try {
    sessions = archive.last(readCount(values.last));
  } finally {
    archive.close();
  }
  const trends = trendsOf(sessions);
  if (values.json !== undefined) {
    const heads = sessions.map(({ id, recordedAt, label, brownout, seed, runs }) => {
      const named = label === undefined ? {} : { label };
      return { id, recordedAt, ...named, brownout, seed, runs: runs.length };
    });
    const trend = { schema: "brownout/trend/1", sessions: heads, findings: trends, quarantine };
    io.stdout.write(`${JSON.stringify(trend, null, 2)}\n`);
    return 0;
  }
  const paint = createPaint(io.stdout, io.environment);
  for (const line of lines(sessions, trends, { quarantine, paint })) io.stdout.write(`${line}\n`);
  return 0;
}

function readCount(text: string | undefined): number {
  if (text === undefined) return LOOK_BACK;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new HarnessError("bad-usage", `--last is "${text}"`, {
    hint: "Write how many runs, such as --last 30.",
  });
}

function lines(
  sessions: readonly ArchivedSession[],
  trends: readonly FindingTrend[],
  { quarantine, paint }: { readonly quarantine: readonly QuarantineEntry[]; readonly paint: Paint },
): readonly string[] {
  const [first, last] = [sessions[0], sessions.at(-1)];
  if (first === undefined || last === undefined) return ["The archive is empty; run something."];
  const sinceOf = new Map(sessions.map(({ id, recordedAt }) => [id, recordedAt.slice(0, 10)]));
  const section = (title: string, kind: FindingTrend["kind"]): readonly string[] => {
    const theirs = trends.filter((trend) => trend.kind === kind);
    if (theirs.length === 0) return [];
    return [title, ...theirs.flatMap((trend) => trendLines(trend, sinceOf)), ""];
  };
  const steady = trends.filter(({ kind }) => kind === "steady").length;
  const kept = quarantine.map(
    ({ scenario, client, rule, reason }) => `  ${scenario}, ${client}: ${rule}. ${reason}`,
  );
  return [
    `${count(sessions.length, "run")}, ${first.recordedAt.slice(0, 10)} to ${last.recordedAt.slice(0, 10)}, numbers ${first.id} to ${last.id}. A letter each, the oldest first: x failed, . held, a blank where nothing was seen.`,
    "",
    ...section(paint(["red", "bold"], "Appeared"), "appeared"),
    ...section(paint("green", "Gone"), "gone"),
    ...section(paint("yellow", "Come and go"), "flickers"),
    ...(kept.length === 0 ? [] : [paint("yellow", "In quarantine"), ...kept, ""]),
    `${count(steady, "finding")} in every run; --json names them.`,
  ];
}

function trendLines(
  { scenario, client, rule, track, since, last }: FindingTrend,
  sinceOf: ReadonlyMap<number, string>,
): readonly string[] {
  const from = since === undefined ? "" : `, last change in run ${since} of ${sinceOf.get(since)}`;
  return [
    `  ${scenario}, ${client}: ${rule}${from}`,
    `    ${track}`,
    `    ${client} ${last.version}: ${last.message}`,
  ];
}
