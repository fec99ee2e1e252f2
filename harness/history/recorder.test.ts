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
  const told = (): unknown[] =>
    recorder.events.map((event: HistoryEvent) => [
      event.kind,
      event.at,
      ...("end" in event ? [event.end] : []),
    ]);
  return { clock, recorder, ask, told };
}

function answer(text: string, delivery?: BodyDelivery): Partial<Service> {
  const headers: [string, string][] = [["Content-Type", "application/json"]];
  return {
    handle: () => Promise.resolve(createResponse(text, { status: 200, headers }, delivery)),
  };
}

describe("the recorder", () => {
  it("says of a connection, too, that the browser made it again by itself", async () => {
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

  it("writes a preflight down as one: its method, what it asks to send, and no form", async () => {
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

  it("writes both ends of an exchange, with what the body granted", async () => {
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

  it("knows who caused a request", async () => {
    const { recorder, ask } = start({});
    await recorder.causedBy({ operation: 7, client: "portal-1" }, () => ask());
    await ask();
    expect(recorder.events[0]).toMatchObject({ operation: 7, client: "portal-1" });
    expect(recorder.events[2]).not.toHaveProperty("operation");
    expect(recorder.cause()).toBeUndefined();
  });

  it("shows a connection that fails as a request without content, after the time that it took", async () => {
    const fault = new NetworkFault("ETIMEDOUT", "login.microsoftonline.com", { afterMs: 10_000 });
    const { clock, ask, told, recorder } = start({ connect: () => Promise.reject(fault) });
    await expect(clock.drive(ask())).rejects.toBe(fault);
    expect(told()).toEqual([
      ["exchange-began", 0],
      ["exchange-ended", 10_000, { kind: "network-fault", code: "ETIMEDOUT" }],
    ]);
    expect(recorder.events[0]).toMatchObject({ headers: [] });
  });

  it("shows a reset in the middle of an exchange", async () => {
    const { ask, told } = start({
      handle: () => Promise.reject(new NetworkFault("ECONNRESET", "h")),
    });
    await expect(ask()).rejects.toThrow("ECONNRESET");
    expect(told()[1]).toEqual(["exchange-ended", 0, { kind: "network-fault", code: "ECONNRESET" }]);
  });

  it("holds of a cut body what arrived, counted in bytes, and believes none of it", async () => {
    const { ask, recorder } = start(
      answer('{"access_token":"ä"}', { kind: "cut", bytes: 18, by: "fin" }),
    );
    await ask();
    expect(recorder.events[1]).toMatchObject({ end: { cut: "fin" } });
    expect(recorder.events[1]).not.toHaveProperty("issued");
  });

  it("ends an exchange when its body has arrived, not when it began", async () => {
    const { clock, ask, told } = start(
      answer('{"a":1}', { kind: "stalled", bytes: 2, forMs: 5_000 }),
    );
    await ask();
    expect(told()).toHaveLength(1);
    await clock.drive(clock.sleep(6_000));
    expect(told()[1]).toMatchObject(["exchange-ended", 5_000, { kind: "response", status: 200 }]);
  });

  it("ends a slow body with its last piece, and is no work of the request meanwhile", async () => {
    const { clock, ask, told } = start(
      answer("x".repeat(25), { kind: "slow", chunkBytes: 10, everyMs: 1_000 }),
    );
    const hold = clock.gate.hold();
    await hold.run(() => ask());
    expect(clock.gate.awake()).toBe(1);
    hold.release();
    await clock.drive(clock.sleep(6_000));
    expect(told()[1]).toMatchObject(["exchange-ended", 2_000, { kind: "response" }]);
  });

  it("calls it abandoned when the client gives up first", async () => {
    const { clock, ask, told } = start(
      answer("x".repeat(100), { kind: "slow", chunkBytes: 10, everyMs: 1_000 }),
    );
    const controller = new AbortController();
    await ask(createRequest(URL_, { signal: controller.signal }));
    void clock.sleep(4_000).then(() => controller.abort());
    await clock.drive(clock.sleep(20_000));
    expect(told()[1]).toEqual(["exchange-ended", 4_000, { kind: "abandoned" }]);
    expect(told()).toHaveLength(2);
  });

  it("calls what is open at the end abandoned, and writes nothing afterwards", async () => {
    const { recorder, ask, told } = start({ handle: () => new Promise(() => undefined) });
    void ask();
    await new Promise((resolve) => setImmediate(resolve));
    recorder.close();
    recorder.emit({ kind: "noted", text: "late" });
    expect(told()).toEqual([
      ["exchange-began", 0],
      ["exchange-ended", 0, { kind: "abandoned" }],
    ]);
  });

  it("reads Retry-After in both forms", async () => {
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
