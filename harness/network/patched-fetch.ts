/**
 * What msw and nock leave undone around `fetch`. Both reject with the bare error of the
 * handler, where Node's fetch wraps everything of the network in "fetch failed"; msw prints
 * every error that a handler throws; nock does not let its reply function know whether the
 * client is still there.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { HarnessError } from "../core/errors.ts";
import { fetchFailed } from "./node-errors.ts";

interface FetchCall {
  /** Also keeps it from being collected: its copies hear of an abort through it, and refer to it only weakly. */
  readonly request: Request;
  failure: { readonly error: unknown } | undefined;
}

const calls = new AsyncLocalStorage<FetchCall>();

/** The abort signal of the fetch call in whose context this runs; `undefined` outside of one. */
export function currentFetchSignal(): AbortSignal | undefined {
  return calls.getStore()?.request.signal;
}

/** What the request in whose context this runs was made by. */
export function currentClient(): "fetch" | "http" {
  return calls.getStore() === undefined ? "http" : "fetch";
}

/** Lets the current fetch call fail with `error`, in place of its response. False outside of a fetch call. */
export function failCurrentFetch(error: unknown): boolean {
  const call = calls.getStore();
  if (call === undefined) return false;
  call.failure = { error };
  return true;
}

/** Puts a fetch that fails as Node's does over the one of the interceptor; the returned function takes it off. */
export function patchFetch(): () => void {
  const intercepted = globalThis.fetch;
  const patched: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const call: FetchCall = { request, failure: undefined };
    try {
      return await calls.run(call, () => intercepted(request));
    } catch (error) {
      throw asFetchError(call.failure === undefined ? error : call.failure.error, request.signal);
    }
  };
  globalThis.fetch = patched;
  return () => {
    if (globalThis.fetch === patched) globalThis.fetch = intercepted;
  };
}

/** As global fetch reports it: an abort by its own reason, everything of the network as "fetch failed". */
export function asFetchError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted && error === signal.reason) return error;
  if (error instanceof HarnessError || (error instanceof Error && "code" in error))
    return fetchFailed(error);
  return error;
}
