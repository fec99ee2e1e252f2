/** What a suite holds in its hands: the session of the test that runs at the moment. */
import type { Session } from "../session/session.ts";

/** A session without its beginning and its end, which are the test's. */
export type Entra = Omit<Session, "mounted" | "recorder" | "problems" | "stop">;

/** Looks the session up at each use; `current` throws when there is none. */
export function createEntra(current: () => Session): Entra {
  return {
    get clock() {
      return current().clock;
    },
    get world() {
      return current().world;
    },
    operate: async (name, call) => current().operate(name, call),
    outage: ((...values: Parameters<Session["outage"]>) =>
      current().outage(...values)) as Session["outage"],
    faults: (plan) => current().faults(plan),
    clear: (...ids) => current().clear(...ids),
    api: (address, data) => current().api(address, data),
    note: (text) => current().note(text),
    history: () => current().history(),
    requests: (filter) => current().requests(filter),
    journal: () => current().journal(),
    timeline: () => current().timeline(),
  };
}
