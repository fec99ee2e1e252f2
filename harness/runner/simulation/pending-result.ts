/**
 * What a call has resolved to although it is not there yet. A list of promises, as of a `map` over
 * orders, is waited for. An async iterator, as of the lists of Azure's libraries, has asked for
 * nothing: that it was returned is no success.
 */
import { isPromise } from "node:util/types";
import { HarnessError } from "../../core/errors.ts";
import { readField } from "../../core/foreign-value.ts";

/** The promises of a list, each settled as by `Promise.allSettled`; undefined for a list without one, and for all else. */
export function promisesIn(result: unknown): Promise<readonly unknown[]> | undefined {
  try {
    if (!Array.isArray(result) && !(result instanceof Set)) return undefined;
    const parts = [...(result as Iterable<unknown>)];
    return parts.some(isPromise) ? Promise.allSettled(parts) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws `bad-usage` for an async iterator. Streams are none, which have no `next`: an answer of Node is one. */
export function refuseIterator(result: unknown): void {
  if (typeof readField(result, "next") !== "function" || !isAsyncIterable(result)) return;
  throw new HarnessError(
    "bad-usage",
    "the call resolved to an async iterator, which asks for nothing until it is read",
    {
      place: "operate",
      hint: "Read it in the call: for await (const order of shop.orders()) …",
    },
  );
}

function isAsyncIterable(value: unknown): boolean {
  try {
    return Symbol.asyncIterator in Object(value);
  } catch {
    return false;
  }
}
