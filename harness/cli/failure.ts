/** Errors of the harness as data. */
import { HarnessError } from "../core/errors.ts";
import { plainMessageOf } from "../core/explain.ts";
import type { RunFailure } from "./worker/protocol.ts";

/** An error of the harness as data. */
export function failureOf(error: unknown): RunFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof HarnessError ? error : undefined;
  return {
    code: known?.code ?? "harness",
    message: known === undefined ? message : plainMessageOf(known),
    ...(known?.place === undefined ? {} : { place: known.place }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** What of a failure stands in reports. */
export function withoutStack({
  code,
  message,
  place,
  hint,
}: RunFailure): Omit<RunFailure, "stack"> {
  return {
    code,
    message,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  };
}
