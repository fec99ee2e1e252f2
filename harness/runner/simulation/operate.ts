/** Operations of code that is not ours: only their beginning and their end can be seen. */
import { type ApplicationParts, type OperationCounter, settle } from "../../clients/application.ts";
import type { TokenResult } from "../../clients/client.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface OwnCall<T> {
  /** The application instance, as the history names it. */
  readonly client: string;
  /** What the call is for: calls of one name are made for the same. */
  readonly name: string;
  readonly call: () => Promise<T>;
  /** What a result says of the token behind it. */
  readonly resultOf: (value: T) => Partial<TokenResult> | undefined;
}

/** Runs a call and records it as one operation of flow `custom`; settles as the call does. */
export function recordOperation<T>(
  parts: Pick<ApplicationParts, "recorder" | "operations"> & {
    readonly client: Pick<ApplicationParts["client"], "describeError">;
  },
  { client, name, call, resultOf }: OwnCall<T>,
): Promise<T> {
  const { recorder, operations } = parts;
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
  return settle(parts, operation, recorder.causedBy({ operation, client }, call), resultOf);
}

/** The run is over: calls without an end will never be known. */
export function endOpenOperations(recorder: Recorder, { open }: OperationCounter): void {
  for (const operation of open) {
    recorder.emit({
      kind: "operation-completed",
      operation,
      outcome: "unknown",
      reason: "run-ended",
    });
  }
  open.clear();
}
