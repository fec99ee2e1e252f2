/**
 * Goes on with the ledger of a job by one session: what is new, worse, fixed, flaky, gone,
 * inconclusive or unknown since what was reported before. Pure.
 */
import { hash } from "node:crypto";
import type { ChangeDetail, Subject } from "./change.ts";
import { foldFinding, type Seen } from "./fold-finding.ts";
import { foldJob, heartbeatOf, lostChange } from "./fold-job.ts";
import { foldRuns } from "./fold-run-states.ts";
import { type Missing, missingRuns, runSubjectKey } from "./missing-runs.ts";
import type {
  FindingState,
  FindingSubject,
  Ledger,
  Past,
  RecordedChange,
  Report,
  RunState,
} from "./ledger-state.ts";
import type { ArchivedSession, RunRecord } from "./session-record.ts";

/** What a session is judged with. */
export interface FoldOptions {
  readonly job: string;
  readonly branch?: string;
  readonly past: Past;
  /** After so long without a change one is made that says that the job is alive, ms; default: never. */
  readonly heartbeatMs?: number;
  /** What the archive before this one is called now: it was damaged. Default: it was not. */
  readonly lost?: string;
}

/** The ledger after a session, and the changes that it brought. */
export interface FoldedSession {
  readonly ledger: Required<Ledger>;
  readonly changes: readonly RecordedChange[];
}

/** Goes on with `before` by a session. */
export function foldSession(
  before: Ledger,
  session: ArchivedSession,
  options: FoldOptions,
): FoldedSession {
  const changes: RecordedChange[] = [];
  const report: Report = (subject, detail, finding) => {
    changes.push(recordedChange({ subject, detail, finding, session, options }));
  };
  const missing = missingRuns(before.runs, session);
  const renamed = withNewNames(before, missing, report);
  const seen = foldFindings(renamed.findings, { session, options, report });
  const findings = seen.map((state) => withoutGone(state, missing.gone, report));
  const runs = foldRuns(renamed.runs, { missing, session, changes, report });
  const job = foldJob(before.job, session, report);
  const { lost, heartbeatMs } = options;
  const kept = changes.filter(({ detail }) => lost === undefined || detail.kind === "unknown");
  changes.splice(0, changes.length, ...kept);
  if (lost !== undefined) report({}, lostChange(lost, findings));
  const isQuiet = changes.length === 0;
  const beat = isQuiet ? heartbeatOf(job, { session, findings, heartbeatMs }) : undefined;
  if (beat !== undefined) report({}, beat);
  const reported = { ...job, reportedAt: session.recordedAt, quietRuns: 0 };
  const quiet = { ...job, quietRuns: job.quietRuns + 1 };
  return {
    ledger: { runs, findings, job: changes.length === 0 ? quiet : reported },
    changes,
  };
}

/** A scenario that does exactly what another did is that one under another name: what is known of it stays. */
function withNewNames(before: Ledger, { renamed }: Missing, report: Report): Ledger {
  if (renamed.length === 0) return before;
  const names = new Map(
    renamed.map(({ from, to }) => [runSubjectKey(from.subject), to.scenario] as const),
  );
  for (const { from, to } of renamed)
    report(from.subject, { kind: "gone", renamedTo: to.scenario });
  const rename = <S extends RunState | FindingState>(state: S): S => {
    const scenario = names.get(runSubjectKey(state.subject));
    return scenario === undefined ? state : { ...state, subject: { ...state.subject, scenario } };
  };
  return { ...before, runs: before.runs.map(rename), findings: before.findings.map(rename) };
}

function foldFindings(
  before: readonly FindingState[],
  parts: {
    readonly session: ArchivedSession;
    readonly options: FoldOptions;
    readonly report: Report;
  },
): readonly FindingState[] {
  const { session, options, report } = parts;
  const byRun = Map.groupBy(before, ({ subject }) => runSubjectKey(subject));
  const after = new Map(before.map((state) => [state.id, state]));
  for (const run of session.runs) {
    const known = byRun.get(runSubjectKey(run)) ?? [];
    const found = run.findings
      .filter(({ baseline }) => baseline !== "expected")
      .filter(({ rule }) => known.every(({ subject }) => subject.rule !== rule))
      .map(({ rule }) => unknownFinding({ ...subjectOf(run), rule }, options));
    for (const state of [...known, ...found]) {
      const folded = foldFinding(state, seenIn(run, state.subject.rule), {
        id: session.id,
        seed: session.seed,
        past: options.past,
      });
      // What its scenario accepts from the start was never a finding.
      after.set(state.id, folded.after);
      for (const detail of folded.details) {
        const last = folded.after.open ?? state.open;
        report(state.subject, detail, last === undefined ? state : { ...folded.after, open: last });
      }
    }
  }
  return [...after.values()];
}

function subjectOf({ scenario, client, mount }: RunRecord) {
  return { scenario, client, mount };
}

function unknownFinding(subject: FindingSubject, { job, branch }: FoldOptions): FindingState {
  const { scenario, client, mount, rule } = subject;
  return { id: shortHash([job, branch ?? "", scenario, client, mount, rule]), subject, fixed: 0 };
}

/** What a run says of a rule. */
function seenIn(run: RunRecord, rule: string): Seen {
  const { version, findings, unseen } = run;
  const finding = findings.find((one) => one.rule === rule);
  if (finding?.verdict === "fail") return { version, state: "failing", finding };
  if (finding?.verdict === "inconclusive") return { version, state: "inconclusive", finding };
  return { version, state: unseen.includes(rule) ? "unseen" : "holding" };
}

/** An open finding of a run that is gone: no one can see any more whether it is fixed. */
function withoutGone(state: FindingState, gone: readonly RunState[], report: Report): FindingState {
  const { open, ...closed } = state;
  const key = runSubjectKey(state.subject);
  if (open === undefined || gone.every(({ subject }) => runSubjectKey(subject) !== key))
    return state;
  if (open.reported === undefined) return closed;
  report(state.subject, { kind: "gone" }, state);
  return { ...state, open: { ...open, reported: "gone" } };
}

function recordedChange({
  subject,
  detail,
  finding,
  session,
  options: { job, branch },
}: {
  readonly subject: Subject;
  readonly detail: ChangeDetail;
  readonly finding: FindingState | undefined;
  readonly session: ArchivedSession;
  readonly options: FoldOptions;
}): RecordedChange {
  const { scenario, client, mount, rule } = subject;
  const of = detail.kind === "unknown" ? [detail.problem.code, detail.problem.message] : [];
  const parts = [job, branch ?? "", detail.kind, scenario, client, mount, rule, ...of];
  return {
    id: shortHash([...parts, session.recordedAt, session.seed]),
    job,
    ...(branch === undefined ? {} : { branch }),
    subject,
    session: session.id,
    ...(finding === undefined ? {} : { finding: finding.id, ...partsOf(finding) }),
    detail,
  };
}

function partsOf({ open }: FindingState): Pick<RecordedChange, "version" | "message" | "since"> {
  if (open === undefined) return {};
  const { version, message, firstSeen, lastGood, times, versions } = open;
  return {
    version,
    message,
    since: {
      firstSeen,
      times,
      ...(lastGood === undefined ? {} : { lastGood }),
      ...(versions === undefined ? {} : { versions }),
    },
  };
}

/** Twelve hexadecimal digits that are the same for the same parts. */
export function shortHash(parts: readonly (string | undefined)[]): string {
  return hash("sha256", JSON.stringify(parts.map((part) => part ?? "")), "hex").slice(0, 12);
}
