/** `createEntra` under a runner that does nothing for it. */
import { AssertionError } from "node:assert";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createOrders as createCarelessOrders } from "../../examples/node/careless-orders.ts";
import { createOrders } from "../../examples/node/orders.ts";
import { createEntra, expectEntra } from "./suite.ts";

const realDate = Date;
const entra = createEntra({ app: { name: "shop" } });
afterEach(() => entra.stop());

/** Orders loaded before an outage of an hour and in it. */
async function playOutage(loadOrders: () => Promise<unknown>): Promise<void> {
  await entra.operate("load orders", loadOrders).catch(() => undefined);
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await entra.operate("load orders", loadOrders).catch(() => undefined);
}

describe("createEntra", () => {
  it("simulates between start and stop, on real sockets", async () => {
    await entra.start({ title: "mine" });
    expect(new Date().toISOString()).toBe("2026-03-02T08:00:00.000Z");
    await playOutage(createOrders().load);
    expectEntra(entra).toHaveKeptWorkingFromCache();
    expect(entra.history().header).toMatchObject({ scenario: "mine", mount: "https" });
    await entra.stop();
    expect(Date).toBe(realDate);
    expect(() => entra.outage()).toThrow(/^createEntra: no test is running[^]*start\(\) and stop/);
  });

  it("begins anew with each start", async () => {
    await entra.start();
    await entra.clock.advance("1h");
    await entra.stop();
    await entra.start();
    expect([entra.clock.elapsed(), entra.requests()]).toEqual([0, []]);
  });

  it("refuses a second simulation at the same time, and the first one goes on", async () => {
    await entra.start();
    await expect(createEntra().start()).rejects.toThrow(/at the same time[^]*stop\(\) the other/);
    await expect(entra.start()).rejects.toThrow(/at the same time/);
    await entra.clock.advance("1h");
    expect(entra.clock.elapsed()).toBe(3_600_000);
  });

  it("refuses fake timers, before and during a simulation", async () => {
    vi.useFakeTimers();
    await expect(entra.start()).rejects.toThrow(/useFakeTimers\(\) is on, but entra\.clock moves/);
    vi.useRealTimers();
    await entra.start();
    vi.useFakeTimers();
    await expect(entra.clock.advance("1h")).rejects.toThrow(/useFakeTimers\(\) is on/);
    vi.useRealTimers();
  });

  it("reports what happened when the test failed, and what it did not see", async () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    await entra.start({ title: "broken" });
    await entra.operate("load orders", createOrders().load);
    await entra.stop({ failed: new Error("expected more orders") });
    expect(printed.mock.calls.join()).toMatch(
      /What happened in "broken"[^]*exchange 1 is answered/,
    );
    await entra.start();
    await fetch("https://telemetry.example.com/").catch(() => undefined);
    await expect(entra.stop()).rejects.toThrow(/unmocked host telemetry\.example\.com was stopped/);
    await entra.stop();
  });

  it("names itself where an option is wrong", () => {
    const untyped = createEntra as (options: object) => unknown;
    expect(() => untyped({ mounts: "msw" })).toThrow(/^createEntra\.mounts: /);
  });
});

describe("expectEntra", () => {
  it("throws an AssertionError in the words of the matchers", async () => {
    await entra.start();
    await playOutage(createCarelessOrders().load);
    const failed = (): void => expectEntra(entra).toHaveKeptWorkingFromCache();
    expect(failed).toThrow(AssertionError);
    expect(failed).toThrow(/^toHaveKeptWorkingFromCache: .*valid token was in the cache/);
    expectEntra(entra).not.toHaveKeptWorkingFromCache();
    expect(() => expectEntra(entra).not.toHaveRequested("token")).toThrow(/^not toHaveRequested: /);
  });

  it("judges a history, and fails either way when there is nothing to judge", async () => {
    await entra.start();
    const expectations = expectEntra(entra.history());
    expect(() => expectations.toHaveRecovered()).toThrow(/nothing to judge/);
    expect(() => expectations.not.toHaveRecovered()).toThrow(/nothing to judge/);
    expect(() => expectEntra({} as never).toHaveRecovered()).toThrow(/an object with a history/);
  });
});
