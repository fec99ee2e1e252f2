/** Which runs of a job were renamed, are gone, or could not be played in a session: pure. */
import { isOfFile } from "../model/results.ts";
import type { RunState, RunSubject } from "./ledger-state.ts";
import type { ArchivedSession, RunRecord } from "./session-record.ts";

/** A run that is missing for the first time may have been left out on purpose; with another command it is gone in the second. */
const GONE_WITH_OTHER_COMMAND = 2;

/** The same for one run in all sessions of a job. */
export function runSubjectKey({ scenario, client, mount }: RunSubject): string {
  return JSON.stringify([scenario, client, mount]);
}

/** Whether what is not in a session was not to be run: it, or each run of it that failed, came to an end, and each file of scenarios could be read. */
function isComplete({ facts, failures = [] }: ArchivedSession): boolean {
  if (failures.some(isOfFile)) return false;
  if (facts === undefined) return failures.length === 0;
  if (facts.outcome === "finished") return true;
  const { problems = [] } = facts;
  const ofRuns = new Set(failures.map(({ message }) => message));
  return (
    facts.outcome === "failed" &&
    failures.length > 0 &&
    problems.every(({ message }) => ofRuns.has(message))
  );
}

/** What became of the runs that a session does not have. */
export interface Missing {
  /** With one more session without them; they may be back in the next. */
  readonly waiting: readonly RunState[];
  readonly gone: readonly RunState[];
  readonly renamed: readonly { readonly from: RunState; readonly to: RunRecord }[];
}

/** Finds the runs that are missing in a complete session, and among its new runs those that do exactly what a missing one did. */
export function missingRuns(states: readonly RunState[], session: ArchivedSession): Missing {
  if (!isComplete(session)) return { waiting: [], gone: [], renamed: [] };
  const here = new Set([...session.runs, ...(session.failures ?? [])].map(runSubjectKey));
  const missing = states
    .filter(({ status, subject }) => status !== "gone" && !here.has(runSubjectKey(subject)))
    .map((state) => ({ ...state, missing: state.missing + 1 }));
  const known = new Set(states.map(({ subject }) => runSubjectKey(subject)));
  const added = session.runs.filter((run) => !known.has(runSubjectKey(run)));
  const renamed = missing.flatMap((from) => {
    const [to, ...others] = added.filter((run) => doesTheSame(from, run, session.seed));
    const rivals = missing.filter((one) => to !== undefined && doesTheSame(one, to, session.seed));
    return to === undefined || others.length > 0 || rivals.length > 1 ? [] : [{ from, to }];
  });
  const command = session.facts?.command;
  const rest = missing.filter((state) => renamed.every(({ from }) => from !== state));
  const isGone = (state: RunState): boolean =>
    state.command === command || state.missing >= GONE_WITH_OTHER_COMMAND;
  return { waiting: rest.filter((one) => !isGone(one)), gone: rest.filter(isGone), renamed };
}

function doesTheSame({ subject, shape, seed }: RunState, run: RunRecord, seedNow: string): boolean {
  return (
    shape !== undefined &&
    shape === run.shape &&
    seed === seedNow &&
    subject.client === run.client &&
    subject.mount === run.mount
  );
}
