/**
 * Finds the guesses on which a finding depends: plays its run with the other values that each may
 * have, and where a number makes a difference, looks for the value at which it does, by bisection.
 */
import { isDeepStrictEqual } from "node:util";
import type { Dependency } from "../../reporting/model/control.ts";
import type { Verdict } from "../../rules/rule.ts";
import type { ValuedGuess } from "../../runner/guesses.ts";

/** What the rule says of a run with these values, by path; undefined when it cannot be played with them. */
export type VerdictWithValues = (
  values: Readonly<Record<string, unknown>>,
) => Promise<Verdict | undefined>;

/** The guesses without which the rule would not fail. */
export async function findDependencies(
  guesses: readonly ValuedGuess[],
  verdictWith: VerdictWithValues,
): Promise<readonly Dependency[]> {
  const found: Dependency[] = [];
  for (const guess of guesses) {
    const flips = [
      ...(await flipsAtValues(guess, verdictWith)),
      ...(await flipsAtNumbers(guess, verdictWith)),
    ];
    const { at, value, because } = guess;
    if (flips.length > 0) found.push({ at, value, because, flips });
  }
  return found;
}

type Flip = Dependency["flips"][number];

async function flipsAtValues(
  guess: ValuedGuess,
  verdictWith: VerdictWithValues,
): Promise<readonly Flip[]> {
  const flips: Flip[] = [];
  for (const to of guess.values ?? []) {
    if (isDeepStrictEqual(to, guess.value)) continue;
    const verdict = await verdictWith({ [guess.at]: to });
    if (verdict !== undefined && verdict !== "fail") flips.push({ kind: "is", to, verdict });
  }
  return flips;
}

async function flipsAtNumbers(
  guess: ValuedGuess,
  verdictWith: VerdictWithValues,
): Promise<readonly Flip[]> {
  const { value, between } = guess;
  if (between === undefined || typeof value !== "number") return [];
  const flips: Flip[] = [];
  for (const end of [between.min, between.max]) {
    if (end === value) continue;
    const atEnd = await verdictWith(valuesFor(guess, value, end));
    if (atEnd === undefined || atEnd === "fail") continue;
    const { to, verdict } = await bisect(guess, { end, atEnd }, verdictWith);
    flips.push({ kind: end > value ? "from" : "up-to", to, verdict });
  }
  return flips;
}

/** How near the value of a flip is found: 2 % of the way, and a whole number where all are. */
const PRECISION = 0.02;

async function bisect(
  guess: ValuedGuess,
  { end, atEnd }: { readonly end: number; readonly atEnd: Verdict },
  verdictWith: VerdictWithValues,
): Promise<{ readonly to: number; readonly verdict: Verdict }> {
  const value = guess.value as number;
  const isWhole = Number.isInteger(value) && Number.isInteger(end);
  let [failing, flipped] = [value, { to: end, verdict: atEnd }];
  const enough = Math.max(isWhole ? 1 : 0, PRECISION * Math.abs(end - value));
  while (Math.abs(flipped.to - failing) > enough) {
    const middle = (flipped.to + failing) / 2;
    const to = isWhole ? Math.round(middle) : middle;
    const verdict = await verdictWith(valuesFor(guess, value, to));
    if (verdict === undefined) break;
    if (verdict === "fail") failing = to;
    else flipped = { to, verdict };
  }
  return flipped;
}

function valuesFor(
  { at, following = {} }: ValuedGuess,
  value: number,
  to: number,
): Readonly<Record<string, unknown>> {
  const inProportion = Object.entries(following).map(
    ([path, before]) => [path, (before * to) / value] as const,
  );
  return { [at]: to, ...Object.fromEntries(inProportion) };
}
