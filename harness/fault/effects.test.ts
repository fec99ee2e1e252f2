import { describe, expect, it } from "vitest";
import type { NetworkFault } from "../http/network-fault.ts";
import type { FaultEffect } from "./plan.ts";
import {
  aWindow,
  breakService,
  createWellService,
  endOf,
  GOOD_TEXT,
  HOST,
  tokenRequest,
} from "./testing.ts";

describe("200 {}", () => {
  it("is a success without contents, and the service is not asked", async () => {
    const well = createWellService();
    const { service } = breakService([aWindow({ kind: "empty-success" })], { service: well });
    const response = await service.handle(tokenRequest());
    expect([response.status, await response.text(), well.asked()]).toEqual([200, "{}", 0]);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });
});

describe("latency", () => {
  it("answers properly, later", async () => {
    const { service, clock } = breakService([aWindow({ kind: "latency", delay: 2_500 })]);
    expect(await (await service.handle(tokenRequest())).text()).toBe(GOOD_TEXT);
    expect(clock.elapsed()).toBe(2_500);
  });

  it("is drawn between two figures", async () => {
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

describe("a client that gives up", () => {
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
  ])("of %s ms begun at 10 s ends at %i ms, by a reset", async (forMs, endsAt) => {
    const effect: FaultEffect = { kind: "hang", ...(forMs === undefined ? {} : { forMs }) };
    const well = createWellService();
    const { service, clock } = breakService([aWindow(effect)], { service: well });
    clock.jumpTo(10_000);
    expect(await endOf(service.handle(tokenRequest()))).toBe("ECONNRESET");
    expect([clock.elapsed(), well.asked()]).toEqual([endsAt, 0]);
  });
});

describe("a reset", () => {
  it("comes at once, on a connection that stood", async () => {
    const { service, clock } = breakService([aWindow({ kind: "reset" }, { at: "edge" })]);
    expect(await endOf(service.connect(tokenRequest()))).toBe("connected");
    expect(await endOf(service.handle(tokenRequest()))).toBe("ECONNRESET");
    expect(clock.elapsed()).toBe(0);
  });
});

describe("a connection", () => {
  it.each([
    ["refused", "ECONNREFUSED", undefined],
    ["dns-failure", "ENOTFOUND", undefined],
    ["connect-timeout", "ETIMEDOUT", 10_000],
    ["tls-failure", "ERR_TLS_CERT_ALTNAME_INVALID", undefined],
  ] as const)("%s is a %s of its host", async (kind, code, afterMs) => {
    const well = createWellService();
    const { service } = breakService([aWindow({ kind }, { at: "edge" })], { service: well });
    const attempt = service.connect(tokenRequest());
    await expect(attempt).rejects.toMatchObject({ code, host: HOST, afterMs });
    expect(well.connected()).toBe(0);
    // On a connection that still stands, requests go through.
    expect(await endOf(service.handle(tokenRequest()))).toBe("200");
  });

  it("is not waited for beyond the window", async () => {
    const { service, clock } = breakService([aWindow({ kind: "connect-timeout" }, { at: "edge" })]);
    clock.jumpTo(59_000);
    const fault = await service.connect(tokenRequest()).catch((error: unknown) => error);
    expect((fault as NetworkFault).afterMs).toBe(1_000);
  });
});
