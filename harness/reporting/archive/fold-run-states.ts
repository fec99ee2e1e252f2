/** How what is known of the runs of a job goes on with a session: pure. */
import { isOfFile } from "../model/results.ts";
import type { Problem, Subject } from "./change.ts";
import { isWorse, nextFigure } from "./figures.ts";
import type { RecordedChange, Report, RunState, RunSubject } from "./ledger-state.ts";
import { type Missing, runSubjectKey } from "./missing-runs.ts";
import type { ArchivedSession, RunRecord } from "./session-record.ts";

interface Parts {
  readonly missing: Missing;
  readonly session: ArchivedSession;
  /** The changes of this session so far. */
  readonly changes: readonly RecordedChange[];
  readonly report: Report;
}

/** The runs after a session; reports which cannot be played, are gone, are back, or cost more. */
export function foldRuns(before: readonly RunState[], parts: Parts): readonly RunState[] {
  const { missing, session, changes, report } = parts;
  const after = new Map(before.map((state) => [runSubjectKey(state.subject), state]));
  for (const run of session.runs) {
    const key = runSubjectKey(run);
    after.set(key, presentRun(after.get(key), run, parts));
  }
  for (const state of missing.waiting) after.set(runSubjectKey(state.subject), state);
  for (const state of missing.gone) {
    // A file that could not be read is no run: it can be read now, or is no longer there.
    if (isOfFile(state.subject)) {
      if (state.status === "unknown") report(state.subject, { kind: "fixed", was: "not-run" });
    }
    // Its open findings were reported as gone already.
    else if (!isReported(changes, state.subject)) report(state.subject, { kind: "gone" });
    after.set(runSubjectKey(state.subject), { ...state, status: "gone" });
  }
  for (const failure of session.failures ?? []) {
    if (failure.code === "interrupted") continue;
    const { scenario, client, mount, code, message, place, hint } = failure;
    const key = runSubjectKey(failure);
    const state = after.get(key) ?? unknownRun({ scenario, client, mount }, session);
    const problem: Problem = { code, message, place, hint };
    if (state.status !== "unknown") report(state.subject, { kind: "unknown", problem });
    after.set(key, { ...state, status: "unknown", missing: 0 });
  }
  return [...after.values()];
}

function presentRun(
  before: RunState | undefined,
  run: RunRecord,
  { session, changes, report }: Parts,
): RunState {
  const { id, seed, facts } = session;
  const { scenario, client, mount, shape, cost } = run;
  const subject = { scenario, client, mount };
  const now = { value: cost.withoutTokenMs, seed };
  const isNews = !isReported(changes, subject);
  if (before !== undefined && before.status !== "present" && isNews)
    report(subject, { kind: "fixed", was: "not-run" });
  const reported = before?.withoutToken ?? now;
  // What a finding of this run says is news enough.
  if (before !== undefined && isNews && isWorse("without-token", reported, now))
    report(subject, {
      kind: "worse",
      figure: "without-token",
      from: reported.value,
      to: now.value,
    });
  return {
    subject,
    status: "present",
    lastSeen: id,
    missing: 0,
    ...(facts?.command === undefined ? {} : { command: facts.command }),
    ...(shape === undefined ? {} : { shape }),
    seed,
    withoutToken: nextFigure("without-token", reported, now),
  };
}

function unknownRun(subject: RunSubject, { id, seed, facts }: ArchivedSession): RunState {
  return {
    subject,
    status: "present",
    lastSeen: id,
    missing: 0,
    ...(facts?.command === undefined ? {} : { command: facts.command }),
    seed,
    withoutToken: { value: 0, seed },
  };
}

function isReported(
  changes: readonly RecordedChange[],
  { scenario, client, mount }: RunSubject,
): boolean {
  const isSame = (subject: Subject): boolean =>
    subject.scenario === scenario && subject.client === client && subject.mount === mount;
  return changes.some(({ subject }) => isSame(subject));
}
