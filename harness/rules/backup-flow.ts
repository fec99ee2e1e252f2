/**
 * Rule `backup-flow`: in an outage of the primary, the backup serves an application whose flow
 * Microsoft documents as protected, and does not serve one whose flow is not. It applies to
 * scenarios that name a row of the flow table.
 */
import type { History } from "../history/event.ts";
import { type FlowOutcome, flowOutcomeOf, isByBackup } from "./model/flow-outcome.ts";
import type { Judgement, Rule } from "./rule.ts";
import { counted } from "./model/messages.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { isServiceFailure } from "./model/exchange-outcomes.ts";
import type { Operation } from "./model/exchanges.ts";
import { hasSucceeded } from "./model/success.ts";

/** Judges `backup-flow`. */
export const backupFlow: Rule = {
  id: "backup-flow",
  says: "In an outage the backup system serves an application if, and only if, its flow is documented as protected.",
  source:
    "Microsoft Entra, Application support for the backup authentication system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
  fix: "See what the first failed call lacked: a persistent token cache, a silent call, fixed scopes, or a covered host; `brownout coverage` says which.",
  excuses: [
    {
      id: "no-request-needed",
      says: "Calls in the outage are served from the cache, so it does not affect them.",
    },
    { id: "after-three-days", says: "Calls that begin three days or more into the outage." },
    { id: "never-signed-in", says: "No call succeeded before the primary failed." },
    {
      id: "another-flow",
      says: "The requests show only other flows than the one that the row names.",
    },
    {
      id: "no-failover",
      says: "The primary did not fail behind the gateway, so nothing went to the backup.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const found = flowOutcomeOf(history);
  if ("missing" in found) return inconclusive(found.missing);
  const { outcome, calls } = found;
  const figures = `${outcome.got} of ${counted(outcome.asked, "call")} in the outage succeeded, ${outcome.byBackup} through the backup`;
  const name = `${outcome.flow} (${outcome.as})`;
  if (outcome.documented === "protected") {
    const refused = calls.filter((call) => !hasSucceeded(history, call));
    if (refused.length > 0) return fails(`${name} is protected, but ${figures}.`, endsOf(refused));
    return outcome.byBackup > 0
      ? passes(`${name} is protected: ${figures}.`, endsOf(calls.filter(isByBackup)))
      : inconclusive(
          `${name} needed no request in the outage, so the backup system was never used.`,
        );
  }
  if (outcome.byBackup > 0)
    return fails(`${name} is not protected, but ${figures}.`, endsOf(calls.filter(isByBackup)));
  return calls.some((call) => isAffected(history, call))
    ? passes(`${name} is not protected: ${figures}${ofCould(outcome)}.`, endsOf(calls))
    : inconclusive(`${name} needed no request in the outage, so the outage never affected it.`);
}

/** Whether a call was affected by the outage: one served from the cache says nothing about it. */
function isAffected(history: History, call: Operation): boolean {
  return !hasSucceeded(history, call) || call.exchanges.some(isServiceFailure);
}

function ofCould({ could, asked }: FlowOutcome): string {
  return `; ${could} of ${asked} could have`;
}

function endsOf(calls: readonly Operation[]): readonly EventRef[] {
  return calls.map(({ invoked, completed }) => completed ?? invoked);
}
