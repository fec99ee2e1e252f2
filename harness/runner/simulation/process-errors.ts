/**
 * What ends the process of the application in a run: an error or a rejected promise that nothing
 * catches, or a call of `process.exit`. In an outage that is what the application does in an outage,
 * so it is recorded and the run ends with it, as the process would. Before anything was wrong it
 * is no finding: it is left to the process of the run, which reports it as a mistake in a file.
 */
import type { OperationCounter } from "../../clients/application.ts";
import { errorOf } from "../../core/thrown.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { ProcessError } from "../../history/process-error.ts";
import type { Cause } from "../../history/ledger.ts";
import type { Recorder } from "../../history/recorder.ts";

/** Called with what ends the process, in the context in which it was thrown; returns whether the run takes it. */
export type TakeProcessEnd = (thrown: unknown, by: ProcessError["by"]) => boolean;

/**
 * A process that a run has for itself.
 *
 * @example
 * const { history } = await runScenario(scenario, { client, mount, seed, process: ownProcess });
 */
export interface OwnProcess {
  /** Has `take` called with everything that would end the process, until the returned function is called. What it does not take is for the process to report. */
  readonly watch: (take: TakeProcessEnd) => () => void;
}

export interface ProcessEnds {
  /** Resolves once something has ended the process. */
  readonly ended: Promise<void>;
  /** What has ended it. */
  readonly fatal: () => { readonly thrown: unknown } | undefined;
  /** Takes nothing from now on. */
  readonly stop: () => void;
}

const LENGTH_MAX = 300;

/** Records what ends the process, from now on. */
export function recordProcessEnds(
  process: OwnProcess | undefined,
  {
    recorder,
    operations,
  }: { readonly recorder: Recorder; readonly operations: Pick<OperationCounter, "rejections"> },
): ProcessEnds {
  const ended = Promise.withResolvers<void>();
  let fatal: { readonly thrown: unknown } | undefined;
  const stop = process?.watch((thrown, by) => {
    // In a process that has ended nothing else happens.
    if (fatal !== undefined) return true;
    const cause = recorder.cause();
    // A call that the script has let go of: a mistake in the script.
    const isCall = operations.rejections.has(thrown as object);
    if ((isCall && cause?.operation === undefined) || !isTroubled(recorder.events)) return false;
    fatal = { thrown };
    const { name, message } = errorOf(thrown);
    const [line = ""] = message.trim().split("\n", 1);
    recorder.emit({
      kind: "process-error",
      ...(cause?.operation === undefined ? likelyCause(recorder.events, cause) : cause),
      by,
      error: { name, message: recorder.redactor.text(line.slice(0, LENGTH_MAX)) },
    });
    ended.resolve();
    return true;
  });
  return { ended: ended.promise, fatal: () => fatal, stop: stop ?? (() => undefined) };
}

function isTroubled(events: readonly HistoryEvent[]): boolean {
  return events.some(({ kind }) => kind === "fault-began" || kind === "world-changed");
}

/** Of what was thrown outside of every call: the one call that is open, else the application that called last. */
function likelyCause(events: readonly HistoryEvent[], known: Cause | undefined): Cause {
  const invoked = events.filter((event) => event.kind === "operation-invoked");
  const ended = new Set(
    events.flatMap((event) => (event.kind === "operation-completed" ? [event.operation] : [])),
  );
  const [open, ...others] = invoked.filter(({ operation }) => !ended.has(operation));
  if (open !== undefined && others.length === 0)
    return { client: open.client, operation: open.operation };
  return known ?? { client: (open ?? invoked.at(-1))?.client ?? "" };
}
