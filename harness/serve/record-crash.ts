/** The end of a program by an error that nothing in it caught. */
import type { ProcessError } from "../history/process-error.ts";
import type { Recorder } from "../history/recorder.ts";

/** Records it, of that instance and operation; default: of who has sent the last request. */
export function recordCrash(
  recorder: Recorder,
  { name, message }: ProcessError["error"],
  of?: { readonly client: string; readonly operation: number },
): void {
  const last = recorder.events.findLast((event) => event.kind === "exchange-began")?.client;
  recorder.emit({
    kind: "process-error",
    ...(of ?? { client: last ?? "program" }),
    by: "thrown",
    error: { name, message: recorder.redactor.words(message) },
  });
}
