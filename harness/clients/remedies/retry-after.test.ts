import { describe, expect, it, vi } from "vitest";
import { handClock, serviceThatAnswers, tokenRequest } from "../../../test/support/remedies.ts";
import type { TokenStore } from "./persisted-cache.ts";
import { withRetryAfter } from "./retry-after.ts";

const NOON = Date.UTC(2026, 2, 6, 12);

function throttled(retryAfter: string, { status = 429, body = "<html>" } = {}): Response {
  return new Response(body, { status, headers: { "retry-after": retryAfter } });
}

const ok = new Response("{}", { status: 200 });

describe("a failure with Retry-After", () => {
  it.each([
    ["seconds", "90"],
    ["a date", new Date(NOON + 90_000).toUTCString()],
  ])("as %s holds similar requests back until then, with any body", async (_, header) => {
    const clock = handClock(NOON);
    const onAct = vi.fn<(what: string) => void>();
    const { send, asked } = serviceThatAnswers(throttled(header), ok);
    const get = withRetryAfter(send, { clock, onAct });
    expect(await (await get(tokenRequest())).text()).toBe("<html>");
    await clock.pass(60_000);
    const held = await get(tokenRequest());
    expect(held.status).toBe(429);
    expect(held.headers.get("retry-after")).toBe("30");
    expect(await held.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(asked).toHaveLength(1);
    expect(onAct).toHaveBeenCalledOnce();
    await clock.pass(30_000);
    expect((await get(tokenRequest())).status).toBe(200);
  });

  it.each(["0", "soon", "-5", ""])("that says %j asks for nothing", async (header) => {
    const { send, asked } = serviceThatAnswers(throttled(header));
    const onAct = vi.fn<(what: string) => void>();
    const get = withRetryAfter(send, { clock: handClock(NOON), onAct });
    await get(tokenRequest());
    await get(tokenRequest());
    expect(asked).toHaveLength(2);
    expect(onAct).not.toHaveBeenCalled();
  });

  it("is for similar requests only: another tenant, app, user or resource is not held back", async () => {
    const { send, asked } = serviceThatAnswers(throttled("90"));
    const get = withRetryAfter(send, { clock: handClock(NOON) });
    const others = [
      tokenRequest(),
      tokenRequest({}, "fabrikam"),
      tokenRequest({ client_id: "other" }),
      tokenRequest({ grant_type: "refresh_token", refresh_token: "one" }),
      tokenRequest({ grant_type: "refresh_token", refresh_token: "two" }),
      tokenRequest({ scope: "api://b/.default" }),
    ];
    for (const request of others) await get(request);
    expect(asked).toHaveLength(others.length);
    await get(tokenRequest({ scope: "api://a/Read offline_access", claims: "{}" }));
    expect(asked).toHaveLength(others.length);
  });

  it("is no longer than a day, or what is set", async () => {
    const clock = handClock(NOON);
    const { send, asked } = serviceThatAnswers(throttled("999999999"));
    const get = withRetryAfter(send, { clock, waitMaxMs: 1_000 });
    await get(tokenRequest());
    await clock.pass(1_000);
    await get(tokenRequest());
    expect(asked).toHaveLength(2);
  });

  it("is kept by the next process, by what is saved, in which there is no secret", async () => {
    const clock = handClock(NOON);
    const saved = new Map<string, string>();
    const store: TokenStore = {
      read: (key) => Promise.resolve(saved.get(key)),
      write: (key, value) => Promise.resolve(void saved.set(key, value)),
    };
    const { send, asked } = serviceThatAnswers(throttled("90"));
    const request = () => tokenRequest({ refresh_token: "my-secret", assertion: "eyJ" });
    await withRetryAfter(send, { clock, store })(request());
    expect((await withRetryAfter(send, { clock, store })(request())).status).toBe(429);
    expect(asked).toHaveLength(1);
    expect([...saved.values()].join()).not.toMatch(/my-secret|eyJ/);
  });

  it("is kept in memory when the store fails or holds something else", async () => {
    const { send, asked } = serviceThatAnswers(throttled("90"));
    const broken: TokenStore = {
      read: () => Promise.resolve("{"),
      write: () => Promise.reject(new Error("disk full")),
    };
    const get = withRetryAfter(send, { clock: handClock(NOON), store: broken });
    await get(tokenRequest());
    await get(tokenRequest());
    expect(asked).toHaveLength(1);
  });
});
