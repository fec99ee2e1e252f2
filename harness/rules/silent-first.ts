/**
 * Rule silent-first. A sign-in page is the one thing that a person cannot pass in an outage;
 * a valid token or a refresh token makes it needless. `prompt=login` and `prompt=consent`
 * force it even where a session would do. Choosing or creating an account is a person's own
 * wish, and a claims challenge may ask for a person: these prompts are not judged. What a tab
 * lost, `reload` and `tabs` tell; how often an outage makes people sign in, `prompts-caused`.
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
  says: "No interactive prompt is shown while a silent path exists, and none with prompt=login or consent in an outage.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Acquire tokens silently (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Call the silent method first, prompt only when it asks for interaction, and leave out prompt=login and prompt=consent.",
  judge,
};

function judge(history: History): Judgement {
  const askings = signInPromptsOf(history);
  for (const asking of askings) {
    const found = findFault(history, asking);
    if (found !== undefined) return found;
  }
  const silent = operationsOf(history).filter((operation) => {
    if (!isCacheable(operation) || operation.invoked.user === undefined) return false;
    const { invoked } = operation;
    return silentPathOf(availableTokensAt(history, invoked), invoked.at) !== undefined;
  });
  const [first = silent[0]?.invoked] = askings;
  if (first === undefined) {
    return inconclusive("Nobody was asked to sign in, and no user's call had a silent path.");
  }
  return passes(
    `${counted(askings.length, "prompt")}, none of them while a silent path existed; ${counted(silent.length, "call")} had one.`,
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
        `${client} showed prompt=${prompt} ${sinceStart(history, at)} in, while ${fault.window.id} was open.`,
        [event, fault],
      );
    }
    if (isChosenByUser(event)) return undefined;
  }
  if (call?.claims === true) return undefined;
  const path = silentPathOf(availableTokensAt(history, event), at);
  if (path === undefined) return undefined;
  return fails(
    `${client} asked a person to sign in ${sinceStart(history, at)} in, although it had ${path.what}.`,
    [event, path, ...(call === undefined ? [] : [call])],
  );
}

function silentPathOf(
  { token, refreshToken }: AvailableTokens,
  atMs: number,
): { readonly what: string; readonly index: number } | undefined {
  if (token !== undefined && isValidAt(token.token, atMs)) {
    const left = formatDuration(token.token.expiresAt - atMs);
    return { what: `a token valid for another ${left}`, index: token.index };
  }
  if (refreshToken === undefined) return undefined;
  const age = formatDuration(atMs - refreshToken.at);
  return { what: `a refresh token got ${age} before`, index: refreshToken.index };
}
