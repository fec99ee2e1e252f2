/** What a run has taken for granted although no source gives it: for controls, which play it with other values. */
import { unverifiedSettings } from "../entra/directory/unverified-settings.ts";
import type { Guess, Scenario } from "./scenario.ts";
import { valueAt } from "./variation.ts";

/**
 * A guess with the value that the run had.
 *
 * @example
 * const values = (guesses: readonly ValuedGuess[]) => guesses.map(({ at, value }) => [at, value]);
 */
export interface ValuedGuess extends Omit<Guess, "follow" | "keeps"> {
  readonly value: unknown;
  /** The numbers that follow from it in proportion, by path. */
  readonly following?: Readonly<Record<string, number>>;
}

/** Those of the scenario, and the unverified settings of the service that the run has read. */
export function guessesOf(
  scenario: Scenario,
  settingsRead: Readonly<Record<string, unknown>>,
): readonly ValuedGuess[] {
  const own = (scenario.guesses ?? []).map(({ follow = [], ...guess }) => ({
    ...guess,
    value: valueAt(scenario, guess.at, "guesses"),
    following: Object.fromEntries(
      follow.map((path) => [path, valueAt(scenario, path, "guesses") as number]),
    ),
  }));
  const settings = Object.entries(unverifiedSettings).flatMap(([name, alternatives]) => {
    if (alternatives === "sourced" || !(name in settingsRead)) return [];
    const { keeps = [], ...guess } = alternatives;
    const value = settingsRead[name];
    const values = guess.values?.map((other) => keeping(other, value, keeps));
    return [
      { ...guess, at: `settings.${name}`, value, ...(values === undefined ? {} : { values }) },
    ];
  });
  return [...own, ...settings];
}

function keeping(other: unknown, value: unknown, fields: readonly string[]): unknown {
  if (typeof other !== "object" || typeof value !== "object") return other;
  const kept = Object.entries(value ?? {}).filter(([name]) => fields.includes(name));
  return { ...other, ...Object.fromEntries(kept) };
}
