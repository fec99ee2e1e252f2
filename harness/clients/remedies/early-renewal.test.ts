import { expect, it, vi } from "vitest";
import { errorWith, handClock, tokenUntil } from "../../../test/support/remedies.ts";
import { type EarlyRenewalOptions, withEarlyRenewal } from "./early-renewal.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface Asked {
  readonly scopes: readonly string[];
  readonly claims?: string;
  readonly forceRefresh?: boolean;
}

const request: Asked = { scopes: ["a"] };

/** A service that issues tokens of an hour. */
function renewing(options: EarlyRenewalOptions<Asked, ReturnType<typeof tokenUntil>> = {}) {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const source = vi.fn<(request: Asked) => Promise<ReturnType<typeof tokenUntil>>>(() =>
    Promise.resolve(tokenUntil(clock.now() + HOUR_MS)),
  );
  return { clock, onAct, source, get: withEarlyRenewal(source, { clock, onAct, ...options }) };
}

it("renews past half of a token's life in the background, and asks past the client's cache", async () => {
  const { clock, source, get } = renewing();
  const first = await get(request);
  await clock.pass(29 * MINUTE_MS);
  expect(await get(request)).toBe(first);
  expect(source).toHaveBeenCalledOnce();
  await clock.pass(MINUTE_MS);
  expect(await get(request)).toBe(first);
  await clock.pass(0);
  expect(source).toHaveBeenLastCalledWith({ scopes: ["a"], forceRefresh: true, skipCache: true });
  expect(await get(request)).toEqual(tokenUntil(90 * MINUTE_MS));
  expect(source).toHaveBeenCalledTimes(2);
});

it("goes on with the token while renewals fail, which come at growing distances", async () => {
  const { clock, source, get, onAct } = renewing();
  const first = await get(request);
  source.mockRejectedValue(errorWith("90033"));
  const renewedAt: number[] = [];
  for (let minute = 1; minute < 59; minute += 1) {
    await clock.pass(MINUTE_MS);
    const before = source.mock.calls.length;
    expect(await get(request)).toBe(first);
    if (source.mock.calls.length > before) renewedAt.push(minute);
  }
  expect(renewedAt).toEqual([30, 35, 45]);
  expect(onAct).toHaveBeenCalled();
  await clock.pass(MINUTE_MS);
  await expect(get(request)).rejects.toThrow("90033");
});

it("renews nothing while no one asks, unless it is to", async () => {
  const { clock, source, get } = renewing();
  await get(request);
  expect(clock.sleeping).toBe(0);
  await clock.pass(10 * HOUR_MS);
  expect(source).toHaveBeenCalledOnce();
});

it("renews for a user who is away, until the time for that is over", async () => {
  const { clock, source, get } = renewing({ whileIdleMs: 3 * HOUR_MS });
  await get(request);
  await clock.pass(3 * HOUR_MS);
  const times = source.mock.calls.length;
  expect(times).toBe(7);
  await clock.pass(24 * HOUR_MS);
  expect(source.mock.calls.length).toBeLessThanOrEqual(times + 1);
  expect(clock.sleeping).toBe(0);
});

it("begins with a token that a sign-in brought", async () => {
  const { clock, source, get } = renewing({ whileIdleMs: 3 * HOUR_MS });
  get.keep(request, tokenUntil(HOUR_MS));
  await clock.pass(31 * MINUTE_MS);
  expect(source).toHaveBeenCalledOnce();
});

it("does not ask a client all the time that gives out the same token again", async () => {
  const { clock, source, get } = renewing({ whileIdleMs: 2 * HOUR_MS });
  source.mockResolvedValue(tokenUntil(HOUR_MS));
  await get(request);
  await clock.pass(2 * HOUR_MS);
  expect(source.mock.calls.length).toBeLessThan(30);
});

it("keeps its distance also when the clock is wrong, and each new token looks as if it had expired", async () => {
  const { clock, source, get } = renewing({ whileIdleMs: HOUR_MS });
  source.mockImplementation(() => Promise.resolve(tokenUntil(clock.now() - HOUR_MS)));
  await get(request);
  await clock.pass(HOUR_MS);
  expect(source.mock.calls.length).toBeLessThanOrEqual(13);
});

it("asks for a new token when a request does, and forgets one that an API has refused", async () => {
  const { source, get } = renewing();
  await get(request);
  await get({ ...request, forceRefresh: true });
  expect(source).toHaveBeenCalledTimes(2);
  source.mockRejectedValue(errorWith("90033"));
  await expect(get({ ...request, claims: "{}" })).rejects.toThrow("90033");
  await expect(get(request)).rejects.toThrow("90033");
});
