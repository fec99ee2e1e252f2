import { expect, it, vi } from "vitest";
import { errorWith, handClock } from "../../../test/support/remedies.ts";
import { withRegionalFallback } from "./regional-fallback.ts";

interface Asked {
  readonly scopes: readonly string[];
  readonly azureRegion?: string;
}

const regional: Asked = { scopes: ["a"], azureRegion: "westus2" };

function deadRegion(error: Error) {
  const clock = handClock();
  const onAct = vi.fn<(what: string) => void>();
  const source = vi.fn<(request: Asked, signal?: AbortSignal) => Promise<string>>(
    ({ azureRegion }) =>
      azureRegion === undefined ? Promise.resolve("global") : Promise.reject(error),
  );
  return { clock, onAct, source, get: withRegionalFallback(source, { clock, onAct }) };
}

it("asks the global endpoint when that of the region fails, and the region again after a minute", async () => {
  const { clock, onAct, source, get } = deadRegion(new TypeError("fetch failed"));
  expect(await get(regional)).toBe("global");
  expect(source).toHaveBeenCalledTimes(2);
  expect(source).toHaveBeenLastCalledWith({ scopes: ["a"] }, undefined);
  await clock.pass(59_999);
  expect(await get(regional)).toBe("global");
  expect(source).toHaveBeenCalledTimes(3);
  await clock.pass(1);
  source.mockResolvedValueOnce("regional");
  expect(await get(regional)).toBe("regional");
  expect(onAct).toHaveBeenCalledTimes(2);
});

it("has nothing to fall back to for a request without a region, and passes a refusal on", async () => {
  const { source, onAct, get } = deadRegion(errorWith("invalid_client"));
  expect(await get({ scopes: ["a"] })).toBe("global");
  await expect(get(regional)).rejects.toThrow("invalid_client");
  expect(source).toHaveBeenCalledTimes(2);
  expect(onAct).not.toHaveBeenCalled();
});
