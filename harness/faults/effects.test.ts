import { describe, expect, it } from "vitest";
import type { NetworkFault } from "../core/http/network-fault.ts";
import { faultSiteOf } from "./layer.ts";
import type { FaultEffect } from "./plan.ts";
import {
  aWindow,
  breakService,
  createHealthyService,
  endOf,
  GOOD_TEXT,
  HOST,
  tokenRequest,
} from "../../test/support/fault.ts";

describe("an empty success", () => {
  it("is a 200 without content, and the service gets no request", async () => {
    const well = createHealthyService();
    const { service } = breakService([aWindow({ kind: "empty-success" })], { service: well });
    const response = await service.handle(tokenRequest());
    expect([response.status, await response.text(), well.asked()]).toEqual([200, "{}", 0]);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });
});

describe("an endpoint that is being updated", () => {
  it.each([404, 410] as const)("answers %i, and the service gets no request", async (status) => {
    const well = createHealthyService();
    const effect = { kind: "updating", status, body: { form: "text", text: "soon" } } as const;
    const { service } = breakService([aWindow(effect)], { service: well });
    const response = await service.handle(tokenRequest());
    expect([response.status, await response.text(), well.asked()]).toEqual([status, "soon", 0]);
    expect(response.headers.has("retry-after")).toBe(false);
  });
});

describe("latency", () => {
  it("delays the good answer", async () => {
    const { service, clock } = breakService([aWindow({ kind: "latency", delay: 2_500 })]);
    expect(await (await service.handle(tokenRequest())).text()).toBe(GOOD_TEXT);
    expect(clock.elapsed()).toBe(2_500);
  });

  it("is drawn from a range", async () => {
    const { service, clock } = breakService([
      aWindow({ kind: "latency", delay: { min: 10, max: 12 } }),
    ]);
    const delays = new Set<number>();
    for (let count = 0; count < 60; count += 1) {
      const before = clock.elapsed();
      await service.handle(tokenRequest());
      delays.add(clock.elapsed() - before);
    }
    expect([...delays].sort((one, other) => one - other)).toEqual([10, 11, 12]);
  });
});

describe("a client that gives up during a fault", () => {
  it.each<FaultEffect>([{ kind: "latency", delay: 1_000 }, { kind: "hang" }])(
    "is not kept waiting by %o",
    async (effect) => {
      const { service, clock } = breakService([aWindow(effect)]);
      const request = tokenRequest({}, { signal: AbortSignal.abort(new Error("gave up")) });
      await expect(service.handle(request)).rejects.toThrow("gave up");
      expect(clock.elapsed()).toBe(0);
    },
  );
});

describe("a hang", () => {
  it.each<[number | undefined, number]>([
    [undefined, 60_000],
    [5_000, 15_000],
    [500_000, 60_000],
  ])("of %s ms that begins at 10 s ends at %i ms with a reset", async (forMs, endsAt) => {
    const effect: FaultEffect = { kind: "hang", ...(forMs === undefined ? {} : { forMs }) };
    const well = createHealthyService();
    const { service, clock } = breakService([aWindow(effect)], { service: well });
    clock.jumpTo(10_000);
    const exchange = service.handle(tokenRequest());
    await expect(exchange).rejects.toMatchObject({ code: "ECONNRESET", host: HOST });
    expect([clock.elapsed(), well.asked()]).toEqual([endsAt, 0]);
  });
});

describe("an answer that is lost", () => {
  it.each<[FaultEffect, number]>([
    [{ kind: "answer-lost", by: "reset" }, 10_000],
    [{ kind: "answer-lost", by: "hang" }, 60_000],
    [{ kind: "answer-lost", by: "hang", forMs: 5_000 }, 15_000],
  ])("%o: the service acts, and the connection is reset at %i ms", async (effect, endsAt) => {
    const well = createHealthyService();
    const { service, clock } = breakService([aWindow(effect, { at: "edge" })], { service: well });
    clock.jumpTo(10_000);
    const exchange = service.handle(tokenRequest());
    await expect(exchange).rejects.toMatchObject({ code: "ECONNRESET", host: HOST });
    expect([clock.elapsed(), well.asked()]).toEqual([endsAt, 1]);
  });

  it("does not keep a client waiting that gives up", async () => {
    const effect: FaultEffect = { kind: "answer-lost", by: "hang" };
    const { service, clock } = breakService([aWindow(effect, { at: "edge" })]);
    const request = tokenRequest({}, { signal: AbortSignal.abort(new Error("gave up")) });
    await expect(service.handle(request)).rejects.toThrow("gave up");
    expect(clock.elapsed()).toBe(0);
  });
});

describe("an answer of the author's choice", () => {
  it.each([
    [400, { form: "json", value: { error: "slow_down" } }, '{"error":"slow_down"}'],
    [401, { form: "empty" }, ""],
    [200, { form: "html", title: "Hotel" }, "Hotel"],
    [204, { form: "empty" }, ""],
    [599, { form: "text", text: "odd" }, "odd"],
  ] as const)("has status %i and the body %o", async (status, body, text) => {
    const well = createHealthyService();
    const effect: FaultEffect = { kind: "respond", status, body };
    const { service } = breakService([aWindow(effect)], { service: well });
    const response = await service.handle(tokenRequest());
    expect([response.status, well.asked()]).toEqual([status, 0]);
    expect(await response.text()).toContain(text);
    expect(response.headers.has("content-length")).toBe(status !== 204);
  });

  it("has its own headers in place of the usual ones of the same name", async () => {
    const effect: FaultEffect = {
      kind: "respond",
      status: 302,
      headers: { Location: "https://portal.example/", "cache-control": "max-age=5" },
      retryAfter: { form: "zero" },
      body: { form: "empty" },
    };
    const response = await breakService([aWindow(effect)]).service.handle(tokenRequest());
    expect(response.headers.get("location")).toBe("https://portal.example/");
    expect(response.headers.get("cache-control")).toBe("max-age=5");
    expect(response.headers.get("retry-after")).toBe("0");
    expect(response.headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a hang that begins after the end of its window because of a latency", () => {
  it("ends at once, and time does not go back", async () => {
    const { service, clock } = breakService([
      aWindow({ kind: "latency", delay: 70_000 }, { id: "slow" }),
      aWindow({ kind: "hang" }, { id: "hang" }),
    ]);
    expect(await endOf(service.handle(tokenRequest()))).toBe("ECONNRESET");
    expect(clock.elapsed()).toBe(70_000);
  });
});

describe("an error answer", () => {
  it.each<[FaultEffect, string | null]>([
    [
      {
        kind: "throttle",
        retryAfter: { form: "seconds", seconds: 9 },
        body: { form: "text", text: "no" },
      },
      "9",
    ],
    [{ kind: "server-error", status: 502, body: { form: "text", text: "no" } }, null],
    [
      {
        kind: "server-error",
        status: 502,
        retryAfter: { form: "zero" },
        body: { form: "text", text: "no" },
      },
      "0",
    ],
  ])("of %o has the body and the Retry-After of its effect", async (effect, retryAfter) => {
    const { service } = breakService([aWindow(effect)]);
    const response = await service.handle(tokenRequest());
    expect([await response.text(), response.headers.get("retry-after")]).toEqual([
      "no",
      retryAfter,
    ]);
    expect(response.status).toBe(effect.kind === "throttle" ? 429 : 502);
  });
});

describe("a reset", () => {
  it("ends a request at once, after its connection was made", async () => {
    const { service, clock } = breakService([aWindow({ kind: "reset" }, { at: "edge" })]);
    expect(await endOf(service.connect(tokenRequest()))).toBe("connected");
    const exchange = service.handle(tokenRequest());
    await expect(exchange).rejects.toMatchObject({ code: "ECONNRESET", host: HOST });
    expect(clock.elapsed()).toBe(0);
  });
});

describe("a connection that a fault breaks", () => {
  it.each([
    ["refused", "ECONNREFUSED", undefined],
    ["dns-failure", "ENOTFOUND", undefined],
    ["connect-timeout", "ETIMEDOUT", 10_000],
    ["tls-failure", "ERR_TLS_CERT_ALTNAME_INVALID", undefined],
  ] as const)("fails by %s with %s of its host", async (kind, code, afterMs) => {
    const well = createHealthyService();
    const { service } = breakService([aWindow({ kind }, { at: "edge" })], { service: well });
    const attempt = service.connect(tokenRequest());
    await expect(attempt).rejects.toMatchObject({ code, host: HOST, afterMs });
    expect(well.connected()).toBe(0);
    // A connection that was made earlier still works.
    expect(await endOf(service.handle(tokenRequest()))).toBe("200");
  });

  it("is given up at the end of the window at the latest", async () => {
    const { service, clock } = breakService([aWindow({ kind: "connect-timeout" }, { at: "edge" })]);
    clock.jumpTo(59_000);
    const fault = await service.connect(tokenRequest()).catch((error: unknown) => error);
    expect((fault as NetworkFault).afterMs).toBe(1_000);
  });
});

describe("an effect of each kind", () => {
  const busy: FaultEffect = { kind: "server-error", status: 503, body: { form: "empty" } };
  const html = { form: "html", title: "Busy" } as const;
  const ending: FaultEffect[] = [
    { kind: "throttle", retryAfter: { form: "zero" }, body: html },
    { kind: "server-error", status: 502, body: html },
    { kind: "updating", status: 410, body: html },
    { kind: "hang" },
    { kind: "reset" },
    { kind: "empty-success" },
  ];
  const passing: FaultEffect[] = [
    { kind: "latency", delay: 1 },
    { kind: "slow-body", chunkBytes: 5, everyMs: 1 },
    { kind: "stalled-body", bytes: 5, forMs: 1 },
    { kind: "truncated-body", bytes: 5 },
    { kind: "cut-body", bytes: 5, by: "fin" },
    { kind: "wrong-content-type", contentType: "text/html" },
    { kind: "keys-withdrawn" },
  ];
  const connection: FaultEffect[] = [
    { kind: "refused" },
    { kind: "dns-failure" },
    { kind: "connect-timeout" },
    { kind: "tls-failure" },
  ];

  it.each(ending)("ends the request at once: %o", async (effect) => {
    const { service, taken } = breakService([aWindow(effect), aWindow(busy, { id: "next" })]);
    const request = tokenRequest();
    await endOf(service.handle(request));
    expect([taken, faultSiteOf(request)]).toEqual([["w"], "primary"]);
  });

  it.each(passing)("lets other windows or the service answer: %o", async (effect) => {
    const { service, taken } = breakService([aWindow(effect, { at: "edge" }), aWindow(busy)]);
    const request = tokenRequest();
    expect(await endOf(service.handle(request))).toBe("503");
    expect([taken, faultSiteOf(request)]).toEqual([["w", "w"], "primary"]);
  });

  it.each(connection)("ends the connection at once: %o", async (effect) => {
    const next = aWindow({ kind: "refused" }, { id: "next" });
    const { service, taken } = breakService([aWindow(effect, { at: "dns" }), next]);
    const attempt = tokenRequest();
    await endOf(service.connect(attempt));
    expect([taken, faultSiteOf(attempt)]).toEqual([["w"], "dns"]);
  });
});
