/**
 * Keeps secrets and random values out of journals. Secrets become fingerprints or `<redacted>`;
 * random ids of the client (correlation ids, PKCE, nonces) become aliases in order of appearance,
 * so that one seed gives one journal, byte for byte, on any machine.
 */
import { hash } from "node:crypto";

const REDACTED = "<redacted>";
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
  "assertion",
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

/** A SAML assertion as XML, anywhere in a text, even when it is cut off. */
const ASSERTION = /<((?:[\w-]+:)?Assertion)\b[\s\S]*?(?:<\/\1\s*>|$)/g;

/** A signed token, anywhere in a text. */
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** `"name":"value"` of JSON that ends too early, perhaps inside the value. */
const JSON_PAIR = /"([^"\\]*)"(\s*:\s*)"((?:[^"\\]|\\.)*)("|\\?$)/g;

/** `name=value` of a form, in any text. */
const FORM_PAIR = /\b([\w-]+)=([^&\s"]+)/g;

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Replaces secrets and random values of one run. */
export interface Redactor {
  /** A form field or query parameter. */
  field(name: string, value: string): string;
  url(url: string): string;
  header(name: string, value: string): string;
  /** Any text: replaces the correlation ids of earlier fields. */
  text(text: string): string;
  body(text: string, form: "json" | "html" | "text" | "empty"): string;
}

const GUID_CHARACTERS = 36;
const BODY_CHARACTERS_MAX = 4_096;

/** Creates a redactor without aliases. A journal needs one for all its events, so that an id keeps its alias. */
export function createRedactor(): Redactor {
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

  const text = (raw: string): string => {
    const unsigned = raw.includes("eyJ") ? raw.replace(JWT, REDACTED) : raw;
    const value = unsigned.includes("Assertion") ? unsigned.replace(ASSERTION, REDACTED) : unsigned;
    return value.length < GUID_CHARACTERS || aliases.size === 0
      ? value
      : value.replace(GUID, (guid) => aliases.get(guid.toLowerCase()) ?? guid);
  };

  const field = (name: string, value: string): string => {
    const lower = name.toLowerCase();
    if (value === "") return value;
    if (SECRET_FIELDS.has(lower)) return REDACTED;
    if (VOLATILE_FIELDS.has(lower)) return VOLATILE;
    // The sentence for the user repeats the user code.
    if (lower === "message") return text(value.replace(/\bcode \S+/g, `code ${REDACTED}`));
    if (lower === "refresh_token") return fingerprint("rt", value);
    if (lower === "access_token") return fingerprint("at", value);
    if (CORRELATION_FIELDS.has(lower)) return value.replace(GUID, aliasOf);
    return text(value);
  };

  const url = (raw: string): string => {
    const parsed = URL.parse(raw);
    if (parsed === null) return text(raw);
    const parts = [...parsed.searchParams].map(([name, value]) => `${name}=${field(name, value)}`);
    const query = parts.length === 0 ? "" : `?${parts.join("&")}`;
    return `${parsed.origin === "null" ? parsed.protocol : parsed.origin}${parsed.pathname}${query}${parsed.hash === "" ? "" : "#<redacted>"}`;
  };

  return {
    field,
    url,
    text,
    header(name, value) {
      const lower = name.toLowerCase();
      if (lower === "authorization") {
        const [scheme = "", secret = ""] = value.split(" ");
        return scheme.toLowerCase() === "bearer"
          ? `Bearer ${fingerprint("at", secret)}`
          : `${scheme} ${REDACTED}`;
      }
      if (lower === "cookie") return REDACTED;
      if (lower === "set-cookie") return `${value.split("=")[0] ?? ""}=${REDACTED}`;
      if (lower === "location") return url(value);
      // Azure Arc names a file on this machine.
      if (lower === "www-authenticate") return value.replace(/[^\s=]+\.key$/, "<file>.key");
      return field(name, value);
    },
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

type RedactField = (name: string, value: string) => string;

/** Undefined for a text that is not a JSON object or array. */
function redactJson(json: string, field: RedactField): string | undefined {
  if (!/^\s*[[{]/.test(json)) return undefined;
  try {
    // A replacer takes a third of the time of a reviver and visits strings in the same order.
    return JSON.stringify(JSON.parse(json), (name, value: unknown) =>
      typeof value === "string" ? field(name, value) : value,
    );
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
