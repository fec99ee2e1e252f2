/**
 * Rule `silent-first`: in an outage a user cannot get past the sign-in page, and with a valid
 * token or a refresh token it is not needed. `prompt=login` and `prompt=consent` force it even
 * where a session would suffice. Prompts to select or create an account, and those after a claims
 * challenge, are not judged. Rules `reload` and `tabs` judge what a tab lost, and
 * `prompts-caused` how often an outage makes people sign in.
 * Source: `docs/sources.md#m3`, "Acquire tokens silently" and its note; `docs/sources.md#m1`, native applications.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { signInPromptsOf, isChosenByUser, type SignInPrompt } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import type { AvailableTokens } from "./model/token-lookup.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf } from "./model/exchanges.ts";
import { counted, sinceStart } from "./model/messages.ts";
import { isCacheable } from "./model/operations.ts";
import { isValidAt } from "./model/token-validity.ts";
import { signInFaultsAt } from "./model/fault-windows.ts";

/** Judges `silent-first`. */
export const silentFirst: Rule = {
  id: "silent-first",
  says: "No sign-in prompt is shown while a silent call can succeed, and none with prompt=login or consent in an outage.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Acquire tokens silently (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Call the silent method first, prompt only when it asks for interaction, and leave out prompt=login and prompt=consent.",
  excuses: [
    { id: "chosen-prompt", says: "The person chooses to select or create an account." },
    { id: "claims-challenge", says: "The call behind the prompt answers a claims challenge." },
    {
      id: "forced-while-healthy",
      says: "A prompt with prompt=login or consent while no fault fails sign-ins, and no token is left.",
    },
    { id: "without-a-person", says: "A popup or redirect that succeeds without a prompt." },
    {
      id: "last-minutes",
      says: "The token expires within five minutes, and there is no refresh token.",
    },
    {
      id: "refresh-token-rejected",
      says: "The service has answered the refresh token with an error that only a sign-in resolves.",
    },
    {
      id: "old-refresh-token",
      says: "In a page, the refresh token comes from a sign-in a day ago or more.",
    },
    { id: "session-ended", says: "The person has signed out, or the session was revoked." },
    { id: "another-user", says: "The prompt is for another user than the tokens." },
    {
      id: "lost-in-tab",
      says: "The tab has lost the token or was opened beside the one that has it; rules reload and tabs judge that.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const prompts = signInPromptsOf(history);
  for (const prompt of prompts) {
    const found = findFault(history, prompt);
    if (found !== undefined) return found;
  }
  const silent = operationsOf(history).filter((operation) => {
    if (!isCacheable(operation) || operation.invoked.user === undefined) return false;
    const { invoked } = operation;
    return silentOptionOf(availableTokensAt(history, invoked), invoked.at) !== undefined;
  });
  const [first = silent[0]?.invoked] = prompts;
  if (first === undefined) {
    return inconclusive(
      "No one was asked to sign in, and no user's call could be answered silently.",
    );
  }
  return passes(
    `${counted(prompts.length, "prompt")}, none of them while a silent call could succeed; ${counted(silent.length, "call")} could.`,
    [first],
  );
}

function findFault(
  history: History,
  { event, call, client, at }: SignInPrompt,
): Judgement | undefined {
  if (event.kind === "prompt-shown") {
    const { prompt } = event;
    const [fault] = signInFaultsAt(history, at);
    if (fault !== undefined && (prompt === "login" || prompt === "consent")) {
      return fails(
        `${client} prompted with prompt=${prompt} ${sinceStart(history, at)} into the run, while the fault ${fault.window.id} was active.`,
        [event, fault],
      );
    }
    if (isChosenByUser(event)) return undefined;
  }
  if (call?.claims === true) return undefined;
  const option = silentOptionOf(availableTokensAt(history, event), at);
  if (option === undefined) return undefined;
  return fails(
    `${client} asked a person to sign in ${sinceStart(history, at)} into the run, although it had ${option.description}.`,
    [event, option, ...(call === undefined ? [] : [call])],
  );
}

function silentOptionOf(
  { token, refreshToken }: AvailableTokens,
  atMs: number,
): { readonly description: string; readonly index: number } | undefined {
  if (token !== undefined && isValidAt(token.token, atMs)) {
    const left = formatDuration(token.token.expiresAt - atMs);
    return { description: `a token valid for another ${left}`, index: token.index };
  }
  if (refreshToken === undefined) return undefined;
  const age = formatDuration(atMs - refreshToken.at);
  return { description: `a refresh token received ${age} earlier`, index: refreshToken.index };
}
