import { execFile } from "node:child_process";
import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createOrders } from "../../examples/node/orders.ts";

const RealDate = Date;
const realFetch = fetch;
const realRandom = Math.random;

// Registered before ours: around the session on both sides.
beforeEach(checkProcess);
afterEach(checkProcess);

function checkProcess(): void {
  if (Date !== RealDate) throw new Error("Date is not the process's own");
  if (fetch !== realFetch) throw new Error("fetch is not the process's own");
  if (Math.random !== realRandom) throw new Error("Math.random is not the process's own");
}

const entra = useEntra();

test("days pass within a second of Vitest's patience", { timeout: 3_000 }, async () => {
  await entra.clock.advance("30d");
  expect(new Date().toISOString()).toBe("2026-04-01T08:00:00.000Z");
});

test("a module that comes late is waited for, and time is not", { timeout: 30_000 }, async () => {
  setTimeout(() => undefined, 1_000);
  const { loadedAt } = await entra.operate("load", () => import("./late-module.ts"));
  expect(loadedAt).toBe(Date.parse("2026-03-02T08:00:00Z"));
});

test(
  "a child and the thread pool are waited for, and time is not",
  { timeout: 30_000 },
  async () => {
    let fired = 0;
    const timer = setInterval(() => (fired += 1), 10_000);
    await entra.operate("work", async () => {
      await promisify(execFile)("sleep", ["0.3"]);
      await promisify(pbkdf2)("password", "salt", 200_000, 32, "sha256");
    });
    clearInterval(timer);
    expect([fired, entra.clock.elapsed()]).toEqual([0, 0]);
  },
);

test("each test has a history and a service of its own, one", async () => {
  entra.outage({ for: "1h" });
  await expect(entra.operate("load orders", createOrders().load)).rejects.toThrow(
    /is not valid JSON/,
  );
});

test("each test has a history and a service of its own, two", async () => {
  expect(entra.history().events).toEqual([]);
  await entra.operate("load orders", createOrders().load);
});

describe("a module with a client of its own", () => {
  beforeEach(() => void vi.resetModules());
  test.each(["once", "and again"])("is loaded %s", async () => {
    const { loadOrders } = await import("./module-client.ts");
    await entra.operate("load orders", loadOrders);
    expect(entra).toHaveRequested("token", { times: 1 });
  });
});

let attempts = 0;

test("a test that is tried again begins anew", { retry: 1 }, () => {
  attempts += 1;
  expect(entra.history().events).toEqual([]);
  entra.note("here");
  expect(attempts).toBe(2);
});

describe("a hook of the suite", () => {
  beforeEach(async () => {
    await entra.operate("load orders", createOrders().load);
  });

  test("is a part of the test", () => {
    expect(entra).toHaveRequested("token", { times: 1 });
    expect(entra).not.toHaveRequested("token", { times: 2 });
  });
});
