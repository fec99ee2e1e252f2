/**
 * The HAR of another tool, such as a browser or a proxy, as a history. A HAR has only requests, so
 * the history has only exchanges, and most rules are inconclusive. The code that records runs
 * reads what requests and answers mean, and replaces secrets.
 */
import { describeRequest, type EntraRequest } from "../entra/request/endpoint.ts";
import { createRequest, createResponse, type HeaderPair } from "../core/http/message.ts";
import type { NetworkFaultCode } from "../core/http/network-fault.ts";
import { networkFaultCodes } from "../core/http/network-fault.ts";
import type { ExchangeEnd, ExchangeEnded, History, HistoryEvent } from "./event.ts";
import { beganFacts, endedFacts } from "./exchange-facts.ts";
import { type Fields, instant, list, number, record, text, wrong } from "./har-shape.ts";
import { createRedactor, type Redactor } from "./redact.ts";

/** The history in the log of another tool, in order of time; its client is called `har`. */
export async function readForeignHar(
  log: Fields,
  place: string,
  onLeftOut: (count: number) => void,
): Promise<History> {
  const reader = createForeignReader(place);
  const all = list(log["entries"], `${place}, log.entries`);
  for (const [index, value] of all.entries()) await reader.add(value, index);
  return reader.finish(log, onLeftOut);
}

/** Reads the entries of another tool's log one by one, and keeps those of interest. */
export interface ForeignReader {
  readonly add: (value: unknown, index: number) => Promise<void>;
  /** Counts an entry that is not read at all. */
  readonly leaveOut: () => void;
  readonly finish: (log: Fields, onLeftOut: (count: number) => void) => Promise<History>;
}

/** Reads the log of the file called `place`. */
export function createForeignReader(place: string): ForeignReader {
  const entries: Entry[] = [];
  let leftOut = 0;
  return {
    async add(value, index) {
      if (!mayBeOfInterest(value)) {
        leftOut += 1;
        return;
      }
      const entry = readEntry(value, `${place}, log.entries[${index}]`);
      if (!/^https?:/.test(entry.url)) return;
      if (isOfInterest(await describeRequest(requestOf(entry)), entry)) entries.push(entry);
    },
    leaveOut: () => void (leftOut += 1),
    async finish(log, onLeftOut) {
      if (leftOut > 0) onLeftOut(leftOut);
      return historyOf(
        entries.toSorted((a, b) => a.at - b.at),
        log,
        place,
      );
    },
  };
}

async function historyOf(entries: readonly Entry[], log: Fields, place: string): Promise<History> {
  const redactor = createRedactor();
  const events: Unplaced[] = [];
  let exchange = 0;
  for (const entry of entries) {
    const request = requestOf(entry);
    const described = await describeRequest(request);
    exchange += 1;
    events.push({
      at: entry.at,
      event: {
        kind: "exchange-began",
        exchange,
        ...beganFacts(request, described, redactor, "request"),
      },
    });
    events.push({
      at: entry.endedAt,
      event: {
        kind: "exchange-ended",
        exchange,
        servedBy: described.endpoint === "resource" ? "resource" : "primary",
        ...(await endOf(entry, redactor)),
      },
    });
  }
  const inOrder = events.toSorted((a, b) => a.at - b.at);
  return {
    header: {
      schema: "brownout/journal/1",
      brownout: "",
      scenario: scenarioName(place),
      client: { name: "har", version: creatorOf(log) },
      mount: "har",
      seed: "",
      startedAt: inOrder[0]?.at ?? 0,
      asserts: [],
    },
    events: inOrder.map(({ at, event }, index) => ({ index, at, ...event }) as HistoryEvent),
  };
}

interface Unplaced {
  readonly at: number;
  readonly event: object;
}

/**
 * Whether an entry is to be read at all: browsers and proxies also export tunnels (CONNECT), requests that
 * were never sent and those of other protocols, whose fields are empty. An entry that cannot be
 * looked at is read, and refused with its place.
 */
function mayBeOfInterest(value: unknown): boolean {
  const request = (value as { readonly request?: unknown } | null)?.request;
  if (typeof request !== "object" || request === null) return true;
  const { url, method } = request as { readonly url?: unknown; readonly method?: unknown };
  if (typeof method === "string" && /^(?:CONNECT|TRACE|TRACK)$/i.test(method)) return false;
  if (typeof url !== "string") return url !== null;
  return /^https?:/i.test(url) && URL.canParse(url);
}

interface Entry {
  readonly place: string;
  readonly at: number;
  readonly endedAt: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HeaderPair[];
  readonly body: string;
  readonly status: number;
  readonly answerHeaders: readonly HeaderPair[];
  readonly answer: string;
  readonly error: string;
}

function readEntry(value: unknown, place: string): Entry {
  const entry = record(value, place);
  const request = record(entry["request"], `${place}.request`);
  const response = record(entry["response"], `${place}.response`);
  const at = instant(entry["startedDateTime"], `${place}.startedDateTime`);
  // Chrome writes null for a request that never ended.
  const timeMs = entry["time"] === null ? 0 : number(entry["time"], `${place}.time`);
  const url = text(request["url"], `${place}.request.url`);
  if (!URL.canParse(url)) throw wrong(url, `${place}.request.url`, "a URL");
  return {
    place,
    at,
    // -1 means "not known".
    endedAt: at + Math.max(0, Math.round(timeMs)),
    method: text(request["method"], `${place}.request.method`).toUpperCase(),
    url: withoutUserInfo(url),
    headers: headersOf(request["headers"], `${place}.request.headers`),
    body: bodyOf(request["postData"], `${place}.request.postData`),
    status: number(response["status"], `${place}.response.status`),
    answerHeaders: headersOf(response["headers"], `${place}.response.headers`),
    answer: contentOf(response["content"], `${place}.response.content`),
    error: errorIn(response) ?? errorIn(entry) ?? "",
  };
}

/** Fetch takes no address with a name and a password in it, and no one else is to read them. */
function withoutUserInfo(url: string): string {
  const parsed = new URL(url);
  if (parsed.username === "" && parsed.password === "") return url;
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}

/** Chrome writes it into the response, other tools beside it. */
function errorIn({ _error }: Fields): string | undefined {
  return typeof _error === "string" ? _error : undefined;
}

/** Headers that Fetch can carry: HTTP/2 exports have pseudo-headers such as `:authority`. */
function headersOf(value: unknown, place: string): readonly HeaderPair[] {
  return list(value, place).flatMap((header, index): HeaderPair[] => {
    const { name, value: content } = record(header, `${place}[${index}]`);
    const pair: HeaderPair = [
      text(name, `${place}[${index}].name`),
      text(content, `${place}[${index}].value`).replace(/[^\t\u0020-\u00ff]+/g, " "),
    ];
    return /^[\w!#$%&'*+.^`|~-]+$/.test(pair[0]) ? [pair] : [];
  });
}

function bodyOf(value: unknown, place: string): string {
  if (value === undefined || value === null) return "";
  const postData = record(value, place);
  if (typeof postData["text"] === "string") return postData["text"];
  if (postData["params"] === undefined) return "";
  const form = new URLSearchParams();
  list(postData["params"], `${place}.params`).forEach((param, index) => {
    const { name, value: content = "" } = record(param, `${place}.params[${index}]`);
    const at = `${place}.params[${index}]`;
    form.append(text(name, `${at}.name`), text(content, `${at}.value`));
  });
  return form.toString();
}

function contentOf(value: unknown, place: string): string {
  if (value === undefined) return "";
  const content = record(value, place);
  const body = content["text"] === undefined ? "" : text(content["text"], `${place}.text`);
  return content["encoding"] === "base64" ? Buffer.from(body, "base64").toString("utf8") : body;
}

function requestOf({ place, method, url, headers, body }: Entry): Request {
  try {
    const hasBody = !/^(?:GET|HEAD)$/.test(method) && body !== "";
    return createRequest(url, {
      method,
      headers: headers as [string, string][],
      ...(hasBody ? { body } : {}),
    });
  } catch {
    // A method or a header that Fetch does not take.
    throw wrong(`${method} ${url}`, `${place}.request`, "a request that Fetch can make");
  }
}

/** A page loads many things; rules can judge requests to Entra and calls with a token. */
function isOfInterest({ endpoint }: EntraRequest, { headers }: Entry): boolean {
  if (endpoint === "other") return false;
  if (endpoint !== "resource") return true;
  return headers.some(
    ([name, value]) => name.toLowerCase() === "authorization" && /^Bearer /i.test(value),
  );
}

async function endOf(
  { endedAt, status, answerHeaders, answer, error }: Entry,
  redactor: Redactor,
): Promise<Partial<ExchangeEnded> & { readonly end: ExchangeEnd }> {
  // Status 0 is a request without an answer; Response cannot carry the 1xx of an upgrade.
  if (status < 200 || status > 599) return { end: brokenEnd(error) };
  const response = createResponse(answer, { status, headers: answerHeaders });
  const { ending, more } = await endedFacts(response, endedAt, redactor);
  return { ...more, end: ending };
}

/** The code of Node's network stack, by what Chrome and Firefox write for a failed request. */
const browserErrors: readonly (readonly [RegExp, NetworkFaultCode])[] = [
  [/CONNECTION_REFUSED|ADDRESS_UNREACHABLE/, "ECONNREFUSED"],
  [/CONNECTION_RESET|NET_RESET/, "ECONNRESET"],
  [/NAME_NOT_RESOLVED|UNKNOWN_HOST/, "ENOTFOUND"],
  [/TIMED_OUT|TIMEOUT/, "ETIMEDOUT"],
  [/CERT_|SSL_/, "ERR_TLS_CERT_ALTNAME_INVALID"],
  [/CONNECTION_CLOSED|EMPTY_RESPONSE|CONTENT_LENGTH_MISMATCH|INTERRUPT/, "UND_ERR_SOCKET"],
];

function brokenEnd(error: string): ExchangeEnd {
  const own = networkFaultCodes.find((code) => code === error);
  const code = own ?? browserErrors.find(([pattern]) => pattern.test(error))?.[1];
  return code === undefined ? { kind: "abandoned" } : { kind: "network-fault", code };
}

function creatorOf(log: Fields): string {
  const creator = log["creator"];
  if (typeof creator !== "object" || creator === null) return "1.2";
  const { name, version } = creator as { readonly name?: unknown; readonly version?: unknown };
  return [name, version].filter((part) => typeof part === "string").join(" ") || "1.2";
}

/** The name of the file without folder and extension. */
function scenarioName(place: string): string {
  return (place.split(/[/\\]/).at(-1) ?? place).replace(/\.(?:har|json)$/i, "");
}
