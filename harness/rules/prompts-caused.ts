/**
 * Rule `prompts-caused`: how often an outage makes people sign in again who were signed in. It
 * counts prompts during the fault windows and for an hour after, where a healthy service would
 * not have asked, because their tokens or their session were valid. Other rules judge the client
 * defects behind it (`silent-first`, `fallback-to-interaction`, `reload`, `tabs`); this one
 * counts the result, also where no other rule finds the cause.
 *
 * Not counted: prompts that a person chose or that belong to a device code, answers to claims
 * challenges, people who were signed out or revoked, and people of whom the service itself
 * required a sign-in. A session lasts a day from the last request for it that the service answered (`docs/sources.md#b`,
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
import { hasSucceeded } from "./model/success.ts";

/** Judges `prompts-caused`; bound: `limits.promptsMax`, none by default. */
export const promptsCaused: Rule = {
  id: "prompts-caused",
  says: "An outage, and the hour after it, makes no one sign in again who was signed in before.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Acquire tokens silently: the person signs in again only if no silent method is left (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Use the tokens that the application has, keep the account when a silent call fails, and prompt only when the service requires it.",
  excuses: [
    { id: "allowed", says: "As many prompts as the scenario allows; none by default." },
    { id: "chosen-prompt", says: "The person chooses to select or create an account." },
    { id: "device-code", says: "The prompt shows a device code." },
    { id: "claims-challenge", says: "The call behind the prompt answers a claims challenge." },
    { id: "without-a-person", says: "A popup or redirect that succeeds without a prompt." },
    {
      id: "long-after",
      says: "The prompt comes more than an hour after the outage, or before it.",
    },
    { id: "new-user", says: "The person had not signed in before the outage." },
    { id: "session-revoked", says: "A change of the world has ended the person's session." },
    { id: "signed-out", says: "The person has signed out of the application." },
    {
      id: "sign-in-required",
      says: "The service has required a sign-in since the last call that succeeded, other than for an expired refresh token.",
    },
    {
      id: "session-expired",
      says: "A day has passed since the service answered for the session, and no token is left.",
    },
    { id: "browser-restarted", says: "The browser was restarted, and no token is left." },
  ],
  judge,
};

const AFTERMATH_MS = hours(1);
const SESSION_MS = days(1);

/** Every prompt by which the outage made someone sign in again who was signed in before it, in order. */
export function promptsCausedIn(history: History): readonly SignInPrompt[] {
  const [outage] = faultSpansOf(history);
  if (outage === undefined) return [];
  const isDuringOutage = isInOutage(history);
  const calls = operationsOf(history);
  return signInPromptsOf(history).filter(
    (prompt) =>
      isDuringOutage(prompt.at) && isCaused(history, { prompt, calls, outage: outage.index }),
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
  const isDuringOutage = isInOutage(history);
  const calls = operationsOf(history);
  const people = new Set(
    calls
      .filter((call) => hasEndedWellBefore(history, call, outage.index))
      .flatMap((call) => personOf(call) ?? []),
  );
  const caused = promptsCausedIn(history);
  const promptsMax = history.header.limits?.promptsMax ?? 0;
  const asked = new Set(caused.map(({ client, user = "" }) => `${client} ${objectIdOf(user)}`));
  const figures = `${counted(caused.length, "time")}${asked.size > 1 ? `, ${asked.size} people` : ""}`;
  const [first] = caused;
  if (first !== undefined && caused.length > promptsMax) {
    return fails(
      `The outage made people sign in again who were signed in before it (${figures}; ${promptsMax} allowed): ${first.client} first asked ${sinceStart(history, first.at)} into the run.`,
      caused.map(({ event }) => event),
    );
  }
  const during = calls.filter(
    (call) => isDuringOutage(call.invoked.at) && people.has(personOf(call) ?? ""),
  );
  const [recordSighting] = during;
  if (recordSighting === undefined)
    return inconclusive(
      "No one who was signed in before the outage used the application during it.",
    );
  return passes(
    `${counted(during.length, "call")} for people who were signed in before the outage, during it and in the hour after; they were asked to sign in ${counted(caused.length, "time")}.`,
    [recordSighting.invoked, ...caused.map(({ event }) => event)],
  );
}

/** Whether a call had succeeded before the event of that index. */
function hasEndedWellBefore(history: History, call: Operation, index: number): boolean {
  return (call.completed?.index ?? Infinity) < index && hasSucceeded(history, call);
}

/** Whether a call is of that user, as far as both are known. */
function isOf(user: string | undefined, person: string | undefined): boolean {
  return user === undefined || person === undefined || person.endsWith(` ${objectIdOf(user)}`);
}

/** The application and user of a call; undefined when the user is not known. */
function personOf({ invoked, completed }: Operation): string | undefined {
  const user = invoked.user ?? (completed?.outcome === "ok" ? completed.user : undefined);
  return user === undefined ? undefined : `${invoked.client} ${objectIdOf(user)}`;
}

interface PromptInOutage {
  readonly prompt: SignInPrompt;
  readonly calls: readonly Operation[];
  /** Index of the event by which the outage began. */
  readonly outage: number;
}

/** Whether a healthy service would not have asked, for a user who was signed in before the outage. */
function isCaused(history: History, { prompt, calls, outage }: PromptInOutage): boolean {
  const { event, call } = prompt;
  if (event.kind === "prompt-shown" && (isChosenByUser(event) || event.prompt === "device-code"))
    return false;
  if (call?.claims === true) return false;
  const theirs = calls.filter(
    (one) =>
      one.invoked.client === prompt.client &&
      one.invoked.index < prompt.index &&
      isOf(prompt.user, personOf(one)),
  );
  const good = theirs.findLast((one) => hasEndedWellBefore(history, one, prompt.index));
  const wasSignedIn = theirs.some((one) => hasEndedWellBefore(history, one, outage));
  const since = good?.completed?.index;
  if (!wasSignedIn || since === undefined) return false;
  if (wasSessionEnded(history, prompt, since) || isRequiredByService(theirs, prompt, since))
    return false;
  return hasSession(history, theirs, prompt) || hasTokens(history, prompt);
}

/** Whether the person's session was ended on purpose: by an administrator, or by signing out. */
function wasSessionEnded(
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

/** Whether the service has required this user to sign in since. */
function isRequiredByService(
  theirs: readonly Operation[],
  { index }: SignInPrompt,
  since: number,
): boolean {
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
  prompt: SignInPrompt,
): boolean {
  const answered = theirs
    .flatMap(({ exchanges }) => exchanges)
    .findLast(
      (exchange) =>
        isForSession(exchange) &&
        exchange.ended !== undefined &&
        exchange.ended.index < prompt.index &&
        !isFailedByService(exchange),
    );
  const since = answered?.ended;
  if (since === undefined || prompt.at - since.at > SESSION_MS) return false;
  return !events
    .slice(since.index, prompt.index)
    .some(
      (event) =>
        event.kind === "client-restarted" &&
        event.client === prompt.client &&
        event.browser === true,
    );
}

/** Whether the application had a valid token or a refresh token, in this tab, in another one or before a loss. */
function hasTokens(history: History, { event, at }: SignInPrompt): boolean {
  const { token, refreshToken, away, lost } = availableTokensAt(history, event);
  const tokens = [token, away?.token, lost?.token];
  return (
    tokens.some((held) => held !== undefined && isValidAt(held.token, at)) ||
    [refreshToken, away?.refreshToken, lost?.refreshToken].some((held) => held !== undefined)
  );
}
