/**
 * Rule `backup-flow`: an application whose flow the documents protect works on through an
 * outage of the primary, served by the backup; one whose flow they do not protect is not
 * served. It is asked of scenarios that name the row of the table they stand for.
 */
import type { History } from "../history/event.ts";
import { type FlowOutcome, flowOutcomeOf, isByBackup, isOk } from "./model/flow-outcome.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { isServiceFailure } from "./model/exchange-outcomes.ts";
import type { Operation } from "./model/exchanges.ts";

/** Judges `backup-flow`. */
export const backupFlow: Rule = {
  id: "backup-flow",
  says: "In an outage an application gets from the backup system what the documents promise its flow, and no more.",
  source:
    "Microsoft Entra, Application support for the backup authentication system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
  fix: "See what the first refused call lacked: a token cache that lasts, a silent call, fixed scopes, a covered host; brownout coverage tells which.",
  judge,
};

function judge(history: History): Judgement {
  const found = flowOutcomeOf(history);
  if ("missing" in found) return inconclusive(found.missing);
  const { outcome, calls } = found;
  const figures = `${outcome.got} of ${outcome.asked} calls in the outage ended well, ${outcome.byBackup} by the backup`;
  const name = `${outcome.flow} (${outcome.as})`;
  if (outcome.documented === "protected") {
    const refused = calls.filter((call) => !isOk(call));
    if (refused.length > 0) return fails(`${name} is protected, but ${figures}.`, endsOf(refused));
    return outcome.byBackup > 0
      ? passes(`${name} is protected: ${figures}.`, endsOf(calls.filter(isByBackup)))
      : inconclusive(`${name} lived on what it had, and never needed the backup system.`);
  }
  if (outcome.byBackup > 0)
    return fails(`${name} is not protected, but ${figures}.`, endsOf(calls.filter(isByBackup)));
  return calls.some(hasMetIt)
    ? passes(`${name} is not protected: ${figures}${ofCould(outcome)}.`, endsOf(calls))
    : inconclusive(`${name} lived on what it had, and never met the outage.`);
}

/** A call that needed nothing in the outage shows nothing of it. */
function hasMetIt(call: Operation): boolean {
  return !isOk(call) || call.exchanges.some(isServiceFailure);
}

function ofCould({ could, asked }: FlowOutcome): string {
  return `; ${could} of ${asked} could have`;
}

function endsOf(calls: readonly Operation[]): readonly EventRef[] {
  return calls.map(({ invoked, completed }) => completed ?? invoked);
}
