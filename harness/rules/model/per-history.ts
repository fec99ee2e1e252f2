/** What is worked out once per history, so that all rules over 72 hours of events cost one pass and not one each. */
import type { History } from "../../history/event.ts";

/** The same function, which reads each history once and then returns what it has found. */
export function perHistory<Found extends object>(
  read: (history: History) => Found,
): (history: History) => Found {
  const known = new WeakMap<History, Found>();
  return (history) => {
    let found = known.get(history);
    if (found === undefined) {
      found = read(history);
      known.set(history, found);
    }
    return found;
  };
}
