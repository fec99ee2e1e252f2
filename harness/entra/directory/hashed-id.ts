/** Ids that are the same for the same name. */
import { hash } from "node:crypto";

/** A GUID that is the same for the same text, and another one for another text. */
export function hashedId(text: string): string {
  const hex = hash("sha256", text, "hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
