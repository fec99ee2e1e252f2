/**
 * Rule `call-duration`: every call for a token ends, and soon enough for the one who waits. A call
 * that hangs with its request, that waits for ever for the rest of a body, or that joins a request
 * of another call that hangs, is neither a success nor a failure, so no other rule sees it.
 * Failures count like successes here: an error after five minutes came too late.
 * A sign-in by a person has at least 15 minutes, and the guidance on managed identities asks for
 * retries of up to 70 seconds while the machine's endpoint answers with an error. A call that the end of the run cut off within its
 * limit is not judged.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { callMaxMsOf, isOpenEnded, isOverdue, tookMsOf } from "./model/call-time.ts";
import { usesEntra } from "./model/entra-use.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { andMore, counted, sinceStart } from "./model/messages.ts";
import { fails, inconclusive, passes } from "./model/verdicts.ts";

/** Judges `call-duration`; bound: `limits.callMaxMs`, thirty seconds by default. */
export const callDuration: Rule = {
  id: "call-duration",
  says: "Every call for a token ends, with a token or an error, within thirty seconds or the limit that is set, and before its caller gives up.",
  source:
    "Azure Front Door answers in place of an application that takes longer than 30 seconds, by default (https://learn.microsoft.com/azure/frontdoor/troubleshoot-issues); the limit is a setting",
  fix: "Give every request a time-out that also covers the body, and every call one that covers its retries; do not let calls join a request without a time-out of their own.",
  excuses: [
    { id: "sign-in", says: "A sign-in by a person may take a quarter of an hour." },
    {
      id: "identity-endpoint",
      says: "The identity endpoint of the machine answers that it is to be asked again, which adds 70 seconds.",
    },
    { id: "cut-off", says: "The end of the run cut the call off within its limit." },
    {
      id: "abandoned-by-page",
      says: "A page abandoned a request within the limit; only its requests are known.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const calls = operationsOf(history);
  const late = calls.filter((call) => isOverdue(history, call));
  // Those without an end first, then the longest.
  const [first] = late.toSorted(
    (a, b) =>
      Number(isOpenEnded(b)) - Number(isOpenEnded(a)) ||
      tookMsOf(history, b) - tookMsOf(history, a),
  );
  if (first !== undefined) {
    const { invoked, completed, exchanges } = first;
    return fails(
      `A call of ${invoked.client}, ${sinceStart(history, invoked.at)} into the run, ${whatHappened(history, first)}${andMore(late)}.`,
      [
        invoked,
        ...exchanges.slice(0, 1).map(({ began }) => began),
        ...(completed === undefined ? [] : [completed]),
        ...late.map((call) => call.invoked),
      ],
    );
  }
  const ended = calls.filter((call) => !isOpenEnded(call) && usesEntra(history, call));
  const [slowest] = ended.toSorted((a, b) => tookMsOf(history, b) - tookMsOf(history, a));
  return slowest === undefined
    ? inconclusive("No call that needed Entra ended, and none was open for longer than its limit.")
    : passes(
        `${counted(ended.length, "call")} ended, the slowest after ${formatDuration(tookMsOf(history, slowest))}.`,
        [slowest.invoked, ...(slowest.completed === undefined ? [] : [slowest.completed])],
      );
}

function whatHappened(history: History, call: Operation): string {
  const { completed } = call;
  const took = formatDuration(tookMsOf(history, call));
  const allowed = `at most ${formatDuration(callMaxMsOf(history, call))} are allowed`;
  if (completed?.outcome === "ok") return `returned only after ${took}; ${allowed}`;
  if (completed?.outcome === "fail")
    return `failed only after ${took} (${completed.error.code}); ${allowed}`;
  switch (completed?.reason) {
    case "never-ends":
      return "never ends: nothing is left to happen that could end it";
    case "caller-timeout":
      return `had not ended when its caller gave up after ${took}`;
    default:
      return `had not ended ${took} later; ${allowed}`;
  }
}
