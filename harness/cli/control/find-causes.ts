/**
 * Finds the fault windows that a finding needs, by playing its run with some of them: none, each
 * alone, then delta debugging (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing
 * Input, 2002) for a set of which no window can be left out.
 */
import type { Verdict } from "../../rules/rule.ts";

/** What the rule says of a run with these windows alone; their ids are in the order of the plan. */
export type VerdictWith = (windows: readonly string[]) => Promise<Verdict>;

/** `none`: the rule fails without any fault, too. */
export type Causes =
  | { readonly kind: "none" }
  | {
      readonly kind: "found";
      /** Each fails by itself, and no window of it can be left out. */
      readonly causes: readonly (readonly string[])[];
      /** What the rule says when all of these are left out. */
      readonly without: Verdict;
    };

/** With more windows, halves are tried before single ones. */
const SINGLES_MAX = 8;

/** The causes of a failure in a run with all `windows`; rejects as `verdictWith` does. */
export async function findCauses(
  windows: readonly string[],
  verdictWith: VerdictWith,
): Promise<Causes> {
  const withoutAny = await verdictWith([]);
  if (withoutAny === "fail" || windows.length === 0) return { kind: "none" };
  if (windows.length === 1) return { kind: "found", causes: [windows], without: withoutAny };
  const alone: string[] = [];
  if (windows.length <= SINGLES_MAX) {
    for (const one of windows) if ((await verdictWith([one])) === "fail") alone.push(one);
  }
  const causes =
    alone.length > 0 ? alone.map((one) => [one]) : [await smallestSet(windows, verdictWith)];
  const left = windows.filter((one) => !causes.flat().includes(one));
  const without = left.length === 0 ? withoutAny : await verdictWith(left);
  return { kind: "found", causes, without };
}

/** Zeller's ddmin: a subset that fails, and passes as soon as any window of it is left out. */
async function smallestSet(
  windows: readonly string[],
  verdictWith: VerdictWith,
): Promise<readonly string[]> {
  let failing = windows;
  let parts = 2;
  while (failing.length > 1) {
    const cut = split(failing, parts);
    const smaller =
      (await firstThatFails(cut, verdictWith)) ??
      (await firstThatFails(
        cut.map((part) => failing.filter((one) => !part.includes(one))),
        verdictWith,
      ));
    if (smaller !== undefined) {
      parts = smaller.length < failing.length / 2 + 1 ? 2 : Math.max(parts - 1, 2);
      failing = smaller;
    } else if (parts < failing.length) {
      parts = Math.min(failing.length, 2 * parts);
    } else {
      return failing;
    }
  }
  return failing;
}

async function firstThatFails(
  sets: readonly (readonly string[])[],
  verdictWith: VerdictWith,
): Promise<readonly string[] | undefined> {
  for (const set of sets) if ((await verdictWith(set)) === "fail") return set;
  return undefined;
}

function split(whole: readonly string[], parts: number): readonly (readonly string[])[] {
  return Array.from({ length: parts }, (_, index) =>
    whole.slice(
      Math.floor((index * whole.length) / parts),
      Math.floor(((index + 1) * whole.length) / parts),
    ),
  ).filter((part) => part.length > 0);
}
