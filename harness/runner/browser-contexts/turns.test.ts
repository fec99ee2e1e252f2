import { describe, expect, it } from "vitest";
import { createGate } from "../../core/time/gate.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { createRecorder } from "../../history/recorder.ts";
import { createRequest, createResponse } from "../../core/http/message.ts";
import { createTurns } from "./turns.ts";

const TOKEN = "https://login.microsoftonline.com/contoso/oauth2/v2.0/token";

function createBench() {
  const recorder = createRecorder({
    clock: createVirtualClock({ startMs: 0 }),
    annotate: () => ({ servedBy: "primary", faults: [] }),
  });
  const turns = createTurns({ recorder, gate: createGate() });
  const heard: string[] = [];
  const signals = new Map<string, AbortSignal>();
  const service = turns.around({
    connect: ({ url }) => Promise.resolve(void heard.push(new URL(url).search.slice(1))),
    handle(request) {
      signals.set(request.url, request.signal);
      return Promise.resolve(createResponse("", { status: 200, headers: [] }));
    },
  });
  const page = { "user-agent": "Mozilla/5.0" };
  const connect = (operation: number, what: string, more: RequestInit = {}): void => {
    const request = createRequest(`${TOKEN}?${what}`, {
      headers: page,
      ...(more as { readonly signal?: AbortSignal; readonly method?: string }),
    });
    void recorder.causedBy({ operation, client: "spa-1" }, () => service.connect(request));
  };
  const ends = (operation: number): void => {
    void recorder
      .causedBy({ operation, client: "spa-1" }, () => turns.ended())
      .then(() => heard.push(`end of ${operation}`));
  };
  const turn = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    const isAnyone = turns.next();
    await new Promise((resolve) => setImmediate(resolve));
    return isAnyone;
  };
  return { recorder, turns, service, heard, signals, connect, ends, turn, page };
}

describe("requests and ends of calls from a browser", () => {
  it("go on in the order of their operations, one request of each at a time", async () => {
    const { connect, heard, turn } = createBench();
    connect(2, "b");
    connect(1, "z");
    connect(1, "a");
    expect(heard).toEqual([]);
    expect(await turn()).toBe(true);
    expect(heard).toEqual(["a", "b"]);
    expect(await turn()).toBe(true);
    expect(heard).toEqual(["a", "b", "z"]);
    expect(await turn()).toBe(false);
  });

  it("go on with ends of calls before requests, one by one", async () => {
    const { connect, ends, heard, turn } = createBench();
    connect(1, "a");
    ends(3);
    ends(2);
    await turn();
    expect(heard).toEqual(["end of 2"]);
    await turn();
    expect(heard).toEqual(["end of 2", "end of 3"]);
    await turn();
    expect(heard.at(-1)).toBe("a");
  });

  it("go on at once when their page has gone away", async () => {
    const { connect, heard } = createBench();
    const gone = new AbortController();
    connect(1, "a", { signal: gone.signal });
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual([]);
    gone.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(["a"]);
  });

  it("are listed by their addresses until their turn, except preflights", async () => {
    const { connect, turns, turn } = createBench();
    connect(1, "a");
    connect(2, "b", { method: "OPTIONS" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(turns.addresses()).toEqual([`${TOKEN}?a`]);
    await turn();
    expect(turns.addresses()).toEqual([]);
  });

  it("abort in their turn without holding up the others", async () => {
    const { connect, heard, turn, service, signals, page } = createBench();
    const gone = new AbortController();
    connect(1, "a", { signal: gone.signal });
    connect(2, "b");
    await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await turn();
    expect(heard).toEqual(["a", "b"]);
    const hung = createRequest(`${TOKEN}?c`, {
      headers: page,
      signal: new AbortController().signal,
    });
    await service.handle(hung);
    expect(signals.get(hung.url)?.aborted).toBe(false);
    const leaving = new AbortController();
    const left = createRequest(`${TOKEN}?d`, { headers: page, signal: leaving.signal });
    await service.handle(left);
    leaving.abort(new Error("closed"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(signals.get(left.url)?.aborted).toBe(false);
    await turn();
    expect(signals.get(left.url)?.aborted).toBe(true);
  });

  it("do not include what the harness itself requests", async () => {
    const { service, heard } = createBench();
    await service.connect(createRequest(`${TOKEN}?own`));
    expect(heard).toEqual(["own"]);
  });
});
