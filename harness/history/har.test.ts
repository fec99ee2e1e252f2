import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import type { History, HistoryEvent } from "./event.ts";
import { fromHar, toHar } from "./har.ts";
import { historyOf, throttledDaemon } from "../../test/support/history.ts";

interface HarEntry {
  startedDateTime: string;
  time: number;
  request: { method: string; url: string; postData?: { text: string } };
  response: { status: number; _error?: string; content: { text: string } };
}

const entriesOf = (history: History): HarEntry[] =>
  (JSON.parse(toHar(history)) as { log: { entries: HarEntry[] } }).log.entries;

describe("the HAR of a run", () => {
  it("has an entry for each request, at its virtual time", () => {
    const entries = entriesOf(throttledDaemon());
    expect(entries.map(({ startedDateTime, time }) => [startedDateTime, time])).toEqual([
      ["2026-03-02T08:00:00.000Z", 40],
      ["2026-03-02T08:00:05.000Z", 0],
      ["2026-03-02T08:01:01.000Z", 50],
    ]);
    expect(entries.map(({ response }) => [response.status, response._error])).toEqual([
      [429, undefined],
      [0, "ECONNREFUSED"],
      [200, undefined],
    ]);
    expect(entries[0]?.request.postData?.text).toContain("client_secret=%3Credacted%3E");
  });

  it("is read back as the same history, with operations and faults", async () => {
    const history = throttledDaemon();
    expect(await fromHar(toHar(history), "a.har")).toEqual(history);
  });

  it("keeps what a browser adds: tabs, screens, and requests that it sent again by itself", async () => {
    const base = { afterMs: 0, client: "spa-1", tab: "tab-1" } as const;
    const history = historyOf([
      { ...base, kind: "tab-changed", change: "opened" },
      { ...base, kind: "screen-seen", shows: "error", text: "Try again later" },
      {
        afterMs: 0,
        kind: "exchange-began",
        exchange: 1,
        method: "POST",
        url: "https://login.microsoftonline.com/contoso/oauth2/v2.0/token",
        host: "login.microsoftonline.com",
        endpoint: "token",
        headers: [],
        resent: true,
      },
    ]);
    expect(await fromHar(toHar(history), "a.har")).toEqual(history);
  });

  it("is checked like a journal when it is read", async () => {
    const broken = toHar(throttledDaemon()).replace('"kind":"fault-began"', '"kind":"fault"');
    await expect(fromHar(broken, "a.har")).rejects.toThrow(
      /expected a known kind of event, got "fault"/,
    );
  });
});

/** An entry as Chrome writes it. */
function chromeEntry(parts: {
  readonly afterMs: number;
  readonly url: string;
  readonly form?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly status: number;
  readonly answer?: string;
  readonly answerHeaders?: readonly (readonly [string, string])[];
  readonly error?: string;
}) {
  const {
    afterMs,
    url,
    form,
    headers = [],
    status,
    answer = "",
    answerHeaders = [],
    error,
  } = parts;
  const named = (all: readonly (readonly [string, string])[]) =>
    all.map(([name, value]) => ({ name, value }));
  return {
    startedDateTime: new Date(Date.UTC(2026, 0, 1) + afterMs).toISOString(),
    time: 12.4,
    request: {
      method: form === undefined ? "GET" : "POST",
      url,
      headers: named([[":authority", "login.microsoftonline.com"], ...headers]),
      ...(form === undefined ? {} : { postData: { mimeType: "", text: form } }),
    },
    response: {
      status,
      headers: named(answerHeaders),
      content: { size: answer.length, mimeType: "", text: answer },
      ...(error === undefined ? {} : { _error: error }),
    },
  };
}

const TOKEN = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
const FORM = "grant_type=refresh_token&client_id=APP&refresh_token=0.secret&scope=openid";
const asForm = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
const asJson = [["Content-Type", "application/json"]] as const;

const chrome = {
  log: {
    version: "1.2",
    creator: { name: "WebInspector", version: "537.36" },
    entries: [
      chromeEntry({
        afterMs: 9_000,
        url: TOKEN,
        form: FORM,
        headers: asForm,
        status: 200,
        answer: '{"access_token":"eyJsecret","expires_in":3600,"refresh_token":"0.next"}',
        answerHeaders: asJson,
      }),
      chromeEntry({ afterMs: 0, url: "https://cdn.example/msal.js", status: 200 }),
      chromeEntry({
        afterMs: 100,
        url: TOKEN,
        form: FORM,
        headers: asForm,
        status: 429,
        answer: "",
        answerHeaders: [["Retry-After", "8"]],
      }),
      chromeEntry({
        afterMs: 5_000,
        url: TOKEN,
        form: FORM,
        headers: asForm,
        status: 0,
        error: "net::ERR_CONNECTION_RESET",
      }),
      chromeEntry({
        afterMs: 10_000,
        url: "https://graph.microsoft.com/v1.0/me",
        headers: [["Authorization", "Bearer eyJsecret"]],
        status: 0,
        error: "net::ERR_ABORTED",
      }),
      chromeEntry({ afterMs: 11_000, url: "data:text/plain,x", status: 200 }),
    ],
  },
};

describe("the HAR of another tool", () => {
  const read = (): Promise<History> => fromHar(JSON.stringify(chrome), "traces/chrome.har");

  it("keeps the requests to Entra and the calls with a token, in order of time", async () => {
    const { header, events } = await read();
    expect(header).toMatchObject({
      scenario: "chrome",
      client: { name: "har", version: "WebInspector 537.36" },
      startedAt: Date.UTC(2026, 0, 1) + 100,
      asserts: [],
    });
    const began = events.filter((event) => event.kind === "exchange-began");
    expect(began.map(({ endpoint, grant, app }) => [endpoint, grant, app])).toEqual([
      ["token", "refresh_token", "app"],
      ["token", "refresh_token", "app"],
      ["token", "refresh_token", "app"],
      ["resource", undefined, undefined],
    ]);
    expect(events.map(({ index }) => index)).toEqual(events.map((_, index) => index));
  });

  it("reads what the answers mean", async () => {
    const { events } = await read();
    const ended = events.filter(
      (event): event is Extract<HistoryEvent, { kind: "exchange-ended" }> =>
        event.kind === "exchange-ended",
    );
    expect(ended[0]).toMatchObject({ retryAfter: { raw: "8", ms: 8_000 }, end: { status: 429 } });
    expect(ended[1]?.end).toEqual({ kind: "network-fault", code: "ECONNRESET" });
    expect(ended[2]?.issued?.token?.expiresAt).toBe(Date.UTC(2026, 0, 1) + 9_012 + 3_600_000);
    expect(ended[3]?.end).toEqual({ kind: "abandoned" });
  });

  it("keeps no secret", async () => {
    expect(JSON.stringify(await read())).not.toMatch(/eyJsecret|0\.secret|0\.next/);
  });
});

describe("a broken HAR is refused with the place of the problem", () => {
  const whole = JSON.stringify(chrome);
  const withEntry = (change: object): string =>
    JSON.stringify({ log: { entries: [{ ...chrome.log.entries[0], ...change }] } });

  it.each<[string, string, RegExp, RegExp]>([
    ["cut off", whole.slice(0, 700), /^a\.har:1$/, /cut off/],
    [
      "cut off between two entries",
      toHar(throttledDaemon()).slice(0, 2_000),
      /^a\.har:/,
      /cut off/,
    ],
    ["empty", "", /^a\.har:1$/, /cut off/],
    ["a file that is not JSON", "<html>", /^a\.har:1$/, /expected JSON/],
    ["an object without a log", "{}", /^a\.har$/, /expected an object with a log/],
    ["a journal", '{"schema":"brownout/journal/1"}', /^a\.har$/, /expected an object with a log/],
    ["a log without entries", '{"log":{}}', /log\.entries$/, /expected an array, got nothing/],
    [
      "an entry without request",
      withEntry({ request: undefined }),
      /log\.entries\[0\]\.request$/,
      /expected an object, got nothing/,
    ],
    [
      "an entry without a date",
      withEntry({ startedDateTime: "yesterday" }),
      /log\.entries\[0\]\.startedDateTime$/,
      /expected an ISO 8601 date, got "yesterday"/,
    ],
  ])("%s", async (_, source, place, message) => {
    const error: unknown = await fromHar(source, "a.har").catch((thrown: unknown) => thrown);
    if (!(error instanceof HarnessError)) throw new Error("it was accepted");
    expect(error.code).toBe("bad-har");
    expect(error.place).toMatch(place);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });
});

// S16
describe("a HAR with entries that are no requests", () => {
  const [good] = chrome.log.entries;
  const read = async (entries: readonly unknown[]) => {
    let left = 0;
    const text = JSON.stringify({ log: { ...chrome.log, entries } });
    const history = await fromHar(text, "x.har", (count) => void (left = count));
    return { left, requests: history.events.filter(({ kind }) => kind === "exchange-began") };
  };
  const changed = (request: object, more: object = {}) => ({
    ...good,
    ...more,
    request: { ...good?.request, ...request },
  });

  it.each([
    ["a tunnel", changed({ method: "CONNECT", url: "login.microsoftonline.com:443" })],
    ["an empty address", changed({ url: "" })],
    ["no address", changed({ url: null })],
    [
      "times that are not known",
      changed({ url: "about:blank" }, { time: null, startedDateTime: null }),
    ],
    ["another protocol", changed({ url: "blob:https://a.example/1" })],
  ])("is read without %s, which is counted", async (_, entry) => {
    const { left, requests } = await read([entry, good]);
    expect(left).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it("may have a request that never ended, and addresses with a password, which is not kept", async () => {
    const url = good?.request.url.replace("https://", "https://me:s3cr3t-pass@");
    const { left, requests } = await read([changed({ url }, { time: null })]);
    expect(left).toBe(0);
    expect(requests).toHaveLength(1);
    expect(JSON.stringify(requests)).not.toMatch(/s3cr3t|me:/);
  });
});
