/**
 * Rule silent-first. A sign-in page is the one thing that a person cannot pass in an outage;
 * a valid token or a refresh token makes it needless. `prompt=login` and `prompt=consent`
 * force it even where a session would do. Choosing or creating an account is a person's own
 * wish, and a claims challenge may ask for a person: these prompts are counted, not judged.
 * Source: SEED-3, "Acquire tokens silently" and its note; SEED-1, native applications.
 */
import { formatDuration } from "../clock/duration.ts";
import type { History, OperationInvoked, PromptShown } from "../history/event.ts";
import { holdingsAt, type Holdings } from "./holdings.ts";
import { fails, passes, unseen } from "./judgement.ts";
import { isDeliberate, promptsOf } from "./prompts.ts";
import { operationsOf } from "./reading.ts";
import {
  counted,
  isCacheable,
  isValidAt,
  signInFaultsAt,
  sinceStart,
} from "./reading-operations.ts";
import type { Judgement, Rule } from "./rule.ts";

/** Judges `silent-first`; bound: `limits.promptsMax`, none by default. */
export const silentFirst: Rule = {
  id: "silent-first",
  says: "No interactive prompt is shown while a silent path exists, and none with prompt=login or consent in an outage.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Acquire tokens silently (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "Call the silent method first, prompt only when it asks for interaction, and leave out prompt=login and prompt=consent.",
  judge,
};

function judge(history: History): Judgement {
  const prompts = promptsOf(history);
  const calls = new Map(operationsOf(history).map((one) => [one.invoked.operation, one.invoked]));
  for (const event of prompts) {
    const call = event.operation === undefined ? undefined : calls.get(event.operation);
    const found = findFault(history, event, call);
    if (found !== undefined) return found;
  }
  const promptsMax = history.header.limits?.promptsMax;
  if (promptsMax !== undefined && prompts.length > promptsMax) {
    return fails(
      `People were asked to act ${counted(prompts.length, "time")}; the scenario allows ${promptsMax}.`,
      prompts.slice(promptsMax),
    );
  }
  const silent = operationsOf(history).filter((operation) => {
    if (!isCacheable(operation) || operation.invoked.user === undefined) return false;
    return silentPathOf(holdingsAt(history, operation.invoked), operation.invoked.at) !== undefined;
  });
  const [first = silent[0]?.invoked] = prompts;
  if (first === undefined) {
    return unseen("Nobody was asked to sign in, and no user's call had a silent path.");
  }
  return passes(
    `${counted(prompts.length, "prompt")}, none of them while a silent path existed; ${counted(silent.length, "call")} had one.`,
    [first],
  );
}

function findFault(
  history: History,
  event: PromptShown,
  call: OperationInvoked | undefined,
): Judgement | undefined {
  const { at, prompt, client } = event;
  const [fault] = signInFaultsAt(history, at);
  if (fault !== undefined && (prompt === "login" || prompt === "consent")) {
    return fails(
      `${client} showed prompt=${prompt} ${sinceStart(history, at)} in, while ${fault.window.id} was open.`,
      [event, fault],
    );
  }
  if (isDeliberate(event) || call?.claims === true) return undefined;
  const path = silentPathOf(holdingsAt(history, event), at);
  if (path === undefined) return undefined;
  return fails(
    `${client} asked a person to sign in ${sinceStart(history, at)} in, although it had ${path.what}.`,
    [event, path, ...(call === undefined ? [] : [call])],
  );
}

function silentPathOf(
  { token, refreshToken }: Holdings,
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
