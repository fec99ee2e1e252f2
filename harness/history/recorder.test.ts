import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../core/time/virtual-clock.ts";
import { type BodyDelivery, createRequest, createResponse } from "../core/http/message.ts";
import { markResent } from "../core/http/resent.ts";
import { NetworkFault } from "../core/http/network-fault.ts";
import type { Service } from "../core/http/service.ts";
import type { HistoryEvent } from "./event.ts";
import { createRecorder } from "./recorder.ts";

const URL_ = "https://login.microsoftonline.com/t/oauth2/v2.0/token";

function start(service: Partial<Service>) {
  const clock = createVirtualClock({ startMs: 0 });
  const recorder = createRecorder({
    clock,
    annotate: () => ({ servedBy: "primary", faults: ["f"] }),
  });
  const watched = recorder.watch({
    connect: service.connect ?? (() => Promise.resolve()),
    handle:
      service.handle ?? (() => Promise.resolve(createResponse("{}", { status: 200, headers: [] }))),
  });
  const ask = async (request = createRequest(URL_)): Promise<Response> => {
    await watched.connect(createRequest(request.url));
    return watched.handle(request);
  };
  const ends = (): unknown[] =>
    recorder.events.map((event: HistoryEvent) => [
      event.kind,
      event.at,
      ...("end" in event ? [event.end] : []),
    ]);
  return { clock, recorder, ask, ends };
}

function answer(text: string, delivery?: BodyDelivery): Partial<Service> {
  const headers: [string, string][] = [["Content-Type", "application/json"]];
  return {
    handle: () => Promise.resolve(createResponse(text, { status: 200, headers }, delivery)),
  };
}

describe("the recorder", () => {
  it("marks a connection that the browser made again by itself", async () => {
    const { recorder } = start({});
    const watched = recorder.watch({
      connect: () => Promise.reject(new NetworkFault("ENOTFOUND", "login.microsoftonline.com")),
      handle: () => Promise.reject(new Error("never asked")),
    });
    const request = createRequest(URL_);
    await watched.connect(request).catch(() => undefined);
    const again = createRequest(URL_);
    markResent(again);
    await watched.connect(again).catch(() => undefined);
    const began = recorder.events.filter((event) => event.kind === "exchange-began");
    expect(began.map(({ resent }) => resent)).toEqual([undefined, true]);
  });

  it("records a preflight with its method and the headers it asks for, and without a form", async () => {
    const { recorder, ask } = start({});
    await ask(
      createRequest(URL_, {
        method: "OPTIONS",
        headers: {
          origin: "https://spa.contoso.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "x-tag",
        },
      }),
    );
    const [began] = recorder.events;
    expect(began).toMatchObject({
      method: "OPTIONS",
      endpoint: "token",
      headers: [
        ["access-control-request-headers", "x-tag"],
        ["access-control-request-method", "POST"],
        ["origin", "https://spa.contoso.example"],
      ],
    });
    expect(began).not.toHaveProperty("form");
    expect(began).not.toHaveProperty("grant");
  });

  it("records the start and end of an exchange, with what the body granted", async () => {
    const { recorder, ask } = start(
      answer('{"token_type":"Bearer","expires_in":3600,"access_token":"secret"}'),
    );
    await ask();
    const [began, ended] = recorder.events;
    expect(began).toMatchObject({
      kind: "exchange-began",
      exchange: 1,
      endpoint: "token",
      method: "GET",
    });
    expect(ended).toMatchObject({
      exchange: 1,
      servedBy: "primary",
      faults: ["f"],
      issued: { token: { expiresAt: 3_600_000 } },
    });
    expect(JSON.stringify(recorder.events)).not.toContain("secret");
    expect(recorder.factsOf("secret")).toMatchObject({ expiresAt: 3_600_000 });
    expect(recorder.factsOf("other")).toBeUndefined();
  });

  it("records the cause of a request", async () => {
    const { recorder, ask } = start({});
    await recorder.causedBy({ operation: 7, client: "portal-1" }, () => ask());
    await ask();
    expect(recorder.events[0]).toMatchObject({ operation: 7, client: "portal-1" });
    expect(recorder.events[2]).not.toHaveProperty("operation");
    expect(recorder.cause()).toBeUndefined();
  });

  it("records a connection that fails as a request without content, after the time that it took", async () => {
    const fault = new NetworkFault("ETIMEDOUT", "login.microsoftonline.com", { afterMs: 10_000 });
    const { clock, ask, ends, recorder } = start({ connect: () => Promise.reject(fault) });
    await expect(clock.drive(ask())).rejects.toBe(fault);
    expect(ends()).toEqual([
      ["exchange-began", 0],
      ["exchange-ended", 10_000, { kind: "network-fault", code: "ETIMEDOUT" }],
    ]);
    expect(recorder.events[0]).toMatchObject({ headers: [] });
  });

  it("records a reset during an exchange", async () => {
    const { ask, ends } = start({
      handle: () => Promise.reject(new NetworkFault("ECONNRESET", "h")),
    });
    await expect(ask()).rejects.toThrow("ECONNRESET");
    expect(ends()[1]).toEqual(["exchange-ended", 0, { kind: "network-fault", code: "ECONNRESET" }]);
  });

  it("keeps the bytes of a cut body that arrived, and takes no token from it", async () => {
    const { ask, recorder } = start(
      answer('{"access_token":"ä"}', { kind: "cut", bytes: 18, by: "fin" }),
    );
    await ask();
    expect(recorder.events[1]).toMatchObject({ end: { cut: "fin" } });
    expect(recorder.events[1]).not.toHaveProperty("issued");
  });

  it("ends an exchange when its body has arrived, not when the body began", async () => {
    const { clock, ask, ends } = start(
      answer('{"a":1}', { kind: "stalled", bytes: 2, forMs: 5_000 }),
    );
    await ask();
    expect(ends()).toHaveLength(1);
    await clock.drive(clock.sleep(6_000));
    expect(ends()[1]).toMatchObject(["exchange-ended", 5_000, { kind: "response", status: 200 }]);
  });

  it("ends a slow body with its last chunk, which does not count as work of the request", async () => {
    const { clock, ask, ends } = start(
      answer("x".repeat(25), { kind: "slow", chunkBytes: 10, everyMs: 1_000 }),
    );
    const hold = clock.gate.hold();
    await hold.run(() => ask());
    expect(clock.gate.awake()).toBe(1);
    hold.release();
    await clock.drive(clock.sleep(6_000));
    expect(ends()[1]).toMatchObject(["exchange-ended", 2_000, { kind: "response" }]);
  });

  it("records an exchange as abandoned when the client gives up first", async () => {
    const { clock, ask, ends } = start(
      answer("x".repeat(100), { kind: "slow", chunkBytes: 10, everyMs: 1_000 }),
    );
    const controller = new AbortController();
    await ask(createRequest(URL_, { signal: controller.signal }));
    void clock.sleep(4_000).then(() => controller.abort());
    await clock.drive(clock.sleep(20_000));
    expect(ends()[1]).toEqual(["exchange-ended", 4_000, { kind: "abandoned" }]);
    expect(ends()).toHaveLength(2);
  });

  it("records open exchanges as abandoned at the end of the run, and nothing afterwards", async () => {
    const { recorder, ask, ends } = start({ handle: () => new Promise(() => undefined) });
    void ask();
    await new Promise((resolve) => setImmediate(resolve));
    recorder.close();
    recorder.emit({ kind: "noted", text: "late" });
    expect(ends()).toEqual([
      ["exchange-began", 0],
      ["exchange-ended", 0, { kind: "abandoned" }],
    ]);
  });

  it("reads Retry-After in both valid forms", async () => {
    const headers: [string, string][] = [["Retry-After", "Thu, 01 Jan 1970 00:01:00 GMT"]];
    const { ask, recorder } = start({
      handle: () => Promise.resolve(createResponse("", { status: 429, headers })),
    });
    await ask();
    expect(recorder.events[1]).toMatchObject({
      retryAfter: { ms: 60_000 },
      end: { bodyForm: "empty" },
    });
  });
});
