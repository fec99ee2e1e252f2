/** Replaces one method of a built-in object, and puts it back unless somebody has replaced it since. */
import { syncBuiltinESMExports } from "node:module";

/** Replacements that are to be seen together are under way. */
let together = 0;

/**
 * Runs `work`, after which modules that have imported a built-in module see all that it replaced
 * or put back: to show it to them takes as long for one method as for all.
 */
export function showTogether<T>(work: () => T): T {
  together += 1;
  try {
    return work();
  } finally {
    together -= 1;
    show();
  }
}

function show(): void {
  if (together === 0) syncBuiltinESMExports();
}

export type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Puts `replacement(original)` in place of a method; returns what undoes it. */
export function replaceMethod(
  target: object,
  name: string,
  replacement: (original: Method) => Method,
): () => void {
  const methods = target as Record<string, unknown>;
  const original = methods[name];
  if (typeof original !== "function") return () => undefined;
  const replaced = replacement(original as Method);
  // Promisified forms and the like.
  Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  methods[name] = replaced;
  show();
  return () => {
    if (methods[name] !== replaced) return;
    methods[name] = original;
    show();
  };
}
