/** Reads values of foreign code, which may be proxies, have getters that throw, or contain themselves. */

/** A field of an object or a function; undefined when there is none, or reading it throws. */
export function readField(value: unknown, name: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return undefined;
  try {
    return Reflect.get(value, name) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * What a list, set, map or object contains, at most `max` values; bytes contain nothing. The value
 * of a field with a getter is undefined, as reading it runs foreign code.
 */
export function contentsOf(value: object, max: number): readonly unknown[] {
  try {
    // A field for each byte would take seconds in a large download.
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return [];
    if (Array.isArray(value)) return (value as readonly unknown[]).slice(0, max);
    if (value instanceof Map || value instanceof Set) return value.values().take(max).toArray();
    return Object.keys(value)
      .slice(0, max)
      .map((key) => Reflect.getOwnPropertyDescriptor(value, key)?.value as unknown);
  } catch {
    return [];
  }
}
