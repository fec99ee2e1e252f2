/** Compares a reply of the simulator with a recorded one; the differences are named by place. */
import type { HeaderPair } from "../../../harness/core/http/message.ts";
import type { RecordedReply } from "./recording.ts";

export interface SimulatedReply {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly text: string;
}

/** What a form in angle brackets stands for, in this situation. */
export type Meanings = (form: string) => string | undefined;

export interface Difference {
  readonly where: string;
  readonly recorded: unknown;
  readonly simulated: unknown;
}

/** Headers that every HTTP server writes by itself, and that a recording may have left out. */
const TRANSPORT = new Set(["date", "content-length", "transfer-encoding", "connection"]);

/** All differences; none for an equal reply. */
export function compareReply(
  recorded: RecordedReply,
  simulated: SimulatedReply,
  meanings: Meanings,
): readonly Difference[] {
  const found: Difference[] = [];
  const differ: Differ = (where, expected, actual) =>
    void found.push({ where, recorded: expected, simulated: actual });
  const expectedStatus = recorded.status ?? (recorded.redirect === undefined ? 200 : 302);
  if (expectedStatus !== simulated.status) differ("status", expectedStatus, simulated.status);
  compareHeaders(recorded, simulated, { differ, meanings });
  if (recorded.redirect !== undefined)
    compareRedirect(recorded.redirect, simulated, { differ, meanings });
  if (recorded.plain !== undefined && recorded.plain !== simulated.text)
    differ("body", recorded.plain, simulated.text);
  if (recorded.body === undefined) return found;
  const body = parsed(simulated.text);
  if (recorded.partly === undefined)
    compareValue("body", recorded.body, body, { differ, meanings });
  else compareKnown("body", recorded.body, body, { differ, meanings });
  compareDescription(recorded.text, body, differ);
  compareTokens(recorded, body, differ);
  return found;
}

type Differ = (where: string, recorded: unknown, simulated: unknown) => void;
interface Comparing {
  readonly differ: Differ;
  readonly meanings: Meanings;
}

function compareHeaders(
  { headers = {}, headerOrder }: RecordedReply,
  simulated: SimulatedReply,
  { differ, meanings }: Comparing,
): void {
  const names = Object.keys(headers);
  for (const name of names) {
    const actual = headerOf(simulated, name);
    const expected = headers[name] ?? "";
    // How a server sends a body is not the simulator's to say, but for its length.
    const isTransport = TRANSPORT.has(name.toLowerCase()) && name !== "Content-Length";
    if (expected === "<left out>" || isTransport) continue;
    if (actual === undefined) differ(`headers.${name}`, expected, undefined);
    else if (!fits(expected, actual, meanings)) differ(`headers.${name}`, expected, actual);
  }
  // A pasted reply without headers says nothing about them.
  if (names.length > 3) {
    const known = new Set(names.map((name) => name.toLowerCase()));
    for (const [name, value] of simulated.headers)
      if (!known.has(name.toLowerCase()) && !TRANSPORT.has(name.toLowerCase()))
        differ(`headers.${name}`, undefined, value);
  }
  if (headerOrder === undefined) return;
  const own = simulated.headers.map(([name]) => name.toLowerCase());
  const wanted = headerOrder.map((name) => name.toLowerCase());
  const both = (all: readonly string[], other: readonly string[]) =>
    [...new Set(all)].filter((name) => other.includes(name)).join(", ");
  const [expected, actual] = [both(wanted, own), both(own, wanted)];
  if (expected !== actual) differ("order of headers", expected, actual);
}

function compareRedirect(
  { to, query, fragment }: NonNullable<RecordedReply["redirect"]>,
  simulated: SimulatedReply,
  { differ, meanings }: Comparing,
): void {
  const location = headerOf(simulated, "location");
  if (location === undefined) return differ("headers.Location", to, undefined);
  const url = new URL(location);
  const bare = `${url.origin}${url.pathname}`.replace(/\/$/, "");
  const target = (meanings(to) ?? to).replace(/\/$/, "");
  if (bare !== target) differ("redirect", target, bare);
  if (query !== undefined) {
    const names = [...url.searchParams.keys()];
    if (names.join() !== query.join()) differ("query", query.join(", "), names.join(", "));
  }
  if (fragment === undefined) return;
  const given = Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
  compareKnown("fragment", fragment, given, { differ, meanings });
}

/** Every recorded key, in any order; for replies of which the source shows a part. */
function compareKnown(
  where: string,
  recorded: unknown,
  actual: unknown,
  comparing: Comparing,
): void {
  if (!isObject(recorded) || !isObject(actual)) return comparing.differ(where, recorded, actual);
  for (const [key, value] of Object.entries(recorded)) {
    if (key in actual) compareValue(`${where}.${key}`, value, actual[key], comparing, actual);
    else comparing.differ(`${where}.${key}`, value, undefined);
  }
}

function compareValue(
  where: string,
  recorded: unknown,
  actual: unknown,
  comparing: Comparing,
  parent?: Readonly<Record<string, unknown>>,
): void {
  const { differ, meanings } = comparing;
  if (isObject(recorded) && isObject(actual)) {
    const [keys, own] = [Object.keys(recorded), Object.keys(actual)];
    for (const key of keys)
      if (key in actual)
        compareValue(`${where}.${key}`, recorded[key], actual[key], comparing, actual);
      else differ(`${where}.${key}`, recorded[key], undefined);
    for (const key of own)
      if (!(key in recorded)) differ(`${where}.${key}`, undefined, actual[key]);
    const shared = (some: readonly string[], other: readonly string[]) =>
      some.filter((key) => other.includes(key)).join(", ");
    if (shared(keys, own) !== shared(own, keys))
      differ(`${where}, order of keys`, shared(keys, own), shared(own, keys));
    return;
  }
  if (Array.isArray(recorded) && Array.isArray(actual) && recorded.length === actual.length) {
    recorded.forEach((one, index) =>
      compareValue(`${where}[${index}]`, one, actual[index], comparing),
    );
    return;
  }
  if (recorded === "<same as expires_in>") {
    if (actual !== parent?.["expires_in"]) differ(where, recorded, actual);
    return;
  }
  if (typeof recorded === "string" && /<[^>]+>/.test(recorded)) {
    if (!fits(recorded, actual, meanings)) differ(where, recorded, actual);
    return;
  }
  if (JSON.stringify(recorded) !== JSON.stringify(actual)) differ(where, recorded, actual);
}

const GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/** Forms as patterns; a number is compared by its digits, and must be a number on the wire. */
const NUMBERS: Readonly<Record<string, RegExp>> = {
  "<seconds>": /^\d{1,6}$/,
  "<unix time>": /^\d{10}$/,
};
const TEXTS: Readonly<Record<string, string>> = {
  "<guid>": GUID,
  "<token>": ".{20,}",
  "<jwt>": "ey[\\w-]+\\.[\\w-]+\\.[\\w-]+",
  "<text>": "[^]+",
  "<build>": "\\d+\\.\\d+\\.\\d+\\.\\d+ - \\w+ ProdSlices",
  "<IMDS build>": "IMDS/[\\d.]+",
  "<cookies>": "fpc=.+",
  "<timestamp>": "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ",
  "<seconds as text>": "\\d{1,6}",
  "<unix time as text>": "\\d{10}",
  "<all consented scopes of the resource>": "\\S+( \\S+)+",
  "<milliseconds>": "\\d+(\\.\\d+)?",
  "<client info>": "ey[\\w-]+",
  "<region>": "[A-Z]{2}",
  "<path of a key file>": ".+\\.key",
  "<MM/dd/yyyy HH:mm:ss +00:00>": "\\d\\d/\\d\\d/\\d{4} \\d\\d:\\d\\d:\\d\\d \\+00:00",
  "<date without zone>": "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d",
};

function fits(recorded: string, actual: unknown, meanings: Meanings): boolean {
  const asNumber = NUMBERS[recorded];
  if (asNumber !== undefined) return typeof actual === "number" && asNumber.test(String(actual));
  if (typeof actual !== "string") return false;
  const code = /^<description of (\d+)>$/.exec(recorded)?.[1];
  if (code !== undefined) return actual.startsWith(`AADSTS${code}: `);
  const pattern = recorded.replaceAll(/<[^>]+>|[^<]+/g, (part) => {
    if (!part.startsWith("<")) return escaped(part);
    const meaning = meanings(part);
    return meaning === undefined ? `(?:${TEXTS[part] ?? unknownForm(part)})` : escaped(meaning);
  });
  return new RegExp(`^${pattern}$`).test(actual);
}

function unknownForm(form: string): never {
  throw new Error(`no form ${form}; fixtures/recordings/README.md lists those there are`);
}

function compareDescription(text: RecordedReply["text"], body: unknown, differ: Differ): void {
  if (text === undefined || !isObject(body)) return;
  const description = String(body["error_description"]);
  const between = text === "lines" ? "\\r\\n" : " ";
  const ids = ["Trace ID: .+", "Correlation ID: .+", "Timestamp: .+Z$"].join(between);
  if (!new RegExp(`${between}${ids}`).test(description))
    differ("separators of the description", text, description);
}

function compareTokens(
  { idToken, arithmetic = {} }: RecordedReply,
  body: unknown,
  differ: Differ,
): void {
  if (!isObject(body)) return;
  for (const [difference, expected] of Object.entries(arithmetic)) {
    const [later = "", earlier = ""] = difference.split(" - ");
    const actual = Number(body[later]) - Number(body[earlier]);
    if (actual !== expected) differ(difference, expected, actual);
  }
  if (idToken === undefined || typeof body["id_token"] !== "string") return;
  const claims = parsed(
    Buffer.from(body["id_token"].split(".")[1] ?? "", "base64url").toString("utf8"),
  );
  if (!isObject(claims)) return differ("id token", "claims", claims);
  const names = Object.keys(claims);
  if (names.join() !== idToken.claims.join())
    differ("claims of the id token", idToken.claims.join(", "), names.join(", "));
  const lifetime = Number(claims["exp"]) - Number(claims["iat"]);
  if (idToken.lifetimeS !== undefined && lifetime !== idToken.lifetimeS)
    differ("exp - iat of the id token", idToken.lifetimeS, lifetime);
}

function headerOf({ headers }: SimulatedReply, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
