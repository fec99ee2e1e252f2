/** Says which scenarios a run leaves out, and why. */
import { namesWithin } from "../reporting/model/wording.ts";
import type { Plan } from "./plan.ts";

const NAMES_WIDTH = 70;

/** One line for each reason: a client that does not know its flows or cannot meet the faults, a package that is not there. */
export function skippedLines(skipped: Plan["skipped"]): readonly string[] {
  const reasons = Map.groupBy(skipped, ({ client, missing, notApplicable, unknownFlows = [] }) =>
    notApplicable !== undefined
      ? `${notApplicable.by === "client" ? `the file of ${client} leaves it out` : `its faults cannot meet ${client}`} (${notApplicable.why})`
      : missing === undefined
        ? `${client} does not know ${unknownFlows.join(", ")}`
        : `${missing.message} (${missing.hint ?? "install it"})`,
  );
  return [...reasons].map(
    ([reason, left]) =>
      `Not run, as ${reason}: ${namesWithin(
        left.map(({ scenario }) => scenario),
        NAMES_WIDTH,
      )}.`,
  );
}
