/**
 * Small checkers for data that a person wrote: each gets a value and its path, and says where
 * the value is wrong, what was found and what is allowed.
 */
import { HarnessError, type HarnessErrorCode, suggestNames } from "./errors.ts";

/** Refuses when `value`, found at `path`, is not what it should be. */
type Check = (value: unknown, path: string) => void;

type Fields = Readonly<Record<string, Check>>;

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
function refuse(path: string, complaint: string, hint?: string): never {
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

/** A text that is not blank. */
export const name: Check = (value, path) => {
  if (typeof value !== "string" || value.trim() === "") {
    refuse(path, `is ${show(value)}; it must be a text that is not empty`);
  }
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

/** An object with these fields and no others. */
export function object(fields: Fields): Check {
  return (value, path) => checkFields(asObject(value, path), fields, path);
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
    if (value === undefined) refuse(`${path}.${key}`, "is missing");
    field(value, `${path}.${key}`);
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
function show(value: unknown): string {
  if (typeof value === "string") {
    const cut = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value;
    return JSON.stringify(cut);
  }
  if (value === undefined) return "missing";
  if (value === null || typeof value === "boolean" || typeof value === "number") return `${value}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
