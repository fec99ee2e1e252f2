/** A version that is not installed beside Brownout, from a cache that is asked and filled. */
import { expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import type { ClientCache } from "./client-cache.ts";
import { placeClient } from "./place-client.ts";

const scenario = { needs: ["client-credentials"] } as const;
const installed = new URL("../../..", import.meta.url).pathname;

/** A cache into which the package that is installed here is put, under a version that it is not asked to have. */
function createCache(kept: readonly string[] = []) {
  const asked: string[] = [];
  const there = new Set(kept);
  const place = (client: string, version: string) => ({ client, version, folder: installed });
  const cache: Pick<ClientCache, "newest" | "resolve" | "provide"> = {
    newest: (client, wanted) => (there.has(wanted) ? place(client, "7.2.1") : undefined),
    resolve: async (client, wanted) => {
      asked.push(`resolve ${client} ${wanted}`);
      return `${wanted}.9`;
    },
    provide: async (client, version) => {
      asked.push(`provide ${client} ${version}`);
      there.add(version);
      return place(client, "7.2.1");
    },
  };
  return { cache, asked };
}

it("is installed when it is not in the cache, and asked for by its whole version", async () => {
  const { cache, asked } = createCache();
  const placed = await placeClient("msal-node@6", scenario, cache);
  expect(asked).toEqual(["resolve msal-node 6", "provide msal-node 6.9"]);
  expect(placed).toMatchObject({ name: "msal-node@7.2.1", folder: installed });
});

it("is taken from the cache without asking the registry", async () => {
  const { cache, asked } = createCache(["6"]);
  expect(await placeClient("msal-node@6", scenario, cache)).toMatchObject({ folder: installed });
  expect(asked).toEqual([]);
});

it("is neither when it is the one beside Brownout", async () => {
  const { cache, asked } = createCache();
  const placed = await placeClient("msal-node@7", scenario, cache);
  expect(placed).toMatchObject({ name: "msal-node@7", client: { version: "7.2.1" } });
  expect([placed.folder, asked]).toEqual([undefined, []]);
});

it("is refused without a cache, and where the registry cannot be asked", async () => {
  await expect(placeClient("msal-node@6", scenario, undefined)).rejects.toMatchObject({
    code: "client-not-installed",
  });
  const offline = {
    ...createCache().cache,
    resolve: () => Promise.reject(new HarnessError("no-registry", "there is no network")),
  };
  await expect(placeClient("msal-node@6", scenario, offline)).rejects.toMatchObject({
    code: "client-not-installed",
    message: expect.stringMatching(/^msal-node 6 is not installed here.*there is no network$/),
    hint: "Run: npm install @azure/msal-node@6",
  });
});
