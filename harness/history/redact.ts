/**
 * Keeps secrets and random values out of journals. Secrets become fingerprints or `<redacted>`;
 * random ids of the client (correlation ids, PKCE, nonces) become aliases in order of appearance,
 * so that one seed gives one journal, byte for byte, on any machine.
 */
import { hash } from "node:crypto";
import { isHarmless, isSecretName } from "./field-names.ts";
import { createKnownSecrets, maskSecretLooks, maskTokens, REDACTED } from "./secret-text.ts";

const VOLATILE = "<volatile>";

/** How many digests are kept, with their secrets of 1 to 2 kB, before all are dropped. */
const DIGESTS_MAX = 500;

/** Digests of recent secrets: a client returns one cached token many times. */
const digests = new Map<string, string>();

/**
 * `at-` or `rt-` and 12 hex digits of the SHA-256 of a secret.
 *
 * @example
 * fingerprint("at", accessToken); // "at-9f86d081884c"
 */
export function fingerprint(prefix: "at" | "rt", secret: string): string {
  let digest = digests.get(secret);
  if (digest === undefined) {
    digest = hash("sha256", secret, "hex").slice(0, 12);
    if (digests.size >= DIGESTS_MAX) digests.clear();
    digests.set(secret, digest);
  }
  return `${prefix}-${digest}`;
}

const SECRET_FIELDS = new Set([
  "client_assertion",
  "client_secret",
  "code",
  "code_verifier",
  "device_code",
  "id_token",
  "id_token_hint",
  "otc",
  "passwd",
  "password",
  "samlrequest",
  "samlresponse",
  "secret",
  // In the query of a SAML request.
  "signature",
  "user_code",
  // Headers: the secret of managed identity, and the credentials by which a browser proves its device.
  "x-identity-header",
  "x-ms-devicecredential",
  "x-ms-refreshtokencredential",
]);

/** Secrets of which a reader must know whether two are one: tokens, and what an app presents on behalf of its user. */
const FINGERPRINTED: ReadonlySet<string> = new Set(["access_token", "assertion", "refresh_token"]);

/** Random values of the client, and facts about the machine. */
const VOLATILE_FIELDS = new Set([
  "code_challenge",
  "ctx",
  "logout_hint",
  "nonce",
  "relaystate",
  "req_cnf",
  "session_state",
  "sid",
  "state",
  "x-client-cpu",
  "x-client-os",
]);

/** Fields with correlation ids; the telemetry of MSAL also has those of calls without a request. */
const CORRELATION_FIELDS = new Set([
  "client-request-id",
  "x-client-last-telemetry",
  "x-ms-client-request-id",
]);

/** `"name":"value"` of JSON that ends too early, perhaps inside the value. */
const JSON_PAIR = /"([^"\\]*)"(\s*:\s*)"([^"\\]*(?:\\.[^"\\]*)*)("|\\?$)/g;

/** `name=value` of a form, in any text. */
const FORM_PAIR = /(?<![\w-])([\w-]+)=([^&\s"]+)/g;

/** An address with something beside its path, in a field. */
const ADDRESS = /^[a-z][a-z\d+.-]{0,30}:\/\/[^\s]*[?#@]/i;

/** The page of an AADSTS code, whose number is no authorization code. */
const ERROR_PAGE = /^https:\/\/[\w.-]{1,100}\/error\?code=\d{1,8}$/;

/** Schemes of the Authorization header; what comes first in another value may be the secret itself. */
const SCHEMES =
  /^(?:basic|digest|dpop|hoba|mutual|negotiate|ntlm|pop|sharedaccesssignature|sharedkey)$/i;

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Replaces secrets and random values of one run. */
export interface Redactor {
  /** A form field or query parameter. */
  field(name: string, value: string): string;
  url(url: string): string;
  header(name: string, value: string): string;
  /** Any text: masks secrets, and replaces the correlation ids of earlier fields. */
  text(text: string): string;
  /** What a person wrote, such as a note: masks secrets. */
  readonly words: (text: string) => string;
  /** A value is a secret: it is masked in all that follows. */
  readonly learn: (secret: string) => void;
  body(text: string, form: "json" | "html" | "text" | "empty"): string;
  /** Whether a request keeps what distinguishes client programs: its User-Agent and its own request ids. */
  readonly keepsClients: boolean;
}

/** How deep an address in the query of another is looked into. */
const DEPTH_MAX = 4;

/** What names a parameter; other texts in its place may be the secret itself. */
const QUERY_NAME = /^[\w.$:[\]-]{1,60}$/;

/** Fields with sentences, in which anything may stand. */
const PROSE_FIELDS = new Set(["detail", "error_description", "reason", "title"]);

const GUID_CHARACTERS = 36;
const BODY_CHARACTERS_MAX = 4_096;

/** Creates a redactor without aliases. A journal needs one for all its events, so that an id keeps its alias. Of clients that are other programs, `keepsClients` leaves the ids as they are. */
export function createRedactor({
  keepsClients = false,
}: { readonly keepsClients?: boolean | undefined } = {}): Redactor {
  const aliases = new Map<string, string>();

  const aliasOf = (guid: string): string => {
    const key = guid.toLowerCase();
    let alias = aliases.get(key);
    if (alias === undefined) {
      alias = `00000000-0000-4000-8000-${String(aliases.size + 1).padStart(12, "0")}`;
      aliases.set(key, alias);
    }
    return alias;
  };

  const known = createKnownSecrets();
  const words = (raw: string): string => known.mask(maskSecretLooks(raw));
  const aliased = (value: string): string =>
    value.length < GUID_CHARACTERS || aliases.size === 0
      ? value
      : value.replace(GUID, (guid) => aliases.get(guid.toLowerCase()) ?? guid);
  const text = (raw: string): string => aliased(words(raw));

  const secret = (value: string): typeof REDACTED => {
    known.learn(value);
    return REDACTED;
  };

  const field = (name: string, value: string, depth = 0): string => {
    const lower = name.toLowerCase();
    if (value === "") return value;
    if (SECRET_FIELDS.has(lower)) return secret(value);
    if (VOLATILE_FIELDS.has(lower)) return VOLATILE;
    // The sentence for the user repeats the user code.
    if (lower === "message") return text(value.replace(/\bcode \S+/g, `code ${REDACTED}`));
    if (FINGERPRINTED.has(lower)) {
      known.learn(value);
      return fingerprint(lower === "refresh_token" ? "rt" : "at", value);
    }
    if (CORRELATION_FIELDS.has(lower)) return keepsClients ? value : value.replace(GUID, aliasOf);
    if (!isHarmless(lower)) return isSecretName(lower) ? secret(value) : REDACTED;
    if (depth < DEPTH_MAX && ADDRESS.test(value) && !ERROR_PAGE.test(value))
      return url(value, depth + 1);
    return PROSE_FIELDS.has(lower) ? text(value) : aliased(known.mask(maskTokens(value)));
  };

  const url = (raw: string, depth = 0): string => {
    const parsed = URL.parse(raw);
    if (parsed === null) return text(raw);
    const parts = [...parsed.searchParams].map(([name, value]) =>
      QUERY_NAME.test(name) ? `${name}=${field(name, value, depth)}` : REDACTED,
    );
    const query = parts.length === 0 ? "" : `?${parts.join("&")}`;
    const origin = parsed.origin === "null" ? parsed.protocol : parsed.origin;
    const path = known.mask(maskTokens(parsed.pathname));
    return `${origin}${path}${query}${parsed.hash === "" ? "" : "#<redacted>"}`;
  };

  return {
    field,
    url,
    text,
    words,
    learn: known.learn,
    keepsClients,
    header: (name, value) => redactHeader(name, value, { known, secret, url, field }),
    body(value, form) {
      if (form === "empty") return "";
      if (form === "html") return /<title>[^<]*<\/title>/i.exec(value)?.[0] ?? "<html>";
      // A text may be JSON with another content type.
      const redacted = redactJson(value, field) ?? text(redactPairs(value, form, field));
      return redacted.length > BODY_CHARACTERS_MAX
        ? `${redacted.slice(0, BODY_CHARACTERS_MAX)}…`
        : redacted;
    },
  };
}

interface HeaderParts {
  readonly known: ReturnType<typeof createKnownSecrets>;
  readonly secret: (value: string) => string;
  readonly url: (url: string) => string;
  readonly field: RedactField;
}

function redactHeader(
  name: string,
  value: string,
  { known, secret, url, field }: HeaderParts,
): string {
  const lower = name.toLowerCase();
  if (lower === "authorization") {
    const [scheme = "", credentials] = value.split(" ");
    if (credentials === undefined) return secret(value);
    known.learn(credentials);
    if (scheme.toLowerCase() === "bearer") return `Bearer ${fingerprint("at", credentials)}`;
    return SCHEMES.test(scheme) ? `${scheme} ${REDACTED}` : secret(value);
  }
  if (lower === "cookie") return REDACTED;
  if (lower === "set-cookie") return `${value.split("=")[0] ?? ""}=${REDACTED}`;
  if (lower === "location") return url(value);
  // Azure Arc names a file on this machine.
  if (lower === "www-authenticate") return withoutKeyFile(value);
  return field(name, value);
}

type RedactField = (name: string, value: string) => string;

/** The path of a file is left out; what is before it stays. */
function withoutKeyFile(value: string): string {
  if (!value.endsWith(".key")) return value;
  const before = Math.max(...["=", " ", "\t"].map((end) => value.lastIndexOf(end)));
  return `${value.slice(0, before + 1)}<file>.key`;
}

/** Undefined for a text that is not a JSON object or array. */
function redactJson(json: string, field: RedactField): string | undefined {
  if (!/^\s*[[{]/.test(json)) return undefined;
  // What is in an array has the array's name.
  const names = new Map<object, string>();
  // A replacer takes a third of the time of a reviver and visits strings in the same order.
  const replace = function (this: object, key: string, value: unknown): unknown {
    const name = (Array.isArray(this) ? names.get(this) : undefined) ?? key;
    if (Array.isArray(value)) names.set(value, name);
    if (typeof value === "string") return field(name, value);
    // A one-time code or a PIN may be a number.
    return typeof value === "number" && isSecretName(name) ? field(name, `${value}`) : value;
  };
  try {
    return JSON.stringify(JSON.parse(json), replace);
  } catch {
    return undefined;
  }
}

/** Replaces the secrets in a text that is cut off or not JSON, and keeps the rest. */
function redactPairs(value: string, form: "json" | "text", field: RedactField): string {
  const pairs = value.replace(
    JSON_PAIR,
    (_whole, name: string, between: string, inner: string, end: string) =>
      `"${name}"${between}"${field(name, inner)}${end}`,
  );
  if (form === "json") return pairs;
  return pairs.replace(
    FORM_PAIR,
    (_whole, name: string, inner: string) => `${name}=${field(name, inner)}`,
  );
}
