/** Schemas of single values that several kinds of data share. */
import type { z } from "zod";
import { expecting, schema, type Z } from "./validation.ts";

/** A string with something visible in it. */
export const nonEmptyString = schema((z) =>
  z.string({ error: expecting("a string that is not empty") }).regex(/\S/),
);

/** A number from 0 to 1. */
export const ratio = schema((z) =>
  z
    .number({ error: expecting("a number from 0 to 1", asRatio) })
    .min(0)
    .max(1),
);

function asRatio(value: unknown): string | undefined {
  const isPercentage = typeof value === "number" && value > 1 && value <= 100;
  return isPercentage ? `For ${value} % write ${value / 100}.` : undefined;
}

/** A whole number from `min` to `max`, both included. */
export function wholeNumber(z: Z, min: number, max = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const isBounded = max < Number.MAX_SAFE_INTEGER;
  const range = isBounded ? `from ${min} to ${max}` : `from ${min} on`;
  return z
    .int({ error: expecting(`a whole number ${range}`) })
    .min(min)
    .max(max);
}

/** A value that JSON can express. */
export const jsonValue = schema((z) =>
  z.unknown().refine(isJson, { error: expecting("a value that JSON can express") }),
);

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
