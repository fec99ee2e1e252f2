/** What JSON calls an object. */

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object, and no list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
