/** What `brownout remedies` found of one run: the run as it is, with each remedy, and with all. */
import { type Effect, effectOf, isAsGoodAs, isFixed } from "./effect.ts";
import type { Trial } from "./trial.ts";

/** A run that was played with a set of remedies, or why it was not. */
export type Tried =
  | { readonly kind: "played"; readonly trial: Trial; readonly effect: Effect }
  | { readonly kind: "failed"; readonly remedies: readonly string[]; readonly message: string };

/** What was found of one run. */
export interface RemediesOfRun {
  readonly scenario: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: string;
  readonly before: Trial;
  /** Each remedy by itself; none when there was nothing to fix. */
  readonly alone: readonly Tried[];
  /** All together; absent when there was nothing to fix. */
  readonly together?: Tried;
  /** The fewest found that do as much as all together; absent when none does anything. */
  readonly fewest?: Trial;
  /** Other single remedies that do as much. */
  readonly alternatives?: readonly string[];
}

/** Whether a run leaves nothing to fix. */
export function hasNothingToFix({ before }: Pick<RemediesOfRun, "before">): boolean {
  return isFixed(before);
}

/** A played run beside the one without remedies. */
export function triedOf(before: Trial, trial: Trial): Tried {
  return { kind: "played", trial, effect: effectOf(before, trial) };
}

/** Whether a set of remedies was in effect and left less to fix. */
export function isCredited(tried: Tried, before: Trial): boolean {
  return (
    tried.kind === "played" && tried.effect.kind === "acted" && !isAsGoodAs(before, tried.trial)
  );
}

/** The single remedies that do as much as all together; first the one with the least that is worse, then that with the fewest requests. */
export function enoughAlone(
  alone: readonly Tried[],
  { before, together }: { readonly before: Trial; readonly together: Trial },
): readonly Trial[] {
  const enough = alone.flatMap((tried) =>
    tried.kind === "played" && isCredited(tried, before) && isAsGoodAs(tried.trial, together)
      ? [tried.trial]
      : [],
  );
  return enough.toSorted(
    (one, other) =>
      one.figures.withoutTokenMs - other.figures.withoutTokenMs ||
      one.failing.length - other.failing.length ||
      worseCount(before, one) - worseCount(before, other) ||
      one.figures.requests - other.figures.requests,
  );
}

function worseCount(before: Trial, trial: Trial): number {
  const effect = effectOf(before, trial);
  return effect.kind === "acted" ? effect.worse.length : 0;
}
