/**
 * Masks secrets in any text: what looks like one (signed tokens, assertions, private keys, the
 * credentials of a header or an address, `name=value` with a name that means a secret), and the
 * values that are known to be one. Every pattern is linear in the text, which may be of another's HAR.
 */
import { isSecretName } from "./field-names.ts";

/** Stands for a secret. */
export const REDACTED = "<redacted>";

/** A secret that is shorter would be found in words. */
const KNOWN_CHARACTERS_MIN = 8;

/** How many known secrets are kept before the oldest are dropped: some hundred bytes each. */
const KNOWN_MAX = 20_000;

/** The characters of most secrets; those with others are looked for one by one. */
const WORD = /[\w~.+/-]{8,}=*/g;
const IS_WORD = /^[\w~.+/-]{8,}=*$/;

/** Values that are known to be secrets, and texts without them. */
export interface KnownSecrets {
  /** From now on it is masked; what is as short as a word is not. */
  readonly learn: (secret: string) => void;
  readonly mask: (text: string) => string;
}

/** Knows no secret yet. */
export function createKnownSecrets(): KnownSecrets {
  const words = new Set<string>();
  const others = new Set<string>();
  return {
    learn(secret) {
      if (secret.length < KNOWN_CHARACTERS_MIN || secret === REDACTED) return;
      const set = IS_WORD.test(secret) ? words : others;
      const [oldest] = set.size < KNOWN_MAX ? [] : set;
      if (oldest !== undefined) set.delete(oldest);
      set.add(secret);
      const encoded = encodeURIComponent(secret);
      if (encoded !== secret) others.add(encoded);
    },
    mask(text) {
      if (text.length < KNOWN_CHARACTERS_MIN) return text;
      let masked = text;
      if (words.size > 0) masked = masked.replace(WORD, (word) => maskWord(word, words));
      for (const secret of others) masked = masked.replaceAll(secret, REDACTED);
      return masked;
    },
  };
}

/** A secret at the end of a sentence or in a path has a dot or slashes around it. */
function maskWord(word: string, words: ReadonlySet<string>): string {
  if (words.has(word)) return REDACTED;
  if (!/[./+=~-]/.test(word)) return word;
  const trimmed = word.replace(/^[./]+/, "").replace(/[.=/]{1,8}$/, "");
  if (words.has(trimmed)) return word.replace(trimmed, REDACTED);
  if (!word.includes("/")) return word;
  return word
    .split("/")
    .map((part) => (words.has(part) ? REDACTED : part))
    .join("/");
}

/** Masks what looks like a secret in a free text, such as a note or a thrown message. */
export function maskSecretLooks(text: string): string {
  let masked = maskTokens(text);
  if (masked.includes("-----BEGIN")) masked = masked.replace(PEM, REDACTED);
  if (masked.includes("://")) masked = masked.replace(USER_INFO, `$1${REDACTED}@`);
  if (!/[=:]|%3D|\s/i.test(masked)) return masked;
  return masked
    .replace(CREDENTIALS, (whole, scheme: string, secret: string) =>
      secret.length >= 16 || /\d/.test(secret) ? `${scheme} ${REDACTED}` : whole,
    )
    .replace(PAIR, (whole, name: string, between: string, value: string) =>
      isSecretName(name) && !isProse(name, between, value) ? `${name}${between}${REDACTED}` : whole,
    )
    .replace(ENCODED_PAIR, (whole, name: string, between: string) =>
      isSecretName(name) ? `${name}${between}${REDACTED}` : whole,
    );
}

/** Whether a word behind a colon goes on with the sentence: `token_error: Failed to`. What was masked already stays as it is. */
function isProse(name: string, between: string, value: string): boolean {
  if (/^[ar]t-[0-9a-f]{12}$/.test(value)) return true;
  if (!/:\s/.test(between) || PLAIN_NAME.test(name)) return false;
  return value.length < 20 && /^[a-z]+[.!?]?$/i.test(value);
}

/** A name that is always followed by the secret itself. */
const PLAIN_NAME = /^(?:password|passwd|pwd|passphrase|secret|client.?secret|api.?key|pin|otp)$/i;

/** Masks signed tokens and SAML assertions, in any text. */
export function maskTokens(text: string): string {
  const unsigned = text.includes("eyJ") ? text.replace(RUN, maskJwt) : text;
  return unsigned.includes("Assertion") ? unsigned.replace(ASSERTION, REDACTED) : unsigned;
}

/** Characters of a JWT. */
const RUN = /[\w.-]{8,}/g;

function maskJwt(run: string): string {
  const start = run.indexOf("eyJ");
  if (start < 0) return run;
  const token = run.slice(start).replace(/\.+$/, "");
  const parts = token.split(".");
  const isSigned = parts.length > 2 && parts[1] !== "" && parts[0] !== "eyJ";
  // The beginning of one that was cut off has its claims.
  const isCut = parts.length === 2 && (parts[1]?.length ?? 0) >= 40;
  if (!isSigned && !isCut) return run;
  return run.slice(0, start) + REDACTED + run.slice(start + token.length);
}

/** A SAML assertion as XML, also when it is cut off. */
const ASSERTION = /<((?:[\w-]{1,40}:)?Assertion)\b[\s\S]*?(?:<\/\1\s*>|$)/g;

const PEM = /-----BEGIN [A-Z0-9 ]{0,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g;

const USER_INFO = /(:\/\/)[^\s/@?#]{1,512}@/g;

const CREDENTIALS =
  /\b(Bearer|Basic|PoP|DPoP|Negotiate|NTLM|Digest|SharedKey|SharedAccessSignature)\s{1,4}([^\s"',;<>]{6,})/gi;

/** `name=value`, `name: value`, `"name":"value"`. */
const PAIR =
  /(?<![\w.-])([\w.-]{1,64})(["']?\s{0,4}[=:]\s{0,4}(?:Bearer\s|Basic\s)?["']?)([^\s"'&,;<>]+)/gi;

/** The same, in an address in a query. */
const ENCODED_PAIR = /(?<![\w.-]|%[0-9a-f])([\w.-]{1,64})(%3D)((?:(?!%26)[^\s"'&<>])+)/gi;
