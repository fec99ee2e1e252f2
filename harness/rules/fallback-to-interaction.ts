/**
 * Rule `fallback-to-interaction`: an application that never prompts when only a person can help
 * stays down, and one that prompts because the service fails sends people to a sign-in page that
 * fails as well. In a browser every popup and redirect counts, also one that never shows a page.
 * On-behalf-of is not judged: a middle tier passes the challenge on and has no one to prompt.
 * Source: `docs/sources.md#m3`, the fallback sample (InteractionRequiredAuthError); `docs/sources.md#a10`.
 */
import { formatDuration, minutes } from "../core/time/duration.ts";
import type { History, OperationInvoked } from "../history/event.ts";
import { interactionsOf, type SignInPrompt } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { serviceFailureBefore } from "./model/service-failure.ts";
import { endOf, type Exchange, operationsOf, type Operation } from "./model/exchanges.ts";
import { counted, sinceStart } from "./model/messages.ts";
import { isPersonNeeded } from "./model/person-needed.ts";
import { interactionRequestOf, isInteractive } from "./model/operations.ts";
import { hasSucceeded } from "./model/success.ts";

/** An application that runs on for this long after the error could have prompted. */
const CHANCE_MS = minutes(1);

/** Judges `fallback-to-interaction`. */
export const fallbackToInteraction: Rule = {
  id: "fallback-to-interaction",
  says: "Interaction-required errors lead to a sign-in prompt, and other errors do not.",
  source:
    "Increase the resilience of authentication and authorization in client applications, fallback to interaction when the silent call fails (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "On an interaction-required error, and only then, send the user to sign in; on 429, 5xx, network errors and time-outs wait and try silently again.",
  excuses: [
    {
      id: "no-one-to-ask",
      says: "A middle tier passes the challenge on, and an app without users has no one to ask.",
    },
    {
      id: "no-time-left",
      says: "The run ends within a minute after the call, and the application makes no other.",
    },
    {
      id: "late-prompt",
      says: "A prompt long after the call, when the application made no other call for the person before the last minute.",
    },
    { id: "later-success", says: "A later silent call succeeds without a person." },
    { id: "repeated-sign-in", says: "A sign-in is repeated after its own requests failed." },
    {
      id: "sign-in-required",
      says: "Since the service failed, it has answered that only a sign-in helps, or a call has succeeded.",
    },
    {
      id: "nothing-held",
      says: "The client itself asks for a person, and has neither a token nor a refresh token.",
    },
    { id: "unknown-user", says: "The prompt or the call names no user." },
    {
      id: "no-request",
      says: "The silent call failed without a request, while no fault failed sign-ins or with an error that is no missing answer.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const prompts = interactionsOf(history);
  const calls = operationsOf(history).filter(isOfUser);
  const wrong = findWrongPrompt(history, prompts, calls);
  if (wrong !== undefined) return wrong;

  const asking = calls.filter((call) => !isInteractive(call) && isPersonNeeded(history, call));
  const followed: EventRef[] = [];
  for (const call of asking) {
    const answer = answerTo(history, call, prompts, { calls, asking });
    if (answer !== undefined) followed.push(call.completed ?? call.invoked, answer);
    else if (couldPrompt(history, call, calls))
      return unanswered(history, call, { count: asking.length, prompts });
  }
  if (followed.length === 0) {
    return inconclusive("No call needed a person while there was time left to ask one.");
  }
  return passes(
    `${counted(followed.length / 2, "call")} that needed a person led to a sign-in prompt, and no other error did.`,
    followed,
  );
}

function isOfUser({ invoked, completed }: Operation): boolean {
  if (invoked.flow === "on-behalf-of" || invoked.flow === "client-credentials") return false;
  const isReportedByClient = completed?.outcome === "fail" && completed.error.interactionRequired;
  return invoked.user !== undefined || isReportedByClient;
}

/** Reports a prompt after a silent call that the service failed, when no error since has required interaction. */
function findWrongPrompt(
  history: History,
  prompts: readonly SignInPrompt[],
  calls: readonly Operation[],
): Judgement | undefined {
  for (const prompt of prompts) {
    const theirs = calls.filter(({ invoked }) => isSame(invoked, prompt));
    const failure = serviceFailureBefore(history, theirs, prompt);
    if (failure === undefined) continue;
    return fails(
      `${prompt.client} asked a person to sign in ${sinceStart(history, prompt.at)} into the run because ${failure.description}, not because interaction was required.`,
      [prompt, ...failure.evidence],
    );
  }
  return undefined;
}

/** The event by which a person was asked, or the later call that succeeded without one. */
function answerTo(
  history: History,
  { invoked, completed }: Operation,
  prompts: readonly SignInPrompt[],
  {
    calls,
    asking,
  }: { readonly calls: readonly Operation[]; readonly asking: readonly Operation[] },
): EventRef | undefined {
  const { index: endIndex } = completed ?? invoked;
  const prompt = prompts.find((one) => one.index > invoked.index && isSame(invoked, one));
  // A person may be away for the first call, but the application had another occasion.
  const isLate = (asked: SignInPrompt): boolean =>
    asking.some(
      (other) =>
        other.invoked.index > endIndex &&
        isSame(invoked, other.invoked) &&
        (other.completed?.at ?? Infinity) + CHANCE_MS < asked.at,
    );
  if (prompt !== undefined) return isLate(prompt) ? undefined : prompt;
  const later = calls.find(
    (call) =>
      call.invoked.index > endIndex &&
      isSame(invoked, call.invoked) &&
      (isInteractive(call) || hasSucceeded(history, call)),
  );
  return later?.invoked;
}

function couldPrompt(history: History, call: Operation, calls: readonly Operation[]): boolean {
  const { invoked, completed } = call;
  const { index: endIndex, at: endedAt } = completed ?? invoked;
  const hasContinued = calls.some(
    (other) => other.invoked.index > endIndex && isSame(invoked, other.invoked),
  );
  return hasContinued || endOf(history) - endedAt >= CHANCE_MS;
}

function unanswered(
  history: History,
  call: Operation,
  { count, prompts }: { readonly count: number; readonly prompts: readonly SignInPrompt[] },
): Judgement {
  const { invoked, completed } = call;
  const request = interactionRequestOf(call);
  const atMs = completed?.at ?? invoked.at;
  const late = prompts.find((one) => one.index > invoked.index && isSame(invoked, one));
  const why = whyUnanswered(call, request);
  const what =
    late === undefined
      ? `in the ${formatDuration(endOf(history) - atMs)} after it ${why}`
      : `only ${formatDuration(late.at - atMs)} later, after more such calls, was the person asked to sign in`;
  return fails(
    `A call of ${invoked.client} needed a person ${sinceStart(history, atMs)} into the run (${counted(count, "such call")}); ${what}.`,
    [
      ...(completed === undefined ? [] : [completed]),
      ...(request?.ended === undefined ? [] : [request.ended]),
      invoked,
    ],
  );
}

function whyUnanswered(
  { invoked: event, completed }: Operation,
  request: Exchange | undefined,
): string {
  if (completed?.outcome !== "fail" || completed.error.interactionRequired)
    return "no one was asked to sign in";
  const said = request?.ended?.error?.error ?? "that a person is needed";
  // Of a call that is inferred from its requests only the answers of the service are known.
  return event.told === "by-requests"
    ? `the service answered ${said}, and no one was asked to sign in (what the page's library reported was not seen)`
    : `the service answered ${said}, but the client reported ${completed.error.code}, which does not require interaction`;
}

/** Whether two events are of the same application and, as far as both name one, the same user. */
function isSame(
  one: Pick<OperationInvoked, "client" | "user">,
  other: { readonly client: string; readonly user?: string },
): boolean {
  if (one.client !== other.client) return false;
  return one.user === undefined || other.user === undefined || one.user === other.user;
}
