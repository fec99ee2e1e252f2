import { PublicClientApplication } from "@azure/msal-node";
import { expect, it, vi } from "vitest";
import { handClock } from "../../../test/support/remedies.ts";
import { msalCachePlugin, type TokenStore, withSteadyStore } from "./persisted-cache.ts";

function storeOf(saved: Map<string, string>): TokenStore {
  return {
    read: (key) => Promise.resolve(saved.get(key)),
    write: (key, value) => Promise.resolve(void saved.set(key, value)),
  };
}

it("is MSAL's cache plugin over a store: the next process has the cache", async () => {
  const saved = new Map<string, string>();
  const open = () =>
    new PublicClientApplication({
      auth: { clientId: "app" },
      cache: { cachePlugin: msalCachePlugin(storeOf(saved)) },
    });
  const plugin = msalCachePlugin(storeOf(saved));
  const tokenCache = {
    serialize: () => '{"Account":{}}',
    deserialize: vi.fn<(text: string) => void>(),
  };
  await plugin.beforeCacheAccess({ cacheHasChanged: false, tokenCache });
  expect(tokenCache.deserialize).not.toHaveBeenCalled();
  await plugin.afterCacheAccess({ cacheHasChanged: false, tokenCache });
  expect(saved.size).toBe(0);
  await plugin.afterCacheAccess({ cacheHasChanged: true, tokenCache });
  expect([...saved]).toEqual([["msal-cache", '{"Account":{}}']]);
  expect(await open().getTokenCache().getAllAccounts()).toEqual([]);
});

it("serves from memory when the store fails, and writes with the next change", async () => {
  const saved = new Map<string, string>();
  let isDown = false;
  const behind = storeOf(saved);
  const store: TokenStore = {
    read: (key) => (isDown ? Promise.reject(new Error("down")) : behind.read(key)),
    write: (key, value) => (isDown ? Promise.reject(new Error("down")) : behind.write(key, value)),
  };
  const onAct = vi.fn<(what: string) => void>();
  const steady = withSteadyStore(store, { clock: handClock(), onAct });
  await steady.write("a", "1");
  expect(onAct).not.toHaveBeenCalled();
  isDown = true;
  expect(await steady.read("a")).toBe("1");
  await steady.write("a", "2");
  expect(onAct).toHaveBeenCalledTimes(2);
  isDown = false;
  // What is in the store is older than what could not be written.
  expect(await steady.read("a")).toBe("2");
  await steady.write("a", "3");
  expect(saved.get("a")).toBe("3");
  saved.set("a", "4 of another process");
  expect(await steady.read("a")).toBe("4 of another process");
});

it("does not wait for a slow store", async () => {
  const clock = handClock();
  const store: TokenStore = {
    read: () => new Promise(() => undefined),
    write: () => new Promise(() => undefined),
  };
  const steady = withSteadyStore(store, { clock, waitMaxMs: 500 });
  const write = steady.write("a", "1");
  await clock.pass(500);
  await write;
  expect(await steady.read("a")).toBe("1");
  const read = steady.read("b");
  await clock.pass(500);
  expect(await read).toBeUndefined();
  expect(clock.sleeping).toBe(0);
});
