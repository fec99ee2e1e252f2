/** Reads JSON that somebody else wrote: an object, or nothing. Tokens, bodies and hidden fields come through here. */

/** A JSON object; `undefined` for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The JSON object inside a base64url text, such as a part of a token; `undefined` when there is none. */
export function decodeObject(part: string): Record<string, unknown> | undefined {
  return parseObject(Buffer.from(part, "base64url").toString("utf8"));
}

/** The claims of a token, unverified. */
export function claimsOf(token: unknown): Record<string, unknown> | undefined {
  const [, payload = ""] = String(token).split(".");
  return decodeObject(payload);
}
