/**
 * A history as HAR 1.2, for tools that show HTTP traffic. What HAR has no fields for (operations,
 * faults, who answered) is in `_brownout`, so our own HAR is read back as the same history. Times
 * are virtual, and secrets have been replaced before.
 * http://www.softwareishard.com/blog/har-12-spec/
 */
import type { ExchangeBegan, ExchangeEnded, History, HistoryEvent } from "./event.ts";
import { textOf } from "../core/thrown.ts";
import { createForeignReader, readForeignHar } from "./har-foreign.ts";
import { bad, type Fields, list, readHarLog, record, text } from "./har-shape.ts";
import { streamHar } from "./har-stream.ts";
import { parseJournal } from "./journal.ts";

/**
 * Writes a history as the text of a HAR 1.2 file: an entry for each request of a client, in order.
 * Times are virtual.
 *
 * @example
 * writeFileSync("run.har", toHar(history));
 */
export function toHar(history: History): string {
  const { header, events } = history;
  const ends = new Map(
    events.filter((event) => event.kind === "exchange-ended").map((end) => [end.exchange, end]),
  );
  const entries = events
    .filter((event) => event.kind === "exchange-began")
    .map((began) => entryOf(began, ends.get(began.exchange)));
  const log = {
    version: "1.2",
    creator: { name: "brownout", version: header.brownout },
    pages: [],
    _brownout: { header, events: events.map(withoutMessage) },
  };
  // A line for each entry, so that two files can be compared.
  const lines = entries.map((entry) => JSON.stringify(entry)).join(",\n");
  return `{"log":${JSON.stringify(log).slice(0, -1)},"entries":[\n${lines}\n]}}\n`;
}

/**
 * Reads the history in a HAR file of Brownout or another tool. Of another tool's file it reads
 * requests to Entra and requests with a token.
 *
 * @param source The text of the file.
 * @param place The name of the file, for errors.
 * @param onLeftOut Called with the number of entries that are no HTTP requests (tunnels, requests
 * that were never sent), when there are any; default: nothing.
 * @throws HarnessError `bad-har` or `bad-journal`, with the place of the problem.
 * @example
 * const history = await fromHar(readFileSync("export.har", "utf8"), "export.har");
 */
export async function fromHar(
  source: string,
  place: string,
  onLeftOut: (count: number) => void = () => undefined,
): Promise<History> {
  const log = readHarLog(source, place);
  return log["_brownout"] === undefined
    ? readForeignHar(log, place, onLeftOut)
    : readOwnHar(log, place);
}

/**
 * The same for a file, which is not read into memory as a whole: of another tool's file, what is of
 * interest is kept. An entry of more than 64 MB is left out.
 */
export async function fromHarFile(
  path: string,
  place: string,
  onLeftOut: (count: number) => void = () => undefined,
): Promise<History> {
  const reader = createForeignReader(place);
  const { log } = await streamHar(path, place, async ({ json, index }) => {
    if (json === undefined) reader.leaveOut();
    else await reader.add(entryIn(json, `${place}, log.entries[${index}]`), index);
  });
  // Our own has the events beside the entries, and needs all of these.
  if (log["_brownout"] === undefined) return reader.finish(log, onLeftOut);
  const entries: unknown[] = [];
  await streamHar(path, place, ({ json, index }) => {
    if (json !== undefined) entries.push(entryIn(json, `${place}, log.entries[${index}]`));
  });
  return readOwnHar({ ...log, entries }, place);
}

function entryIn(json: string, place: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw bad(place, `expected JSON: ${textOf(error)}`, "A HAR file is JSON.");
  }
}

function readOwnHar(log: Fields, place: string): History {
  const ours = log["_brownout"];
  const at = `${place}, log._brownout`;
  const { header, events } = record(ours, at);
  const messages = messagesOf(list(log["entries"], `${place}, log.entries`), place);
  const lines = list(events, `${at}.events`).map((event) => withMessage(event, messages));
  // Our HAR contains a journal, and is checked like one.
  return parseJournal(
    [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""),
    `${at}, line`,
  );
}

function entryOf(began: ExchangeBegan, ended: ExchangeEnded | undefined) {
  const timeMs = ended === undefined ? 0 : ended.at - began.at;
  const { method, url, headers, form } = began;
  const query = URL.canParse(url) ? [...new URL(url).searchParams] : [];
  return {
    startedDateTime: new Date(began.at).toISOString(),
    time: timeMs,
    request: {
      method,
      url,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: headers.map(nameValue),
      queryString: query.map(nameValue),
      ...(form === undefined
        ? {}
        : {
            postData: {
              mimeType: "application/x-www-form-urlencoded",
              params: Object.entries(form).map(nameValue),
              text: new URLSearchParams(form).toString(),
            },
          }),
      headersSize: -1,
      bodySize: -1,
    },
    response: responseOf(ended),
    cache: {},
    timings: { send: 0, wait: timeMs, receive: 0 },
    _exchange: began.exchange,
  };
}

/** What browsers write for a request without an answer: status 0, and the reason in `_error`. */
function responseOf(ended: ExchangeEnded | undefined) {
  const end = ended?.end ?? { kind: "abandoned" as const };
  const isAnswered = end.kind === "response";
  const headers = isAnswered ? end.headers : [];
  const valueOf = (wanted: string): string =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
  const body = isAnswered ? end.body : "";
  return {
    status: isAnswered ? end.status : 0,
    statusText: "",
    httpVersion: isAnswered ? "HTTP/1.1" : "",
    cookies: [],
    headers: headers.map(nameValue),
    content: {
      size: Buffer.byteLength(body),
      mimeType: valueOf("content-type"),
      text: body,
    },
    redirectURL: valueOf("location"),
    headersSize: -1,
    bodySize: -1,
    ...errorOf(end),
  };
}

function errorOf(end: ExchangeEnded["end"]): { readonly _error?: string } {
  switch (end.kind) {
    case "response":
      return end.cut === undefined ? {} : { _error: `body cut by ${end.cut}` };
    case "network-fault":
      return { _error: end.code };
    case "abandoned":
      return { _error: "abandoned" };
  }
}

function nameValue([name, value]: readonly [string, string]) {
  return { name, value };
}

/** The event without the headers, form and body that its entry has. */
function withoutMessage(event: HistoryEvent): object {
  if (event.kind === "exchange-began") {
    const { headers: _headers, form: _form, ...rest } = event;
    return rest;
  }
  if (event.kind !== "exchange-ended" || event.end.kind !== "response") return event;
  const { headers: _headers, body: _body, ...end } = event.end;
  return { ...event, end };
}

interface Message {
  readonly request: { readonly headers: Pairs; readonly form?: Readonly<Record<string, string>> };
  readonly response: { readonly headers: Pairs; readonly body: string };
}

type Pairs = readonly (readonly [string, string])[];

function messagesOf(entries: readonly unknown[], place: string): ReadonlyMap<unknown, Message> {
  return new Map(
    entries.map((value, index) => {
      const at = `${place}, log.entries[${index}]`;
      const entry = record(value, at);
      const request = record(entry["request"], `${at}.request`);
      const response = record(entry["response"], `${at}.response`);
      const content = record(response["content"], `${at}.response.content`);
      const form = request["postData"];
      const message: Message = {
        request: {
          headers: pairs(request["headers"], `${at}.request.headers`),
          ...(form === undefined ? {} : { form: formOf(form, `${at}.request.postData`) }),
        },
        response: {
          headers: pairs(response["headers"], `${at}.response.headers`),
          body: text(content["text"] ?? "", `${at}.response.content.text`),
        },
      };
      return [entry["_exchange"], message] as const;
    }),
  );
}

function formOf(postData: unknown, place: string): Readonly<Record<string, string>> {
  const { params } = record(postData, place);
  return Object.fromEntries(pairs(params, `${place}.params`));
}

function pairs(value: unknown, place: string): Pairs {
  return list(value, place).map((entry, index) => {
    const { name, value: content } = record(entry, `${place}[${index}]`);
    return [text(name, `${place}[${index}].name`), text(content, `${place}[${index}].value`)];
  });
}

/** The event with the headers, form and body of its entry, in the places where a journal has them. */
function withMessage(value: unknown, messages: ReadonlyMap<unknown, Message>): unknown {
  if (typeof value !== "object" || value === null || !("exchange" in value)) return value;
  const message = messages.get(value.exchange);
  if (message === undefined) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields["kind"] === "exchange-began") return { ...fields, ...message.request };
  const end = fields["end"] as Partial<ExchangeEnded["end"]> | undefined;
  if (fields["kind"] !== "exchange-ended" || end?.kind !== "response") return value;
  return { ...fields, end: { ...end, ...message.response } };
}
