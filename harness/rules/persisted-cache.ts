/**
 * Rule persisted-cache. People close applications, machines restart, and outages do not
 * wait: whoever saved tokens and refresh tokens goes on as if nothing had been. Three days is
 * how long the backup system remembers a session, so that is how long a cache must serve.
 * Source: `docs/sources.md#m1`, native applications, condition 1; `docs/sources.md#m3`, "Serialize and persist tokens".
 */
import { days, formatDuration } from "../core/time/duration.ts";
import type { ClientRestarted, History, OperationCompleted } from "../history/event.ts";
import { isChosenByUser, promptsOf } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import type { AvailableTokens } from "./model/token-lookup.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { every, sinceStart } from "./model/messages.ts";
import { isCacheable, isDenied, needsInteraction } from "./model/operations.ts";
import { isFailedByService, isToSignInService } from "./model/exchange-outcomes.ts";
import { isValidAt } from "./model/token-validity.ts";
import { signInFaultsAt } from "./model/fault-windows.ts";

const PERSISTED_FOR_MS = days(3);

/** Judges `persisted-cache`. */
export const persistedCache: Rule = {
  id: "persisted-cache",
  says: "Tokens survive a restart of the application for at least three days.",
  source:
    "Application support for the backup authentication system, native applications: the token cache persists for at least three days (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
  fix: "Give the client a cache plugin that saves the whole cache, refresh tokens included, to protected storage.",
  judge,
};

/** The first that was heard of a wish after a restart: what there was, and what became of it. */
interface Return {
  readonly restarted: ClientRestarted;
  /** What there was to go on: a valid token, else a refresh token of at most three days. */
  readonly had: {
    readonly kind: "token" | "refresh token";
    readonly index: number;
    readonly ageMs: number;
  };
  readonly at: number;
  readonly index: number;
  readonly completed?: OperationCompleted;
  readonly end: "served" | "denied" | "prompted";
  readonly saved: "cache" | "nothing";
}

function judge(history: History): Judgement {
  const returns = [...callsAfterRestart(history), ...promptsAfterRestart(history)];
  const [first] = returns.filter(({ end }) => end !== "served").sort((a, b) => a.index - b.index);
  if (first !== undefined) {
    const { had, restarted, saved, end } = first;
    const what = `${end === "prompted" ? "a person was asked to sign in" : "a call got nothing"} ${formatDuration(first.at - restarted.at)} after the restart at ${sinceStart(history, restarted.at)}`;
    const why =
      saved === "nothing"
        ? "the application persists nothing and lost"
        : "the application saves its cache and should have had";
    return fails(
      `${capital(what)}: ${why} a ${had.kind} got ${formatDuration(had.ageMs)} before.`,
      [had, restarted, first, ...(first.completed === undefined ? [] : [first.completed])],
    );
  }
  const [served] = returns;
  if (served === undefined) {
    return inconclusive("No call after a restart could have been served from a saved cache.");
  }
  return passes(
    `${every(returns.length, "first call")} after a restart got a token by what had been saved; the first by a ${served.had.kind} got ${formatDuration(served.had.ageMs)} before.`,
    [served.had, served.restarted, served],
  );
}

function callsAfterRestart(history: History): Return[] {
  return operationsOf(history)
    .filter(isCacheable)
    .flatMap((operation): Return[] => {
      const { invoked, completed } = operation;
      const found = savedBefore(availableTokensAt(history, invoked), invoked.at);
      if (found === undefined || completed === undefined) return [];
      if (found.saved === "nothing" && !isLossInOutage(history, operation)) return [];
      if (isForWantOfService(history, operation, found)) return [];
      const end =
        completed.outcome === "ok" ? "served" : isDenied(operation) ? "denied" : undefined;
      if (end === undefined) return [];
      return [{ ...found, at: invoked.at, index: invoked.index, completed, end }];
    });
}

/** With a refresh token alone the client needs the service, whose failures are not the cache's. */
function isForWantOfService(
  history: History,
  operation: Operation,
  { saved, had }: Pick<Return, "saved" | "had">,
): boolean {
  if (saved === "nothing" || had.kind === "token" || !isDenied(operation)) return false;
  if (operation.exchanges.some(isToSignInService)) return true;
  return signInFaultsAt(history, operation.invoked.at).length > 0 && !needsInteraction(operation);
}

/** Whether a user's call came to nothing, in an outage, for what the application did not save. */
function isLossInOutage(history: History, operation: Operation): boolean {
  const { invoked, exchanges } = operation;
  if (invoked.user === undefined || !isDenied(operation)) return false;
  return signInFaultsAt(history, invoked.at).length > 0 || exchanges.some(isFailedByService);
}

function promptsAfterRestart(history: History): Return[] {
  const undesired = promptsOf(history).filter((event) => !isChosenByUser(event));
  return undesired.flatMap((event): Return[] => {
    const holdings = availableTokensAt(history, event);
    const found = savedBefore(holdings, event.at);
    if (found === undefined) return [];
    if (found.saved === "nothing" && signInFaultsAt(history, event.at).length === 0) return [];
    const { lastRequest } = holdings;
    const isServiceDown = lastRequest !== undefined && isFailedByService(lastRequest);
    if (found.saved === "cache" && found.had.kind === "refresh token" && isServiceDown) return [];
    return [{ ...found, at: event.at, index: event.index, end: "prompted" }];
  });
}

/** What there was before the restart that is still good, if nothing was got silently since. */
function savedBefore(
  holdings: AvailableTokens,
  atMs: number,
): Pick<Return, "restarted" | "had" | "saved"> | undefined {
  const { restarted, lost } = holdings;
  if (restarted === undefined) return undefined;
  const saved = restarted.persisted;
  const { token, refreshToken } = saved === "cache" ? holdings : (lost ?? {});
  const isBefore = (held: { readonly index: number } | undefined): boolean =>
    held !== undefined && held.index < restarted.index;
  if (token !== undefined && isBefore(token) && isValidAt(token.token, atMs)) {
    return { restarted, saved, had: { kind: "token", index: token.index, ageMs: atMs - token.at } };
  }
  if (refreshToken === undefined || !isBefore(refreshToken)) return undefined;
  const ageMs = atMs - refreshToken.at;
  if (ageMs > PERSISTED_FOR_MS) return undefined;
  return { restarted, saved, had: { kind: "refresh token", index: refreshToken.index, ageMs } };
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
