/**
 * The fault windows of a history: when each was open, and which of them could fail a sign-in or a
 * token request at a given moment.
 */
import type { FaultBegan, FaultsCleared, History } from "../../history/event.ts";
import { endOf } from "./exchanges.ts";
import { coversTokenService, failsEveryRequest } from "../../history/fault-facts.ts";
import { perHistory } from "./per-history.ts";

/** A fault window and when it was open; without `endedAt` it was open when the journal ended. Times: ms since the Unix epoch. */
export interface FaultSpan {
  readonly index: number;
  readonly window: FaultBegan["window"];
  readonly beganAt: number;
  readonly endedAt?: number;
}

/** A stretch of time in which at least one fault window was open; ms since the Unix epoch. */
export interface OutageSpan {
  readonly from: number;
  readonly to: number;
}

/** Fault windows in the order in which they opened. */
export const faultSpansOf = perHistory((history): readonly FaultSpan[] => {
  const ends = new Map<string, number>();
  for (const event of history.events)
    if (event.kind === "fault-ended") ends.set(event.window, event.at);
  const spans: FaultSpan[] = [];
  for (const event of history.events) {
    if (event.kind !== "fault-began") continue;
    const endedAt = ends.get(event.window.id);
    spans.push({
      index: event.index,
      window: event.window,
      beganAt: event.at,
      ...(endedAt === undefined ? {} : { endedAt }),
    });
  }
  return spans;
});

/** The stretches of time with at least one open window, merged, in order; an open one ends with the history. */
export function outageSpansOf(history: History): readonly OutageSpan[] {
  const merged: { from: number; to: number }[] = [];
  for (const { beganAt, endedAt } of faultSpansOf(history)) {
    const to = endedAt ?? endOf(history);
    const last = merged.at(-1);
    if (last !== undefined && beganAt <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from: beganAt, to });
  }
  return merged;
}

/** The event after which no fault was active any more; undefined when faults never ended or there were none. */
export function lastFaultsCleared(history: History): FaultsCleared | undefined {
  const cleared = history.events.findLast(
    (event): event is FaultsCleared => event.kind === "faults-cleared",
  );
  const reopened = history.events.findLast(({ kind }) => kind === "fault-began");
  return cleared !== undefined && reopened !== undefined && reopened.index > cleared.index
    ? undefined
    : cleared;
}

/** Windows open at `atMs` that can fail a token request of anyone. */
export function tokenFaultsAt(history: History, atMs: number): readonly FaultSpan[] {
  return spansAt(history, atMs).filter(({ window }) => failsTokenRequests(window));
}

/** Whether a window fails every token request, or request to another endpoint, of everyone while it is open; those of managed identities go to a machine. */
export function isTotalOutage(
  window: Window,
  endpoint: "token" | "keys" | "managed-identity" = "token",
): boolean {
  return failsTokenRequests(window, endpoint) && isForAll(window);
}

/** Windows open at `atMs` that fail every token request of everyone. */
export function totalOutagesAt(history: History, atMs: number): readonly FaultSpan[] {
  return tokenFaultsAt(history, atMs).filter(({ window }) => isForAll(window));
}

/** Windows open at `atMs` that can fail a sign-in or token request of anyone. */
export function signInFaultsAt(history: History, atMs: number): readonly FaultSpan[] {
  return spansAt(history, atMs).filter(
    ({ window }) =>
      (coversTokenService(window, "token") || coversTokenService(window, "authorize")) &&
      failsEveryRequest(window),
  );
}

/** The ids of all windows that affect the token endpoint. */
export function tokenFaultIdsOf(history: History): ReadonlySet<string> {
  const breaking = faultSpansOf(history).filter(({ window }) =>
    coversTokenService(window, "token"),
  );
  return new Set(breaking.map(({ window }) => window.id));
}

function failsTokenRequests(
  window: Window,
  endpoint: "token" | "keys" | "managed-identity" = "token",
): boolean {
  return (
    coversTokenService(window, endpoint) && window.at !== "backup" && failsEveryRequest(window)
  );
}

type Window = FaultBegan["window"];

function spansAt(history: History, atMs: number): readonly FaultSpan[] {
  return faultSpansOf(history).filter(
    ({ beganAt, endedAt }) => beganAt <= atMs && (endedAt === undefined || atMs < endedAt),
  );
}

function isForAll({ where, chance = 1, first, after, ramp, preflights }: Window): boolean {
  const isAlways = chance === 1 && ramp === undefined;
  // A client that sends simple requests sends no preflights.
  return (
    isAlways &&
    preflights !== "only" &&
    where === undefined &&
    first === undefined &&
    after === undefined
  );
}
