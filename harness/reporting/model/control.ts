/**
 * What the control of a finding found: its run was played again without the faults, and with some
 * of them, to learn which of them the finding needs.
 */
import { schemaOf } from "../../core/validation.ts";
import type { Verdict } from "../../rules/rule.ts";

/** A fault window, as a control names it. */
export interface NamedWindow {
  readonly id: string;
  /** When it opens, ms after the start of the scenario. */
  readonly from: number;
}

/** The outcome of a control, in `results.json`. */
export type Control =
  /** The rule fails in a run with any of `causes` alone, each a smallest set of windows. */
  | {
      readonly kind: "caused";
      readonly causes: readonly (readonly NamedWindow[])[];
      /** What the rule says of a run with all other windows. */
      readonly without: Verdict;
    }
  /** The rule fails in a run without any fault. `message`: what it says there, where that is something else. */
  | { readonly kind: "not-of-the-outage"; readonly message?: string }
  /** The same run with the same seed left another journal, so that no comparison means anything. */
  | { readonly kind: "not-repeatable"; readonly line: number }
  /** It was cut short by its bounds, or one of its runs by an error. */
  | { readonly kind: "unfinished"; readonly reason: string };

/** A control in a `results.json`. */
export const controlSchema = schemaOf<Control>()((z) =>
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("caused"),
      causes: z.array(z.array(z.strictObject({ id: z.string(), from: z.number() }))),
      without: z.enum(["pass", "fail", "inconclusive"]),
    }),
    z.strictObject({ kind: z.literal("not-of-the-outage"), message: z.string().optional() }),
    z.strictObject({ kind: z.literal("not-repeatable"), line: z.number() }),
    z.strictObject({ kind: z.literal("unfinished"), reason: z.string() }),
  ]),
);
