/** What each word for a standing means, and the sign beside it. */
import type { Standing } from "../model/standing.ts";

/** From worst to best; the signs say the same as the colours. */
export const standingMeanings: Readonly<Record<Standing, { sign: string; says: string }>> = {
  new: { sign: "✕", says: "a finding that the baseline does not expect" },
  inconclusive: { sign: "?", says: "an asserted rule never saw what it judges" },
  known: { sign: "●", says: "findings, all of them known to the baseline" },
  quarantined: { sign: "~", says: "a finding that comes and goes, in quarantine" },
  expected: { sign: "=", says: "what the scenario breaks on purpose, and no fault of the client" },
  pass: { sign: "✓", says: "no finding" },
};

/** In the order of the meanings. */
export const standings = Object.keys(standingMeanings) as readonly Standing[];
