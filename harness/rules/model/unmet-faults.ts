/**
 * The faults that broke nothing in a history, because no request met them. A client that needs no
 * request in a fault has met it all the same: one with a valid token while the token endpoint
 * fails, or with the metadata that it has read.
 */
import type { FaultBegan, History } from "../../history/event.ts";
import { availableTokensAt } from "./available-tokens.ts";
import { statusOf } from "./exchange-outcomes.ts";
import { endOf, exchangesOf, operationsOf, type Operation } from "./exchanges.ts";
import { faultSpansOf, type FaultSpan } from "./fault-windows.ts";
import { isCacheable } from "./operations.ts";
import { isDiscovery } from "./similar-requests.ts";
import { isValidAt } from "./token-validity.ts";
import { hasSucceeded } from "./success.ts";

/** A fault that broke nothing; `span` is absent when it never began. */
export interface UnmetSpan {
  readonly id: string;
  readonly why: "never-open" | "no-request" | "none-taken";
  readonly span?: FaultSpan;
}

/** The faults that no request met and that no client could do without a request, in the order of the plan. */
export function unmetFaultsOf(history: History): readonly UnmetSpan[] {
  const spans = faultSpansOf(history);
  return (history.header.unmetFaults ?? []).flatMap(({ id, why }) => {
    const span = spans.find(({ window }) => window.id === id);
    if (span === undefined) return [{ id, why }];
    return why === "no-request" && wasNotNeeded(history, span) ? [] : [{ id, why, span }];
  });
}

/** The fault windows that took a request, or that a client did without one. */
export function metFaultSpansOf(history: History): readonly FaultSpan[] {
  const unmet = new Set(unmetFaultsOf(history).map(({ id }) => id));
  return faultSpansOf(history).filter(({ window }) => !unmet.has(window.id));
}

/** Whether clients used a cached token, or metadata that they had read, instead of what the window broke. */
function wasNotNeeded(history: History, span: FaultSpan): boolean {
  const { window } = span;
  // The history does not know all names of a user or an app, so not who is in a slice.
  if (window.where !== undefined) return false;
  if (breaks(window, ["token", "managed-identity"]) && isTokenUsedIn(history, span)) return true;
  return breaks(window, discoveryEndpoints) && isMetadataUsedIn(history, span);
}

const discoveryEndpoints = ["instance-discovery", "openid-configuration", "keys"] as const;

function breaks(
  { on, at }: FaultBegan["window"],
  endpoints: readonly Exclude<FaultBegan["window"]["on"], "all">[number][],
): boolean {
  if (at === "resource") return false;
  return on === "all" || endpoints.some((endpoint) => on.includes(endpoint));
}

function isTokenUsedIn(history: History, span: FaultSpan): boolean {
  const presented = history.events.some(
    (event) =>
      event.kind === "token-presented" &&
      event.verdict === "accepted" &&
      isIn(history, span, event.at),
  );
  return presented || callsIn(history, span).some((call) => isServedFromCache(history, call));
}

/** The calls that were made in the window and succeeded. */
function callsIn(history: History, span: FaultSpan): readonly Operation[] {
  return operationsOf(history).filter(
    (call) => hasSucceeded(history, call) && isIn(history, span, call.invoked.at),
  );
}

function isIn(history: History, { beganAt, endedAt = endOf(history) }: FaultSpan, atMs: number) {
  return beganAt <= atMs && atMs <= endedAt;
}

function isServedFromCache(history: History, operation: Operation): boolean {
  const { invoked } = operation;
  if (!isCacheable(operation)) return false;
  const { token } = availableTokensAt(history, invoked);
  if (token !== undefined) return isValidAt(token.token, invoked.at);
  // Of own code with several tokens it is not known which one a call is for.
  return (
    invoked.flow === "custom" &&
    exchangesOf(history).some(({ client, ended }) => {
      const issued = ended?.issued?.token;
      const isKnown = ended !== undefined && ended.index < invoked.index;
      return client === invoked.client && isKnown && issued !== undefined
        ? isValidAt(issued, invoked.at)
        : false;
    })
  );
}

function isMetadataUsedIn(history: History, span: FaultSpan): boolean {
  const { on } = span.window;
  const reads = exchangesOf(history).filter(
    (read) =>
      isDiscovery(read) &&
      (on === "all" || on.includes(read.began.endpoint)) &&
      statusOf(read) === 200 &&
      read.began.at < span.beganAt,
  );
  return callsIn(history, span).some(({ page }) => reads.some((read) => read.page === page));
}
