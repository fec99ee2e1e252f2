/** Finds what would stop or stall a check: a field that throws when it is read, or data without an end. */
import { types } from "node:util";
import { type Problem, reasonOf } from "./validation-messages.ts";

/** More entries than a person writes; a sparse array can claim billions. */
const ENTRIES_MAX = 1_000_000;

/** More proxies than a person writes; each can make others without an end. */
const PROXIES_MAX = 1_000;

/** A value with the way that leads to it. */
interface Found {
  readonly value: unknown;
  readonly key: string | number;
  readonly above: Found | undefined;
}

/** The first field below `value` that cannot be read, or undefined when all can. */
export function findUnreadable(value: unknown): Problem | undefined {
  const seen = new Set<object>();
  let proxies = 0;
  const waiting: Found[] = [{ value, key: "", above: undefined }];
  for (let found = waiting.pop(); found !== undefined; found = waiting.pop()) {
    const object = found.value;
    if (typeof object !== "object" || object === null || seen.has(object)) continue;
    if (types.isProxy(object)) proxies += 1;
    if (seen.size > ENTRIES_MAX || proxies > PROXIES_MAX)
      return { path: [], message: "is too large to be checked" };
    seen.add(object);
    const problem = readFields(object, found, waiting);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Reads each field once and puts it among those that wait to be looked into. */
function readFields(object: object, at: Found, waiting: Found[]): Problem | undefined {
  let key: string | number | undefined;
  try {
    if (Array.isArray(object)) {
      if (object.length > ENTRIES_MAX) {
        const message = `expected at most ${ENTRIES_MAX} entries, got ${object.length}`;
        return { path: pathOf(at), message };
      }
      for (key = 0; key < object.length; key += 1)
        waiting.push({ value: object[key] as unknown, key, above: at });
      return undefined;
    }
    // No schema looks into an instance of a class.
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== null && prototype !== Object.prototype) return undefined;
    for (key of Object.keys(object)) {
      const value = (object as Readonly<Record<string, unknown>>)[key];
      waiting.push({ value, key, above: at });
    }
    return undefined;
  } catch (error) {
    const path = key === undefined ? pathOf(at) : [...pathOf(at), key];
    return { path, message: `cannot be read: ${reasonOf(error)}` };
  }
}

function pathOf(found: Found): readonly (string | number)[] {
  return found.above === undefined ? [] : [...pathOf(found.above), found.key];
}
