/**
 * Small checkers for data that a person wrote: each is handed a value and its path, and
 * refuses by saying where, what was found and what is allowed. The tables of the parts are
 * made of them (`faults/validate.ts`), and the compiler compares
 * those with the types; `refusingAs` gives a refusal the part's own error code.
 */
import { HarnessError, type HarnessErrorCode, suggestNames } from "./errors.ts";

/** Refuses when `value`, found at `path`, is not what it should be. */
export type Check = (value: unknown, path: string) => void;

/** A field that may be absent; `undefined` counts as absent. */
export interface OptionalField {
  readonly optional: Check;
}

/** One checker for every field of `Shape`, marked optional exactly where the type is. */
export type FieldsOf<Shape> = {
  readonly [Name in keyof Shape]-?: Record<never, never> extends Pick<Shape, Name>
    ? OptionalField
    : Check;
};

/** The fields of one variant of a union, without its tag. */
export type VariantFields<Union, Tag extends keyof Union, Value> = FieldsOf<
  Omit<Extract<Union, Record<Tag, Value>>, Tag>
>;

export type Fields = Readonly<Record<string, Check | OptionalField>>;

/** What a checker throws; only `refusingAs` catches it. */
class Refusal extends Error {
  readonly path: string;
  readonly complaint: string;
  readonly hint: string | undefined;

  constructor(path: string, complaint: string, hint: string | undefined) {
    super(`${path} ${complaint}`);
    this.name = "Refusal";
    this.path = path;
    this.complaint = complaint;
    this.hint = hint;
  }
}

/** The one way to refuse what was written: `<path> <complaint>`. */
export function refuse(path: string, complaint: string, hint?: string): never {
  throw new Refusal(path, complaint, hint === "" ? undefined : hint);
}

/** The result of `work`; a refusal becomes a `HarnessError` of that code, about `place`. */
export function refusingAs<T>(
  { code, place }: { readonly code: HarnessErrorCode; readonly place: string | undefined },
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new HarnessError(code, error.message, {
      ...(place === undefined ? {} : { place }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** A field that may be absent; when it is there it must pass. */
export function optional(check: Check): OptionalField {
  return { optional: check };
}

/** A whole number from `min` to `max`, both included. */
export function whole(min: number, max: number): Check {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
      refuse(path, `is ${show(value)}; it must be a whole number from ${min} to ${max}`);
    }
  };
}

/** A number from 0 to 1. */
export const ratio: Check = (value, path) => {
  if (typeof value === "number" && value >= 0 && value <= 1) return;
  const percent = typeof value === "number" && value > 1 && value <= 100;
  refuse(
    path,
    `is ${show(value)}; it must be a number from 0 to 1`,
    percent ? `For ${value} % write ${value / 100}.` : undefined,
  );
};

/** A text that is not blank. */
export const name: Check = (value, path) => {
  if (typeof value !== "string" || value.trim() === "") {
    refuse(path, `is ${show(value)}; it must be a text that is not empty`);
  }
};

/** Any text, also an empty one. */
export const text: Check = (value, path) => {
  if (typeof value !== "string") refuse(path, `is ${show(value)}; it must be a text`);
};

/** One of a closed list of names or figures. */
export function oneOf(allowed: readonly (string | number)[]): Check {
  return (value, path) => {
    if (allowed.includes(value as string | number)) return;
    const hint =
      typeof value === "string" ? suggestNames(value, allowed.map(String), "") : undefined;
    refuse(path, `is ${show(value)}; allowed: ${allowed.map(show).join(", ")}`, hint);
  };
}

/** A list with at least one entry: an empty one matches nothing, which nobody means. */
export function listOf(check: Check): Check {
  const each = anyListOf(check);
  return (value, path) => {
    if (Array.isArray(value) && value.length === 0)
      refuse(path, "is an empty list, which matches nothing");
    each(value, path);
  };
}

/** A list, also an empty one. */
function anyListOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) refuse(path, `is ${show(value)}; it must be a list`);
    // Array.from visits holes too.
    Array.from(value as unknown[]).forEach((entry, index) => check(entry, `${path}[${index}]`));
  };
}

/** One value, or a list of them. */
export function oneOrMore(check: Check): Check {
  const list = listOf(check);
  return (value, path) => (Array.isArray(value) ? list : check)(value, path);
}

/** Anything that prints as JSON. */
export const jsonValue: Check = (value, path) => {
  let printed: string | undefined;
  try {
    printed = JSON.stringify(value);
  } catch {
    printed = undefined;
  }
  if (printed === undefined) refuse(path, `is ${show(value)}; it must print as JSON`);
};

/** An object with these fields and no others. */
export function object(fields: Fields): Check {
  return (value, path) => checkFields(asObject(value, path), fields, path);
}

/** An object whose fields depend on the name in `tag`. */
export function variant(tag: string, variants: Readonly<Record<string, Fields>>): Check {
  const tagCheck = oneOf(Object.keys(variants));
  return (value, path) => {
    const found = asObject(value, path);
    if (found[tag] === undefined) {
      refuse(path, `has no "${tag}"; allowed: ${Object.keys(variants).map(show).join(", ")}`);
    }
    tagCheck(found[tag], `${path}.${tag}`);
    checkFields(found, { [tag]: tagCheck, ...variants[found[tag] as string] }, path);
  };
}

function checkFields(found: Record<string, unknown>, fields: Fields, path: string): void {
  const names = Object.keys(fields);
  for (const key of Object.keys(found)) {
    if (Object.hasOwn(fields, key)) continue;
    const missing = names.filter((candidate) => found[candidate] === undefined);
    refuse(
      `${path}.${key}`,
      `is not a field; allowed: ${names.join(", ")}`,
      suggestNames(key, missing, ""),
    );
  }
  for (const [key, field] of Object.entries(fields)) {
    const value = found[key];
    if (typeof field === "function") {
      if (value === undefined) refuse(`${path}.${key}`, "is missing");
      field(value, `${path}.${key}`);
    } else if (value !== undefined) {
      field.optional(value, `${path}.${key}`);
    }
  }
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(path, `is ${show(value)}; it must be an object`);
  }
  return value as Record<string, unknown>;
}

const SHOWN_LENGTH = 60;

/** A found value in a message: short, and never a dump. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    const cut = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value;
    return JSON.stringify(cut);
  }
  if (value === undefined) return "missing";
  if (value === null || typeof value === "boolean" || typeof value === "number") return `${value}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
