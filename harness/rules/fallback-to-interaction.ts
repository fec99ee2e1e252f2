/**
 * Rule fallback-to-interaction. Two mistakes in one rule: an application that never prompts
 * when only a person can help is down for good, and one that prompts because the service
 * is ill sends people to a page that is ill as well; in a browser every popup and redirect
 * counts, whatever comes of it. On-behalf-of is not judged: a middle tier passes the
 * challenge on and has nobody to ask.
 * Source: `docs/sources.md#m3`, the fallback sample (InteractionRequiredAuthError); `docs/sources.md#a10`.
 */
import { formatDuration, minutes } from "../core/time/duration.ts";
import type { History, OperationInvoked } from "../history/event.ts";
import { interactionsOf, type SignInPrompt } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { serviceFailureBefore } from "./model/service-failure.ts";
import { endOf, operationsOf, type Operation } from "./model/exchanges.ts";
import { counted, sinceStart } from "./model/messages.ts";
import { interactionRequestOf, isInteractive, needsInteraction } from "./model/operations.ts";

/** An application that goes on for this long after the error has had its chance to ask. */
const CHANCE_MS = minutes(1);

/** Judges `fallback-to-interaction`. */
export const fallbackToInteraction: Rule = {
  id: "fallback-to-interaction",
  says: "Interaction-required errors lead to interaction, and nothing else does.",
  source:
    "Increase the resilience of authentication and authorization in client applications, fallback to interaction when the silent call fails (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  fix: "On an interaction-required error, and only then, send the user to sign in; on 429, 5xx, network errors and time-outs wait and ask silently again.",
  judge,
};

function judge(history: History): Judgement {
  const turns = interactionsOf(history);
  const calls = operationsOf(history).filter(isOfUser);
  const wrong = findWrongTurn(history, turns, calls);
  if (wrong !== undefined) return wrong;

  const asking = calls.filter((call) => !isInteractive(call) && needsInteraction(call));
  const followed: EventRef[] = [];
  for (const call of asking) {
    const answer = answerTo(call, turns, calls);
    if (answer !== undefined) followed.push(call.completed ?? call.invoked, answer);
    else if (hadItsChance(history, call, calls)) return unanswered(history, call, asking.length);
  }
  if (followed.length === 0) {
    return inconclusive("No call was told that a person is needed with time left to ask one.");
  }
  return passes(
    `${counted(followed.length / 2, "call")} that needed a person led to a sign-in, and no other error did.`,
    followed,
  );
}

function isOfUser({ invoked, completed }: Operation): boolean {
  if (invoked.flow === "on-behalf-of" || invoked.flow === "client-credentials") return false;
  const isToldByClient = completed?.outcome === "fail" && completed.error.interactionRequired;
  return invoked.user !== undefined || isToldByClient;
}

/** A turn to interaction after a silent call that the service failed, with no word of interaction since. */
function findWrongTurn(
  history: History,
  turns: readonly SignInPrompt[],
  calls: readonly Operation[],
): Judgement | undefined {
  for (const turn of turns) {
    const before = calls.filter(
      ({ invoked }) => invoked.index < turn.index && isSame(invoked, turn),
    );
    const failure = serviceFailureBefore(history, before, turn);
    if (failure === undefined) continue;
    return fails(
      `${turn.client} asked a person to sign in ${sinceStart(history, turn.at)} in because ${failure.description}, not because interaction was required.`,
      [turn, ...failure.evidence],
    );
  }
  return undefined;
}

/** The event by which a person was asked, or by which it turned out that nobody was needed. */
function answerTo(
  { invoked, completed }: Operation,
  turns: readonly SignInPrompt[],
  calls: readonly Operation[],
): EventRef | undefined {
  const since = completed?.index ?? invoked.index;
  const turn = turns.find((one) => one.index > invoked.index && isSame(invoked, one));
  if (turn !== undefined) return turn;
  const later = calls.find(
    (call) =>
      call.invoked.index > since &&
      isSame(invoked, call.invoked) &&
      (isInteractive(call) || call.completed?.outcome === "ok"),
  );
  return later?.invoked;
}

function hadItsChance(history: History, call: Operation, calls: readonly Operation[]): boolean {
  const { invoked, completed } = call;
  if (completed === undefined) return false;
  const hasGoneOn = calls.some(
    (other) => other.invoked.index > completed.index && isSame(invoked, other.invoked),
  );
  return hasGoneOn || endOf(history) - completed.at >= CHANCE_MS;
}

function unanswered(history: History, call: Operation, count: number): Judgement {
  const { invoked, completed } = call;
  const request = interactionRequestOf(call);
  const atMs = completed?.at ?? invoked.at;
  const isHidden = completed?.outcome === "fail" && !completed.error.interactionRequired;
  const said = request?.ended?.error;
  const why = isHidden
    ? `the service said ${said?.error ?? "so"}, and the client reported ${completed.error.code}, which asks for nobody`
    : "nobody was asked to sign in";
  return fails(
    `A call of ${invoked.client} needed a person ${sinceStart(history, atMs)} in (${counted(count, "such call")}), and in the ${formatDuration(endOf(history) - atMs)} that followed ${why}.`,
    [
      ...(completed === undefined ? [] : [completed]),
      ...(request?.ended === undefined ? [] : [request.ended]),
      invoked,
    ],
  );
}

/** Whether an event is about the same application and, as far as both say, the same person. */
function isSame(
  one: Pick<OperationInvoked, "client" | "user">,
  other: { readonly client: string; readonly user?: string },
): boolean {
  if (one.client !== other.client) return false;
  return one.user === undefined || other.user === undefined || one.user === other.user;
}
