/** What this process was not waited for to its end, and the operations that this may have changed. */
import type { History } from "../../history/event.ts";
import type { WaitAbandoned } from "../../history/wait-abandoned.ts";
import type { Judgement } from "../rule.ts";
import { inconclusive } from "./verdicts.ts";

/** The waits that may have changed what the history shows: those during an operation, and all of them where nothing is recorded as an operation. */
export function decisiveWaitsOf({ events }: History): readonly WaitAbandoned[] {
  const waits = events.filter((event) => event.kind === "wait-abandoned");
  const hasOperations = events.some(({ kind }) => kind === "operation-invoked");
  return hasOperations ? waits.filter(({ operations }) => operations.length > 0) : waits;
}

/** The judgement, or that it is inconclusive, when an event that it shows belongs to an operation during which one of these waits was abandoned. */
export function unlessDecidedBy(
  waits: readonly WaitAbandoned[],
  { events }: History,
  judgement: Judgement,
): Judgement {
  // Stryker disable next-line ConditionalExpression: it only saves a walk over all events.
  if (waits.length === 0) return judgement;
  const shown = operationsOf(events, new Set(judgement.evidence));
  const decisive = waits.find(({ operations }) => operations.some((one) => shown.has(one)));
  if (decisive === undefined) return judgement;
  return inconclusive(
    `How fast this machine was decides it: time went on without ${decisive.what}. Otherwise ${judgement.verdict}: ${judgement.message}`,
  );
}

/** The operations to which these events belong. */
function operationsOf(
  events: History["events"],
  indices: ReadonlySet<number>,
): ReadonlySet<number> {
  const ofExchange = new Map<number, number>();
  const found = new Set<number>();
  for (const event of events) {
    const operation =
      event.kind === "exchange-ended"
        ? ofExchange.get(event.exchange)
        : "operation" in event
          ? event.operation
          : undefined;
    if (operation === undefined) continue;
    if (event.kind === "exchange-began") ofExchange.set(event.exchange, operation);
    if (indices.has(event.index)) found.add(operation);
  }
  return found;
}
