/** Finds what would stop or stall a check: a field that throws when it is read, or an endless list. */
import type { Problem } from "./validation-messages.ts";

/** More entries than anybody writes; a sparse array can claim billions. */
const ENTRIES_MAX = 1_000_000;

/** The first field below `value` that cannot be read, or undefined when all can. */
export function findUnreadable(value: unknown): Problem | undefined {
  const seen = new Set<object>();
  const waiting: { readonly value: unknown; readonly path: readonly (string | number)[] }[] = [
    { value, path: [] },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value: found, path } = next;
    if (typeof found !== "object" || found === null || seen.has(found)) continue;
    seen.add(found);
    let keys: readonly (string | number)[];
    try {
      keys = keysOf(found);
    } catch (error) {
      return { path, message: `cannot be read: ${reasonOf(error)}` };
    }
    if (Array.isArray(found) && found.length > ENTRIES_MAX) {
      return { path, message: `expected at most ${ENTRIES_MAX} entries, got ${found.length}` };
    }
    for (const key of keys) {
      try {
        waiting.push({
          value: (found as Readonly<Record<string | number, unknown>>)[key],
          path: [...path, key],
        });
      } catch (error) {
        return { path: [...path, key], message: `cannot be read: ${reasonOf(error)}` };
      }
    }
  }
  return undefined;
}

/** What to read of an object: nothing of an instance of a class, which no schema looks into. */
function keysOf(found: object): readonly (string | number)[] {
  if (Array.isArray(found)) {
    return found.length > ENTRIES_MAX ? [] : found.map((_, index) => index);
  }
  const prototype: unknown = Object.getPrototypeOf(found);
  return prototype === null || prototype === Object.prototype ? Object.keys(found) : [];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}
