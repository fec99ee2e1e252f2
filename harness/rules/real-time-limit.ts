/**
 * Rule `real-time-limit`: what a program makes of a wait that was not waited for to its end depends
 * on how fast the machine was, and says nothing about the program. It is a precondition of the other
 * rules: a scenario need not assert it. It never fails, because the machine is no client.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { decisiveWaitsOf } from "./model/abandoned-waits.ts";
import { inconclusive, passes } from "./model/verdicts.ts";
import type { Judgement, Rule } from "./rule.ts";

/** Judges `real-time-limit`. */
export const realTimeLimit: Rule = {
  id: "real-time-limit",
  says: "Everything that the application waits for outside of the simulation ends within its limit of real time.",
  source:
    "Eradicating Non-Determinism in Tests, on remote services and time: a result that hangs on how fast something else answers says nothing (https://martinfowler.com/articles/nonDeterminism.html)",
  fix: "Let what it waits for answer: start the database, give the command its input. Raise the limit of its kind in waits.limitsMs, or name in waits.notWaitedFor what never answers, such as a subscription.",
  excuses: [
    { id: "outside-of-calls", says: "The wait is outside of every call of a run that has calls." },
  ],
  precondition: (history) => decisiveWaitsOf(history).length > 0,
  judge,
};

function judge(history: History): Judgement {
  const waits = decisiveWaitsOf(history);
  const [first] = waits;
  if (first === undefined) {
    const calls = history.events.flatMap((event) =>
      event.kind === "operation-completed" ? [event] : [],
    );
    if (calls.length === 0) return inconclusive("The run had no call that could wait.");
    return passes("No call waited for the machine longer than its limit.", calls);
  }
  const { startedAt } = history.header;
  const more = waits.length === 1 ? "" : `, and ${waits.length - 1} more`;
  return inconclusive(
    `Time went on ${formatDuration(first.at - startedAt)} in without ${first.what}, which took longer than ${formatDuration(first.limitMs)} of real time${more}.`,
  );
}
