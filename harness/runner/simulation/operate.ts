/** Records operations of the user's own code: only their beginning and their end are visible. */
import {
  type ApplicationParts,
  type OperationCounter,
  type ReadResult,
  settle,
} from "../../clients/application.ts";
import type { Recorder } from "../../history/recorder.ts";
import { failureOf, type OperateOptions } from "./call-result.ts";

export interface OwnCall<T> extends Pick<ReadResult<T>, "resultOf"> {
  /** The name of the application instance in the history. */
  readonly client: string;
  /** The purpose of the call: calls with the same purpose have the same name. */
  readonly name: string;
  readonly call: () => Promise<T>;
  readonly options: OperateOptions<T>;
}

/** Runs a call and records it as one operation of flow `custom`; settles as the call does. */
export function recordOperation<T>(
  parts: Pick<ApplicationParts, "recorder" | "operations"> & {
    readonly client: Pick<ApplicationParts["client"], "describeError">;
  },
  { client, name, call, resultOf, options }: OwnCall<T>,
): Promise<T> {
  const { recorder } = parts;
  const operation = invoke(parts, { client, name });
  return settle(parts, operation, recorder.causedBy({ operation, client }, call), {
    resultOf,
    failureOf: (value) => failureOf(value, options, (error) => parts.client.describeError?.(error)),
  });
}

/** Records that own code is called, and gives the operation its number. */
function invoke(
  { recorder, operations }: Pick<ApplicationParts, "recorder" | "operations">,
  { client, name }: { readonly client: string; readonly name: string },
): number {
  const operation = operations.next();
  operations.open.add(operation);
  recorder.emit({
    kind: "operation-invoked",
    operation,
    client,
    flow: "custom",
    app: name,
    tenant: "",
    scopes: [],
  });
  return operation;
}

/** An operation whose end another program reports. */
export interface BegunOperation {
  readonly operation: number;
  /** Records its end: good, or failed with that message. Later calls change nothing. */
  readonly end: (failure?: string) => void;
}

/** Records the beginning of an operation of flow `custom`, by that application instance. */
export function beginOperation(
  parts: Pick<ApplicationParts, "recorder" | "operations">,
  { client, name }: { readonly client: string; readonly name: string },
): BegunOperation {
  const { recorder, operations } = parts;
  const operation = invoke(parts, { client, name });
  return {
    operation,
    end(failure) {
      if (!operations.open.delete(operation)) return;
      recorder.emit({
        kind: "operation-completed",
        operation,
        ...(failure === undefined
          ? { outcome: "ok" as const }
          : {
              outcome: "fail" as const,
              error: {
                name: "Error",
                code: "unsuccessful",
                message: failure,
                interactionRequired: false,
              },
            }),
      });
    },
  };
}

/** Records that the outcome of open calls is unknown: at the end of a run, or when nothing is left that could end them. */
export function endOpenOperations(
  recorder: Recorder,
  { open }: OperationCounter,
  reason: "run-ended" | "never-ends" = "run-ended",
): void {
  for (const operation of open) {
    recorder.emit({
      kind: "operation-completed",
      operation,
      outcome: "unknown",
      reason,
    });
  }
  open.clear();
}
