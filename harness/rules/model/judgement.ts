/** The three answers of a rule, and how its messages name things. */
import type { History } from "../../history/event.ts";
import type { Judgement } from "../rule.ts";
import type { Exchange } from "./reading.ts";

/** What a rule may point at: any event. */
export interface Placed {
  readonly index: number;
}

/** The premise was seen and the rule held. */
export function passes(message: string, evidence: readonly Placed[] = []): Judgement {
  return { verdict: "pass", message, evidence: indicesOf(evidence) };
}

/** The rule was broken; the events that show it, the most telling first. */
export function fails(message: string, evidence: readonly Placed[]): Judgement {
  return { verdict: "fail", message, evidence: indicesOf(evidence) };
}

/** The premise was not seen: what was missing. */
export function unseen(message: string): Judgement {
  return { verdict: "inconclusive", message, evidence: [] };
}

/** `, and so 3 more times`, or nothing when one breach is all. */
export function andMore(breaches: readonly unknown[]): string {
  const more = breaches.length - 1;
  return more <= 0 ? "" : `, and so ${more} more ${more === 1 ? "time" : "times"}`;
}

/** How an exchange ended, for a person: `a 503`, `ECONNRESET`, `no answer`. */
export function endingOf({ ended }: Exchange): string {
  if (ended === undefined || ended.end.kind === "abandoned") return "no answer";
  if (ended.end.kind === "network-fault") return ended.end.code;
  return ended.end.cut === undefined ? `a ${ended.end.status}` : "half an answer";
}

/** Whether the history continues for this client after an event: it calls, or sends. */
export function goesOn({ events }: History, exchange: Exchange): boolean {
  const { ended, began } = exchange;
  if (ended === undefined) return false;
  for (let index = ended.index + 1; index < events.length; index += 1) {
    const event = events[index];
    if (event?.kind === "operation-invoked" && event.client === began.client) return true;
    if (event?.kind !== "exchange-began") continue;
    if (began.client === undefined || event.client === began.client) return true;
  }
  return false;
}

const EVIDENCE_MAX = 8;

function indicesOf(evidence: readonly Placed[]): readonly number[] {
  return [...new Set(evidence.map(({ index }) => index))].slice(0, EVIDENCE_MAX);
}
