/** Replaces one method of a built-in object, and puts it back unless somebody has replaced it since. */
import { syncBuiltinESMExports } from "node:module";

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
  syncBuiltinESMExports();
  return () => {
    if (methods[name] !== replaced) return;
    methods[name] = original;
    syncBuiltinESMExports();
  };
}
