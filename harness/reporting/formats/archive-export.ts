/** An archive for other programs: its findings as CSV, its last session as CTRF. */
import type { SessionFacts } from "../archive/change.ts";
import type { ArchivedSession } from "../archive/session-record.ts";
import type { TrackedFinding } from "../archive/tracked-findings.ts";
import { ctrfText } from "./ctrf.ts";

const columns = [
  "run",
  "recordedAt",
  "label",
  "job",
  "branch",
  "commit",
  "outcome",
  "seed",
  "scenario",
  "client",
  "version",
  "mount",
  "withoutTokenMs",
  "rule",
  "verdict",
  "baseline",
  "cause",
  "message",
] as const;

/** The first line of the CSV. */
export function csvHead(): string {
  return `${columns.join(",")}\r\n`;
}

/** A line for each finding of a session, and one for each run without any (RFC 4180). */
export function csvLines(session: ArchivedSession): string {
  const { id, recordedAt, label, seed, facts, runs } = session;
  const { job, branch, commit, outcome }: Partial<SessionFacts> = facts ?? {};
  const head = [id, recordedAt, label, job, branch, commit, outcome, seed];
  const rows = runs.flatMap(({ scenario, client, version, mount, cost, verdict, findings }) => {
    const run = [...head, scenario, client, version, mount, cost.withoutTokenMs];
    if (findings.length === 0) return [[...run, "", verdict, "", "", ""]];
    return findings.map((one) => [
      ...run,
      one.rule,
      one.verdict,
      one.quarantined === true ? "in quarantine" : one.baseline,
      one.cause,
      one.message,
    ]);
  });
  // A session that came to nothing is a line, too.
  const all = rows.length === 0 ? [[...head, ...columns.slice(head.length).map(() => "")]] : rows;
  return all.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number | undefined): string {
  const text = String(value ?? "");
  // A table would take it for a formula.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A session in the Common Test Report Format: a test for each finding, and one for each run without any; `findings` say since when and what is flaky. */
export function writeArchivedCtrf(
  session: ArchivedSession,
  findings: readonly TrackedFinding[],
): string {
  const tests = session.runs.flatMap((run) => {
    const { scenario, client, version, mount } = run;
    const suite = ["brownout", scenario, client];
    const about = { duration: 0, suite };
    if (run.findings.length === 0)
      return [{ name: `${scenario} (${client})`, status: "passed", ...about }];
    return run.findings.map((found) => {
      const isNew = found.baseline === "new" && found.quarantined !== true;
      const status = !isNew ? "skipped" : found.verdict === "fail" ? "failed" : "other";
      const tracked = findings.find(
        ({ subject }) =>
          subject.scenario === scenario &&
          subject.client === client &&
          subject.mount === mount &&
          subject.rule === found.rule,
      );
      const since = tracked?.open?.since;
      return {
        name: `${scenario} (${client}): ${found.rule}`,
        status,
        ...about,
        message: found.message,
        ...(tracked?.open?.reported === "flaky" ? { flaky: true } : {}),
        extra: { rule: found.rule, version, mount, ...(since === undefined ? {} : { since }) },
      };
    });
  });
  const start = Date.parse(session.recordedAt);
  return ctrfText(tests, {
    brownout: session.brownout,
    timestamp: session.recordedAt,
    summary: { start, stop: start + Math.round(session.facts?.durationMs ?? 0) },
    more: { extra: { run: session.id, seed: session.seed } },
  });
}
