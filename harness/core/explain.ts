/** Test runners print the message of an error and nothing else of it: where and what to do must stand there. */
import { isPromise } from "node:util/types";
import { HarnessError } from "./errors.ts";

/** The messages as they were. */
const explained = new WeakMap<HarnessError, string>();

/** The same error; of a `HarnessError` the message says place and hint from now on. */
export function explain(error: unknown): unknown {
  if (!(error instanceof HarnessError) || explained.has(error)) return error;
  explained.set(error, error.message);
  const { place, hint } = error;
  if (place !== undefined) error.message = `${place}: ${error.message}`;
  if (hint !== undefined) error.message = `${error.message}\n  ${hint}`;
  return error;
}

/** The message without place and hint, for who prints these by themselves. */
export function plainMessageOf(error: HarnessError): string {
  return explained.get(error) ?? error.message;
}

/** Does `work`; what it throws or rejects with is explained. */
export function explaining<T>(work: () => T): T {
  try {
    const result = work();
    return isPromise(result)
      ? (result.catch((error: unknown) => {
          throw explain(error);
        }) as T)
      : result;
  } catch (error) {
    throw explain(error);
  }
}
