import { expect, it, vi } from "vitest";
import { errorWith, handClock, tokenUntil } from "../../../test/support/remedies.ts";
import { withLastGoodToken } from "./last-good-token.ts";

const HOUR_MS = 3_600_000;

interface Asked {
  readonly scopes: readonly string[];
  readonly claims?: string;
  readonly forceRefresh?: boolean;
}

/** A source that answers once with a token of an hour and then fails with that error. */
function failingAfterOne(error: Error) {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const source = vi.fn<(request: Asked) => Promise<ReturnType<typeof tokenUntil>>>(async () =>
    Promise.resolve(tokenUntil(HOUR_MS)),
  );
  const get = withLastGoodToken(source, { clock, onAct });
  const begin = async (request: Asked = { scopes: ["a", "b"] }) => {
    const token = await get(request);
    source.mockRejectedValue(error);
    return token;
  };
  return { clock, onAct, source, get, begin };
}

it("hands the last good token out while it is valid, although the client fails, and no longer", async () => {
  const { clock, onAct, source, get, begin } = failingAfterOne(errorWith("90033"));
  const token = await begin();
  expect(onAct).not.toHaveBeenCalled();
  await clock.pass(HOUR_MS - 61_000);
  expect(await get({ scopes: ["b", "a"] })).toBe(token);
  expect(onAct).toHaveBeenCalledOnce();
  await clock.pass(1_000);
  await expect(get({ scopes: ["a", "b"] })).rejects.toThrow("90033");
  expect(source).toHaveBeenCalledTimes(3);
});

it("asks the client each time, so that a new token replaces the old one", async () => {
  const { get, source, begin } = failingAfterOne(errorWith("90033"));
  await begin();
  source.mockResolvedValueOnce(tokenUntil(2 * HOUR_MS));
  expect(await get({ scopes: ["a", "b"] })).toEqual(tokenUntil(2 * HOUR_MS));
  expect(await get({ scopes: ["a", "b"] })).toEqual(tokenUntil(2 * HOUR_MS));
});

it.each(["invalid_grant", "interaction_required", "invalid_client"])(
  "passes the refusal %s on",
  async (code) => {
    const { get, begin, onAct } = failingAfterOne(errorWith(code));
    await begin();
    await expect(get({ scopes: ["a", "b"] })).rejects.toThrow(code);
    expect(onAct).not.toHaveBeenCalled();
  },
);

it("passes on an error that asks for a person", async () => {
  const error = Object.assign(new Error("sign in"), { name: "InteractionRequiredAuthError" });
  const { get, begin } = failingAfterOne(error);
  await begin();
  await expect(get({ scopes: ["a", "b"] })).rejects.toBe(error);
});

it("never hands it to another request, nor to one that asks for a new token", async () => {
  const { get, begin } = failingAfterOne(errorWith("90033"));
  await begin();
  await expect(get({ scopes: ["a"] })).rejects.toThrow("90033");
  await expect(get({ scopes: ["a", "b"], forceRefresh: true })).rejects.toThrow("90033");
  expect(await get({ scopes: ["a", "b"] })).toEqual(tokenUntil(HOUR_MS));
});

it("forgets a token that an API has refused with claims", async () => {
  const { get, begin } = failingAfterOne(errorWith("90033"));
  await begin();
  await expect(get({ scopes: ["a", "b"], claims: "{}" })).rejects.toThrow("90033");
  await expect(get({ scopes: ["a", "b"] })).rejects.toThrow("90033");
});

it("takes a token that came by another way", async () => {
  const { get, source } = failingAfterOne(errorWith("90033"));
  source.mockRejectedValue(errorWith("90033"));
  get.keep({ scopes: ["a"] }, tokenUntil(HOUR_MS));
  expect(await get({ scopes: ["a"] })).toEqual(tokenUntil(HOUR_MS));
});

it("keeps at most a thousand tokens", async () => {
  const { get, source } = failingAfterOne(errorWith("90033"));
  for (let index = 0; index <= 1_000; index += 1)
    get.keep({ scopes: [`s${index}`] }, tokenUntil(HOUR_MS));
  source.mockRejectedValue(errorWith("90033"));
  await expect(get({ scopes: ["s0"] })).rejects.toThrow("90033");
  expect(await get({ scopes: ["s1"] })).toEqual(tokenUntil(HOUR_MS));
});
