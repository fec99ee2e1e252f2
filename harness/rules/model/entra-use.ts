/**
 * Which calls had anything to do with Entra. Of the user's own code only the name and the end of a
 * call are known: it may be a test double, or use the token of a client that is older than the
 * test. Such a call shows nothing about an outage by succeeding.
 */
import type { History } from "../../history/event.ts";
import { isToSignInService } from "./exchange-outcomes.ts";
import { exchangesOf, type Operation } from "./exchanges.ts";

/** Whether a call asked Entra or a machine's identity endpoint, returned a token, or was made by a client that Entra has answered before. */
export function usesEntra(history: History, { invoked, completed, exchanges }: Operation): boolean {
  if (invoked.flow !== "custom") return true;
  if (completed?.outcome === "ok" && completed.token !== undefined) return true;
  if (exchanges.some(isToSignInService)) return true;
  const firstIndex = firstAnswersOf(history).get(invoked.client);
  return firstIndex !== undefined && firstIndex < (completed?.index ?? Infinity);
}

const known = new WeakMap<History, ReadonlyMap<string, number>>();

/** By client, the index of the first good answer of the sign-in service. */
function firstAnswersOf(history: History): ReadonlyMap<string, number> {
  let first = known.get(history);
  if (first === undefined) {
    const found = new Map<string, number>();
    for (const { client, ended } of exchangesOf(history)) {
      if (ended?.issued === undefined || found.has(client)) continue;
      found.set(client, ended.index);
    }
    known.set(history, (first = found));
  }
  return first;
}
