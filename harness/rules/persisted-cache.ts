/**
 * Rule `persisted-cache`: an application that saved its tokens and refresh tokens keeps working
 * after a restart, also in an outage. The backup system serves a session for three days, so a
 * saved cache must last as long.
 * Source: `docs/sources.md#m1`, native applications, condition 1; `docs/sources.md#m3`, "Serialize and persist tokens".
 */
import { days, formatDuration } from "../core/time/duration.ts";
import type { ClientRestarted, History, OperationCompleted } from "../history/event.ts";
import { isChosenByUser, promptsOf } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import type { AvailableTokens } from "./model/token-lookup.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { every, sinceStart } from "./model/messages.ts";
import { isCacheable } from "./model/operations.ts";
import { isFailedByService, isToSignInService, statusOf } from "./model/exchange-outcomes.ts";
import { isDiscovery } from "./model/similar-requests.ts";
import { asksInVain, isPersonNeeded } from "./model/person-needed.ts";
import { isValidAt } from "./model/token-validity.ts";
import { signInFaultsAt } from "./model/fault-windows.ts";
import { hasSucceeded, isDenied } from "./model/success.ts";

const PERSISTED_FOR_MS = days(3);

/** Judges `persisted-cache`. */
export const persistedCache: Rule = {
  id: "persisted-cache",
  says: "Tokens survive a restart of the application for at least three days.",
  source:
    "Application support for the backup authentication system, native applications: the token cache persists for at least three days (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
  fix: "Give the client a cache plugin that saves the whole cache, refresh tokens included, to protected storage.",
  excuses: [
    { id: "too-old", says: "The refresh token is older than three days." },
    {
      id: "last-minutes",
      says: "The token expires within five minutes, and there is no refresh token.",
    },
    {
      id: "service-needed",
      says: "Only a refresh token is left, and the service does not renew it.",
    },
    {
      id: "saves-nothing",
      says: "The application saves nothing, and no fault fails its sign-ins.",
    },
    { id: "no-user", says: "A call that names no user, of an application that saves nothing." },
    { id: "chosen-prompt", says: "The person chooses to select or create an account." },
    {
      id: "new-token-wanted",
      says: "The application forces a refresh, answers a claims challenge, or uses a flow that always needs the service.",
    },
    { id: "served-since", says: "A call for the same token has succeeded since the restart." },
    { id: "session-ended", says: "The person has signed out, or the session was revoked." },
    {
      id: "store-down",
      says: "A fault keeps the application from reading its store, and it has read nothing of it since the restart.",
    },
    { id: "unfinished", says: "The run ends before the call does." },
  ],
  judge,
};

/** The first call or prompt under a cache key after a restart: what the application had before, and whether it still had it. */
interface FirstUse {
  readonly restarted: ClientRestarted;
  /** What the application had before the restart: a valid token, else a refresh token at most three days old. */
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
  const firstUses = [...callsAfterRestart(history), ...promptsAfterRestart(history)];
  const [first] = firstUses.filter(({ end }) => end !== "served").sort((a, b) => a.index - b.index);
  if (first !== undefined) {
    const { had, restarted, saved, end } = first;
    const what = `${end === "prompted" ? "a person was asked to sign in" : "a call got no token"} ${formatDuration(first.at - restarted.at)} after the restart at ${sinceStart(history, restarted.at)}`;
    const why =
      saved === "nothing"
        ? "the application saves nothing and lost"
        : "the application saves its cache and should have had";
    return fails(
      `${capital(what)}: ${why} a ${had.kind} received ${formatDuration(had.ageMs)} earlier.`,
      [had, restarted, first, ...(first.completed === undefined ? [] : [first.completed])],
    );
  }
  const [served] = firstUses;
  if (served === undefined) {
    return inconclusive("No call after a restart could have been served from a saved cache.");
  }
  return passes(
    `${every(firstUses.length, "first call")} after a restart got a token from the saved cache; the first used a ${served.had.kind} received ${formatDuration(served.had.ageMs)} earlier.`,
    [served.had, served.restarted, served],
  );
}

function callsAfterRestart(history: History): FirstUse[] {
  return operationsOf(history)
    .filter(isCacheable)
    .flatMap((operation): FirstUse[] => {
      const { invoked, completed } = operation;
      const found = savedBefore(availableTokensAt(history, invoked), invoked.at);
      if (found === undefined || completed === undefined) return [];
      if (found.saved === "nothing" && !isLossInOutage(history, operation)) return [];
      if (needsFailingService(history, operation, found)) return [];
      const end = hasSucceeded(history, operation)
        ? "served"
        : isDenied(history, operation)
          ? "denied"
          : undefined;
      if (end === undefined) return [];
      return [{ ...found, at: invoked.at, index: invoked.index, completed, end }];
    });
}

/** Whether a call failed because the service did: with only a refresh token the client needs the service. */
function needsFailingService(
  history: History,
  operation: Operation,
  { saved, had }: Pick<FirstUse, "saved" | "had">,
): boolean {
  if (saved === "nothing" || had.kind === "token" || !isDenied(history, operation)) return false;
  if (operation.exchanges.some((one) => isToSignInService(one) && !isGoodMetadata(one)))
    return true;
  return (
    signInFaultsAt(history, operation.invoked.at).length > 0 &&
    !isPersonNeeded(history, operation) &&
    !asksInVain(history, operation)
  );
}

/** Whether a request brought the metadata as the service has it: a client that fails afterwards does so by itself. */
function isGoodMetadata(exchange: Exchange): boolean {
  const { faults = [] } = exchange.ended ?? {};
  const isWhole = statusOf(exchange) === 200 && !isFailedByService(exchange);
  return isDiscovery(exchange) && isWhole && faults.length === 0;
}

/** Whether a user's call failed in an outage because the application had saved nothing. */
function isLossInOutage(history: History, operation: Operation): boolean {
  const { invoked, exchanges } = operation;
  if (invoked.user === undefined || !isDenied(history, operation)) return false;
  return signInFaultsAt(history, invoked.at).length > 0 || exchanges.some(isFailedByService);
}

function promptsAfterRestart(history: History): FirstUse[] {
  const undesired = promptsOf(history).filter((event) => !isChosenByUser(event));
  return undesired.flatMap((event): FirstUse[] => {
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

/** What the application had before the restart and could still use, if no call has succeeded silently since. */
function savedBefore(
  holdings: AvailableTokens,
  atMs: number,
): Pick<FirstUse, "restarted" | "had" | "saved"> | undefined {
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
