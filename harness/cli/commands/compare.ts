/** `brownout compare`: what changed between two sessions of runs, kept or in files. */
import { compareSessions, type Comparison } from "../../reporting/archive/compare-sessions.ts";
import type { SeenFinding } from "../../reporting/archive/session-record.ts";
import { formatDuration } from "../../core/time/duration.ts";
import { HarnessError } from "../../core/errors.ts";
import { differenceTexts, sinceText } from "../../reporting/formats/change-text.ts";
import { createPaint, type Paint } from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
import { archiveOptions } from "../archive-run.ts";
import type { Arguments, Options } from "../arguments.ts";
import { findSession, type NamedSession } from "../find-session.ts";
import type { Io } from "../io.ts";

/** The options of `brownout compare`. */
export const compareOptions = {
  archive: archiveOptions.archive,
  json: { says: "print the comparison as JSON" },
} as const satisfies Options;

/** Compares the first with the second, by default the previous with the latest; resolves to 1 when a failure appeared. */
export function compareCommand(
  { values, positionals }: Arguments<typeof compareOptions>,
  io: Io,
): number {
  const [first = "previous", second = "latest", ...more] = positionals;
  if (positionals.length === 1 || more.length > 0) {
    throw new HarnessError("bad-usage", "compare takes two runs", {
      hint: "Name the earlier and the later: brownout compare 41 42, or two results.json, or none for the last two.",
    });
  }
  const where = { archive: values.archive, cwd: io.cwd };
  const [before, after] = [findSession(first, where), findSession(second, where)];
  const comparison = compareSessions(before.session, after.session);
  const code = comparison.appeared.length === 0 ? 0 : 1;
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(asJson(comparison, before, after), null, 2)}\n`);
    return code;
  }
  const paint = createPaint(io.stdout, io.environment);
  for (const line of lines(comparison, { before, after, paint })) io.stdout.write(`${line}\n`);
  return code;
}

function asJson(comparison: Comparison, before: NamedSession, after: NamedSession) {
  const head = ({ called, session: { brownout, seed, runs } }: NamedSession) => ({
    called,
    brownout,
    seed,
    runs: runs.length,
  });
  const appeared = comparison.appeared.map((finding) => {
    const since = after.sinceOf(finding);
    return since === undefined ? finding : { ...finding, since };
  });
  return {
    schema: "brownout/compare/1",
    first: head(before),
    second: head(after),
    ...comparison,
    appeared,
  };
}

function lines(
  comparison: Comparison,
  parts: { readonly before: NamedSession; readonly after: NamedSession; readonly paint: Paint },
): readonly string[] {
  const { before, after, paint } = parts;
  const { appeared, gone, unseen, stayed, changed, versions, onlyFirst, onlySecond, costs } =
    comparison;
  const section = (title: string, entries: readonly string[]): readonly string[] =>
    entries.length === 0 ? [] : [title, ...entries.map((entry) => `  ${entry}`), ""];
  const { seed } = before.session;
  const isOtherSeed = seed !== after.session.seed;
  // It is said at the end, with what it means.
  const { seed: _seed, ...withoutSeed } = comparison.differences;
  return [
    `From ${before.called}`,
    `to   ${after.called}`,
    "",
    ...section(
      paint("bold", "Versions"),
      versions.map(({ client, from, to }) => `${client}: ${from} → ${to}`),
    ),
    ...section("Changed", differenceTexts(withoutSeed)),
    ...section(
      paint(["red", "bold"], "Appeared"),
      appeared.flatMap((finding) => {
        const since = after.sinceOf(finding);
        return [findingLine(finding), ...(since === undefined ? [] : [`  ${sinceText(since)}`])];
      }),
    ),
    ...section(paint("green", "Gone"), gone.map(findingLine)),
    ...section(
      "Says something else",
      changed.flatMap(({ from, to }) => [findingLine(to), `  before: ${from.message}`]),
    ),
    ...section("Said nothing of this time: not run, or nothing to judge", unseen.map(findingLine)),
    ...section(
      "Score",
      comparison.scores.map(
        ({ client, from, to }) =>
          `${client}: sign-in was available for ${to} % of the outages, before for ${from} %`,
      ),
    ),
    ...section("Cost", costs.slice(0, COSTS_SHOWN).map(costLine)),
    ...section("Only in the first", onlyFirst),
    ...section("Only in the second", onlySecond),
    `${count(appeared.length, "finding")} appeared, ${gone.length} gone, ${stayed} stayed${changed.length === 0 ? "" : `, ${changed.length} of them otherwise`}.`,
    ...(isOtherSeed
      ? [`The seeds differ (${seed} and ${after.session.seed}), so chance is among what changed.`]
      : []),
  ];
}

const COSTS_SHOWN = 10;

function findingLine({ scenario, client, version, rule, message, ...more }: SeenFinding) {
  const known = more.baseline === "new" ? "" : ` (${more.baseline})`;
  const kept = more.quarantined === true ? " (in quarantine)" : known;
  return `${scenario}, ${client} ${version}: ${rule}${kept}: ${message}`;
}

function costLine({ scenario, client, fromMs, toMs }: Comparison["costs"][number]): string {
  const [from, to] = [formatDuration(fromMs), formatDuration(toMs)];
  return `${scenario}, ${client}: ${from} → ${to} without a token`;
}
