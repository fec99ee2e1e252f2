/**
 * Rule prompts-caused: the harm that an outage does to people who were signed in. It counts
 * how often they were asked to sign in during its windows and for an hour after, where the
 * well service would not have asked: their tokens or their session were good enough. The
 * vices behind it have rules of their own (`silent-first`, `fallback-to-interaction`,
 * `reload`, `tabs`); this one says what they come to, also where none of them can tell.
 *
 * Not counted: prompts of a person's own wish and by device code, answers to claims
 * challenges, people who were signed out or revoked, and whoever the service itself said is
 * needed. A session lasts a day from when the service last heard of it (`docs/sources.md#b`,
 * SSO session cookie), and not across a restart of the browser.
 */
import { days, hours } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { harmlessChanges, type WorldChanged } from "../history/world-changed.ts";
import { signInPromptsOf, isChosenByUser, type SignInPrompt } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { isExpiredRefreshToken } from "./model/service-failure.ts";
import { faultSpansOf, outageSpansOf } from "./model/fault-windows.ts";
import { objectIdOf } from "./model/identifiers.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { counted, sinceStart } from "./model/messages.ts";
import { interactionRequestOf } from "./model/operations.ts";
import { isFailedByService, isForSession } from "./model/exchange-outcomes.ts";
import { isValidAt } from "./model/token-validity.ts";

/** Judges `prompts-caused`; bound: `limits.promptsMax`, none by default. */
export const promptsCaused: Rule = {
  id: "prompts-caused",
  says: "An outage makes nobody sign in who was signed in before it, neither while it lasts nor in the hour after.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Acquire tokens silently: the person signs in again only if no silent method is left (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Go on with the tokens at hand, keep the account when a silent call fails, and ask a person only when the service says that one is needed.",
  judge,
};

const AFTERMATH_MS = hours(1);
const SESSION_MS = days(1);

/** Every time that the outage made somebody sign in who was signed in before it, in order. */
export function promptsCausedIn(history: History): readonly SignInPrompt[] {
  const [outage] = faultSpansOf(history);
  if (outage === undefined) return [];
  const isInIt = isInOutage(history);
  const calls = operationsOf(history);
  return signInPromptsOf(history).filter(
    (asking) => isInIt(asking.at) && isCaused(history, { asking, calls, outage: outage.index }),
  );
}

/** Whether a time is in an outage or in the hour after; ms since the Unix epoch. */
function isInOutage(history: History): (atMs: number) => boolean {
  const spans = outageSpansOf(history);
  return (atMs) => spans.some(({ from, to }) => from <= atMs && atMs <= to + AFTERMATH_MS);
}

function judge(history: History): Judgement {
  const [outage] = faultSpansOf(history);
  if (outage === undefined) return inconclusive("There was no outage.");
  const isInIt = isInOutage(history);
  const calls = operationsOf(history);
  const people = new Set(
    calls
      .filter(({ completed }) => completed?.outcome === "ok" && completed.index < outage.index)
      .flatMap((call) => personOf(call) ?? []),
  );
  const caused = promptsCausedIn(history);
  const promptsMax = history.header.limits?.promptsMax ?? 0;
  const asked = new Set(caused.map(({ client, user = "" }) => `${client} ${objectIdOf(user)}`));
  const figures = `${counted(caused.length, "time")}${asked.size > 1 ? `, ${asked.size} people` : ""}`;
  const [first] = caused;
  if (first !== undefined && caused.length > promptsMax) {
    return fails(
      `The outage made people sign in who were signed in before it (${figures}; ${promptsMax} allowed): ${first.client} asked ${sinceStart(history, first.at)} in.`,
      caused.map(({ event }) => event),
    );
  }
  const gone = calls.filter((call) => isInIt(call.invoked.at) && people.has(personOf(call) ?? ""));
  const [recordSighting] = gone;
  if (recordSighting === undefined)
    return inconclusive("Nobody who was signed in before the outage used the application in it.");
  return passes(
    `${counted(gone.length, "call")} for people who were signed in before the outage, in it and in the hour after; they were asked to sign in ${counted(caused.length, "time")}.`,
    [recordSighting.invoked, ...caused.map(({ event }) => event)],
  );
}

/** Whether a call is that person's, as far as both are known. */
function isOf(user: string | undefined, person: string | undefined): boolean {
  return user === undefined || person === undefined || person.endsWith(` ${objectIdOf(user)}`);
}

/** Who uses which application in a call; nothing when that is not known. */
function personOf({ invoked, completed }: Operation): string | undefined {
  const user = invoked.user ?? (completed?.outcome === "ok" ? completed.user : undefined);
  return user === undefined ? undefined : `${invoked.client} ${objectIdOf(user)}`;
}

interface Question {
  readonly asking: SignInPrompt;
  readonly calls: readonly Operation[];
  /** Where it began. */
  readonly outage: number;
}

/** Whether a well service would not have asked, of somebody who was signed in before the outage. */
function isCaused(history: History, { asking, calls, outage }: Question): boolean {
  const { event, call } = asking;
  if (event.kind === "prompt-shown" && (isChosenByUser(event) || event.prompt === "device-code"))
    return false;
  if (call?.claims === true) return false;
  const theirs = calls.filter(
    (one) =>
      one.invoked.client === asking.client &&
      one.invoked.index < asking.index &&
      isOf(asking.user, personOf(one)),
  );
  const good = theirs.findLast(
    ({ completed }) => completed?.outcome === "ok" && completed.index < asking.index,
  );
  const wasSignedIn = theirs.some(
    ({ completed }) => completed?.outcome === "ok" && completed.index < outage,
  );
  const since = good?.completed?.index;
  if (!wasSignedIn || since === undefined) return false;
  if (hasEnded(history, asking, since) || isNeeded(theirs, asking, since)) return false;
  return hasSession(history, theirs, asking) || hasTokens(history, asking);
}

/** Whether the person's session was ended on purpose: by an administrator, or by signing out. */
function hasEnded(
  { events }: History,
  { client, user, index }: SignInPrompt,
  since: number,
): boolean {
  return events.slice(since, index).some((event) => {
    if (event.kind === "exchange-began")
      return event.endpoint === "logout" && event.client === client;
    return event.kind === "world-changed" && endsSessionOf(event, user);
  });
}

function endsSessionOf({ change, users }: WorldChanged, user: string | undefined): boolean {
  if (harmlessChanges.has(change)) return false;
  if (users === undefined || user === undefined) return true;
  return users.some((id) => id.toLowerCase() === objectIdOf(user));
}

/** Whether the service said since then that this person is needed. */
function isNeeded(theirs: readonly Operation[], { index }: SignInPrompt, since: number): boolean {
  return theirs.some((call) => {
    const ended = interactionRequestOf(call)?.ended;
    const isExpired = ended?.error !== undefined && isExpiredRefreshToken(ended.error);
    return ended !== undefined && !isExpired && ended.index > since && ended.index < index;
  });
}

/** Whether the session at the identity provider was alive. */
function hasSession(
  { events }: History,
  theirs: readonly Operation[],
  asking: SignInPrompt,
): boolean {
  const heard = theirs
    .flatMap(({ exchanges }) => exchanges)
    .findLast(
      (exchange) =>
        isForSession(exchange) &&
        exchange.ended !== undefined &&
        exchange.ended.index < asking.index &&
        !isFailedByService(exchange),
    );
  const since = heard?.ended;
  if (since === undefined || asking.at - since.at > SESSION_MS) return false;
  return !events
    .slice(since.index, asking.index)
    .some(
      (event) =>
        event.kind === "client-restarted" &&
        event.client === asking.client &&
        event.browser === true,
    );
}

/** Whether the application had a good token, or a refresh token, there or where it lost them. */
function hasTokens(history: History, { event, at }: SignInPrompt): boolean {
  const { token, refreshToken, away, lost } = availableTokensAt(history, event);
  const tokens = [token, away?.token, lost?.token];
  return (
    tokens.some((held) => held !== undefined && isValidAt(held.token, at)) ||
    [refreshToken, away?.refreshToken, lost?.refreshToken].some((grant) => grant !== undefined)
  );
}
