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

/** A value that no source gives for certain, and with which the rule would not fail, were it another. */
export interface Dependency {
  /** Its path, such as `settings.refreshIn`. */
  readonly at: string;
  /** What it was in the run. */
  readonly value: unknown;
  /** Why it is not certain. */
  readonly because: string;
  /** `from` and `up-to`: the first value on that side of `value` with which the rule does not fail, as near as it was looked for. */
  readonly flips: readonly {
    readonly kind: "is" | "from" | "up-to";
    readonly to: unknown;
    readonly verdict: Verdict;
  }[];
}

/** On what a finding depends. */
export interface Dependencies {
  readonly found: readonly Dependency[];
  /** Why not all guesses were tried; absent when they were. */
  readonly unfinished?: string;
}

/** The outcome of a control, in `results.json`. */
export type Control =
  /** The rule fails in a run with any of `causes` alone, each a smallest set of windows. */
  | {
      readonly kind: "caused";
      readonly causes: readonly (readonly NamedWindow[])[];
      /** What the rule says of a run with all other windows. */
      readonly without: Verdict;
      readonly dependsOn?: Dependencies;
    }
  /** The rule fails in a run without any fault. `message`: what it says there, where that is something else. */
  | {
      readonly kind: "not-of-the-outage";
      readonly message?: string;
      readonly dependsOn?: Dependencies;
    }
  /** The same run with the same seed left another journal, so that no comparison means anything. */
  | { readonly kind: "not-repeatable"; readonly line: number }
  /** It was cut short by its bounds, or one of its runs by an error. */
  | { readonly kind: "unfinished"; readonly reason: string };

const verdicts = ["pass", "fail", "inconclusive"] as const;

const dependenciesSchema = schemaOf<Dependencies>()((z) =>
  z.strictObject({
    found: z.array(
      z.strictObject({
        at: z.string(),
        value: z.unknown(),
        because: z.string(),
        flips: z.array(
          z.strictObject({
            kind: z.enum(["is", "from", "up-to"]),
            to: z.unknown(),
            verdict: z.enum(verdicts),
          }),
        ),
      }),
    ),
    unfinished: z.string().optional(),
  }),
);

/** A control in a `results.json`. */
export const controlSchema = schemaOf<Control>()((z) =>
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("caused"),
      causes: z.array(z.array(z.strictObject({ id: z.string(), from: z.number() }))),
      without: z.enum(verdicts),
      dependsOn: dependenciesSchema().optional(),
    }),
    z.strictObject({
      kind: z.literal("not-of-the-outage"),
      message: z.string().optional(),
      dependsOn: dependenciesSchema().optional(),
    }),
    z.strictObject({ kind: z.literal("not-repeatable"), line: z.number() }),
    z.strictObject({ kind: z.literal("unfinished"), reason: z.string() }),
  ]),
);
