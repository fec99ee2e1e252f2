/** Reads what the primary said, without judging it: it comes from there. */

/** The claims of a token, unverified. */
export function claimsOf(token: unknown): Record<string, unknown> | undefined {
  const [, payload = ""] = String(token).split(".");
  return parseObject(Buffer.from(payload, "base64url").toString("utf8"));
}

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
