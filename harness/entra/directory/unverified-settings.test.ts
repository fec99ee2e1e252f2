import { isDeepStrictEqual } from "node:util";
import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { ServiceSettings } from "./service-settings.ts";
import { checkSettings } from "./settings-schema.ts";
import { defaultServiceSettings } from "./settings.ts";
import { unverifiedSettings } from "./unverified-settings.ts";

const guesses = Object.entries(unverifiedSettings).flatMap(([name, alternatives]) => {
  if (alternatives === "sourced") return [];
  const { values = [], between } = alternatives;
  const numbers = between === undefined ? [] : [between.min, between.max];
  const defaultValue = defaultServiceSettings[name as keyof ServiceSettings];
  return [{ name, alternatives, played: [...values, ...numbers] as unknown[], defaultValue }];
});

it.each(guesses)("the setting $name may have all of its values", ({ name, played }) => {
  expect(played.length).toBeGreaterThan(1);
  for (const value of played) {
    checkSettings({ ...defaultServiceSettings, [name]: value }, contoso.tenants);
  }
});

it.each(guesses)(
  "the default of $name is one of them",
  ({ alternatives: { values = [], between }, defaultValue }) => {
    const isWithin =
      between !== undefined &&
      typeof defaultValue === "number" &&
      defaultValue >= between.min &&
      defaultValue <= between.max;
    expect(isWithin || values.some((value) => isDeepStrictEqual(value, defaultValue))).toBe(true);
  },
);
