/** The events that are in memory, as a history that can be judged by itself. */
import type { History, HistoryEvent } from "../history/event.ts";

/** The same history when nothing was dropped; otherwise its events numbered anew, without ends whose beginnings were dropped. */
export function windowOf({ header, events }: History): History {
  if (events.at(-1)?.index === events.length - 1) return { header, events };
  const begun = new Set<string>();
  const isWhole = (event: HistoryEvent): boolean => {
    switch (event.kind) {
      case "exchange-began":
        begun.add(`exchange ${event.exchange}`);
        return true;
      case "exchange-ended":
        return begun.has(`exchange ${event.exchange}`);
      case "operation-invoked":
        begun.add(`operation ${event.operation}`);
        return true;
      case "operation-completed":
        return begun.has(`operation ${event.operation}`);
      default:
        return true;
    }
  };
  const whole = events.filter(isWhole).map((event, index) => ({ ...event, index }));
  return { header, events: whole };
}
