/**
 * Rule `fault-met`: a run in which a fault took no request says nothing about that fault. It is a
 * precondition of the other rules: a scenario need not assert it. It never fails, because the
 * scenario or the test is at fault and not the client.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { faultSpansOf } from "./model/fault-windows.ts";
import { endOf } from "./model/exchanges.ts";
import { counted } from "./model/messages.ts";
import { unmetFaultsOf, type UnmetSpan } from "./model/unmet-faults.ts";
import { inconclusive, passes } from "./model/verdicts.ts";

/** Judges `fault-met`. */
export const faultMet: Rule = {
  id: "fault-met",
  says: "Every fault of the run takes a request, or meets a client that needs none.",
  source:
    "Principles of Chaos Engineering: an experiment varies real-world events and looks for a difference (https://principlesofchaos.org/); a fault that touches no request varies nothing",
  fix: "Let the application need what the fault breaks while it is active: an expired token, a new process, a host whose metadata it has to read. Or leave the fault out.",
  excuses: [
    { id: "token-in-cache", says: "A client with a valid token in its cache needed no request." },
    { id: "token-accepted", says: "An API accepted a token during the fault." },
    { id: "metadata-read", says: "A client worked with the metadata that it had read before." },
  ],
  precondition: (history) => unmetFaultsOf(history).length > 0,
  judge,
};

function judge(history: History): Judgement {
  const unmet = unmetFaultsOf(history);
  const [first] = unmet;
  if (first !== undefined) {
    const more = unmet.length === 1 ? "" : `, and ${unmet.length - 1} more`;
    return inconclusive(`${describe(history, first)}${more}.`);
  }
  const spans = faultSpansOf(history);
  if (spans.length === 0) return inconclusive("The run had no fault.");
  return passes(
    `${counted(spans.length, "fault")}, and each of them took a request or met a client that needed none.`,
    spans,
  );
}

function describe(history: History, { id, why, span }: UnmetSpan): string {
  const { startedAt } = history.header;
  switch (why) {
    case "never-open":
      return `The fault ${id} had not begun when the run ended, ${formatDuration(endOf(history) - startedAt)} in, so no request met it`;
    case "none-taken":
      return `The fault ${id} took none of the requests that it is about${reasonOf(span)}`;
    case "no-request":
      return `No request met the fault ${id}${span === undefined ? "" : ` (${placeOf(span)}), active from +${formatDuration(span.beganAt - startedAt)} to +${formatDuration((span.endedAt ?? endOf(history)) - startedAt)}`}`;
  }
}

function placeOf({ window: { at, on } }: NonNullable<UnmetSpan["span"]>): string {
  return on === "all" ? `every endpoint at ${at}` : `${on.join(", ")} at ${at}`;
}

/** What can have let the requests pass. */
function reasonOf(span: UnmetSpan["span"]): string {
  const { chance = 1, ramp, first, after } = span?.window ?? {};
  const reasons = [
    ...(chance < 1 || ramp !== undefined ? ["its chance"] : []),
    ...(after === undefined ? [] : [`"after: ${after}"`]),
    ...(first === undefined ? [] : [`"first: ${first}"`]),
  ];
  if (reasons.length === 0) return ": another fault answered them first";
  return `: ${reasons.join(" and ")} let them pass`;
}
