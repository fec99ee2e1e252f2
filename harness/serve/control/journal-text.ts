/** The journal of a served simulation, as far as it has come. */
import { HarnessError } from "../../core/errors.ts";
import type { Served } from "../served-simulation.ts";

/** Its text; throws `bad-usage` when events were dropped from memory. */
export function journalText(served: Served): string {
  const dropped = served.eventsDropped();
  if (dropped === 0) return served.live.journal();
  throw new HarnessError("bad-usage", `${dropped} events are no longer in memory`, {
    place: "journal",
    hint: "Start it with --journal FILE, and read that file.",
  });
}
