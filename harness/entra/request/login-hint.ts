/**
 * The optional claim `login_hint`: opaque to the app, which sends it back as `login_hint` or
 * `logout_hint` in the place of a name (`docs/sources.md#a7`). Its form is our own.
 */

const PREFIX = "O.";

/** The claim for a person. */
export function loginHintFor(upn: string): string {
  return PREFIX + Buffer.from(upn).toString("base64url");
}

/** The name that a hint stands for: the one in a claim, else the hint itself. */
export function nameOfLoginHint(hint: string): string {
  if (!hint.startsWith(PREFIX)) return hint;
  const name = Buffer.from(hint.slice(PREFIX.length), "base64url").toString("utf8");
  return loginHintFor(name) === hint ? name : hint;
}
