/** The one style of message about what people write: what was expected, what was found, and the nearest known name. */
import type { core } from "zod";
import { suggestNames } from "./errors.ts";

/** One thing that is wrong, at a path below the checked value. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

/**
 * The message for a value that is not what it should be: `expected("an array of strings", 5)`
 * is "expected an array of strings, got a number (5)". The text is short for every value.
 */
export function expected(what: string, value: unknown): string {
  const isNumber = typeof value === "number" && !/\bnumbers?\b|\d/.test(what);
  return `expected ${what}, got ${isNumber ? `a number (${value})` : show(value)}`;
}

/** Why something threw, which may be any value. */
export function reasonOf(error: unknown): string {
  try {
    return shorten(error instanceof Error ? error.message : String(error));
  } catch {
    return "an error without a text";
  }
}

const SHOWN_LENGTH = 60;

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

/** A value in a message: short, and never a dump. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean" || typeof value === "number") return `${value}`;
  if (typeof value === "object")
    return !Array.isArray(value) ? "an object" : value.length === 0 ? "an empty array" : "an array";
  return `a ${typeof value}`;
}

/** `world.apps[2].name`, below a root of that name; keys that are no identifiers stand in brackets. */
export function writePath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((written, key) => {
    if (typeof key === "number") return `${written}[${key}]`;
    const text = shorten(String(key));
    return /^[A-Za-z_$][\w$]*$/.test(text)
      ? `${written}${written === "" ? "" : "."}${text}`
      : `${written}[${JSON.stringify(text)}]`;
  }, root);
}

/** What zod reports, with the fields that `describeIssue` adds. */
type DescribedIssue = core.$ZodIssue & {
  readonly hint?: string;
  readonly keyHints?: readonly string[];
};

/** The error map that every check runs with: it writes the message, and adds the hint to the issue. */
export function describeIssue(issue: core.$ZodRawIssue): string {
  const { input } = issue;
  const owner = issue.inst as core.$ZodType | undefined;
  switch (issue.code) {
    case "unrecognized_keys":
      return describeUnknownKeys(issue, owner);
    case "invalid_value": {
      const values = issue["values"] as readonly unknown[];
      return describeChoice(issue, values, input);
    }
    case "invalid_union": {
      const discriminator = issue["discriminator"] as string | undefined;
      if (discriminator === undefined) return expected(describeSchema(owner), input);
      const found = (input as Readonly<Record<string, unknown>>)[discriminator];
      return describeChoice(issue, (issue["options"] as readonly unknown[]) ?? [], found);
    }
    case "invalid_type":
      return expected(describeSchema(owner), input);
    case "too_small":
      return describeBound(issue, "at least", issue["minimum"]);
    case "too_big":
      return describeBound(issue, "at most", issue["maximum"]);
    case "invalid_format":
      return expected(`a string that matches ${String(issue["pattern"])}`, input);
    case "invalid_key":
      return expected("another key", input);
    default:
      return expected("another value", input);
  }
}

function describeUnknownKeys(issue: core.$ZodRawIssue, owner: core.$ZodType | undefined): string {
  const found = issue.input as Readonly<Record<string, unknown>>;
  const names = Object.keys(
    (owner?._zod.def as Partial<core.$ZodObjectDef> | undefined)?.shape ?? {},
  );
  const missing = names.filter((name) => found[name] === undefined);
  let unnamed = 0;
  const keyHints = (issue["keys"] as readonly string[]).map((key) => {
    const near = suggestNames(key, missing, suggestNames(key, names, ""));
    if (near === "") unnamed += 1;
    // The list once an object.
    return near === "" && unnamed === 1 ? knownKeys(names) : near;
  });
  Object.assign(issue, { keyHints });
  // Written for each key by `problemsOf`.
  return "";
}

const NAMES_SHOWN = 20;

function knownKeys(names: readonly string[]): string {
  if (names.length === 0) return "There are no keys.";
  const more = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return `Known keys: ${shown}${more > 0 ? ` and ${more} more` : ""}.`;
}

function describeChoice(
  issue: core.$ZodRawIssue,
  values: readonly unknown[],
  found: unknown,
): string {
  const hint =
    typeof found === "string"
      ? (numberMeant(found, values) ?? suggestNames(found, values.map(String), ""))
      : "";
  if (hint !== "") Object.assign(issue, { hint });
  return expected(oneOf(values), found);
}

/** The advice for a text where a number of the same digits is expected. */
function numberMeant(found: string, values: readonly unknown[]): string | undefined {
  const bare = found.trim();
  const isMeant = values.some((value) => typeof value === "number" && String(value) === bare);
  return isMeant ? `Write ${bare}, a number, without quotes.` : undefined;
}

function describeBound(issue: core.$ZodRawIssue, limit: string, bound: unknown): string {
  if (issue["origin"] === "array" && bound === 1 && issue.code === "too_small")
    return expected("at least one entry", issue.input);
  if (issue["origin"] === "array")
    return expected(`${limit} ${String(bound)} entries`, issue.input);
  if (issue["origin"] === "string")
    return expected(`${limit} ${String(bound)} characters`, issue.input);
  const isExclusive = issue["inclusive"] === false;
  const least = issue.code === "too_small";
  const words = isExclusive ? (least ? "more than" : "less than") : limit;
  return expected(`a number of ${words} ${String(bound)}`, issue.input);
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map(show);
  return shown.length === 1 ? (shown[0] ?? "") : `one of ${shown.join(", ")}`;
}

/** What a schema accepts, in words; its own description comes first. */
function describeSchema(schema: core.$ZodType | undefined): string {
  if (schema === undefined) return "another value";
  const def = schema._zod.def as core.$ZodTypes["_zod"]["def"];
  switch (def.type) {
    case "string":
      return "a string";
    case "number":
      return (def as Partial<core.$ZodNumberFormatDef>).format === "safeint"
        ? "a whole number"
        : "a number";
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "function":
      return "a function";
    case "array":
      return arrayOf(describeSchema(def.element));
    case "object":
    case "record":
      return "an object";
    case "enum":
      return oneOf(Object.values(def.entries));
    case "literal":
      return oneOf(def.values);
    case "union":
      return [...new Set(def.options.map(describeSchema))].join(" or ");
    case "optional":
    case "readonly":
    case "nonoptional":
    case "default":
      return describeSchema(def.innerType);
    case "lazy":
      return describeSchema(def.getter());
    case "pipe":
      return describeSchema(def.in);
    default:
      return "another value";
  }
}

function arrayOf(element: string): string {
  const noun = /^an? (string|whole number|number|object|function)$/.exec(element)?.[1];
  if (noun !== undefined) return `an array of ${noun}s`;
  return `an array, each entry ${element}`;
}

/**
 * The message of a schema for anything wrong with its value, with what to do about it:
 * `z.string({ error: expecting("a GUID", "Copy it from the portal.") })`.
 */
export function expecting(
  what: string,
  hint?: string | ((value: unknown) => string | undefined),
): (issue: core.$ZodRawIssue) => string | undefined {
  return (issue) => {
    // An unknown key is described for every object alike.
    if (issue.code === "unrecognized_keys") return undefined;
    const advice = typeof hint === "function" ? hint(issue.input) : hint;
    if (advice !== undefined) Object.assign(issue, { hint: advice });
    return expected(what, issue.input);
  };
}

/** Every problem that zod found, unknown keys first, each with its path and hint. */
export function problemsOf(issues: readonly core.$ZodIssue[]): Problem[] {
  const problems = issues.flatMap((issue) => problemsOfIssue(issue, []));
  // An unknown key is often why another one is missing.
  return problems.toSorted((one, other) => Number(isKey(other)) - Number(isKey(one)));
}

const UNKNOWN_KEY = "unknown key";

function isKey({ message }: Problem): boolean {
  return message.startsWith(UNKNOWN_KEY);
}

function problemsOfIssue(issue: DescribedIssue, above: readonly PropertyKey[]): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key, index) => {
      const hint = issue.keyHints?.[index];
      return {
        path: [...path, key],
        message: `${UNKNOWN_KEY} ${show(key)}`,
        ...(hint === undefined || hint === "" ? {} : { hint }),
      };
    });
  }
  if (issue.code === "invalid_union") {
    // The value is of one branch's kind, and something inside is wrong: the other branches say nothing of it.
    const near = issue.errors.filter((branch) => !branch.some(isAboutWhole));
    if (near.length === 1) return (near[0] ?? []).flatMap((inner) => problemsOfIssue(inner, path));
  }
  const hint = issue.hint ?? (issue.code === "custom" ? issue.params?.["hint"] : undefined);
  return [{ path, message: issue.message, ...(typeof hint === "string" ? { hint } : {}) }];
}

/** Whether the issue says that the whole value is of another kind. */
function isAboutWhole({ code, path }: core.$ZodIssue): boolean {
  return (
    path.length === 0 &&
    (code === "invalid_type" || code === "invalid_value" || code === "invalid_union")
  );
}
