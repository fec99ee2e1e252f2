/** `entra.api` on real sockets, for hosts that neither the world nor the fixture certificate has. */
import https from "node:https";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { useEntra } from "../vitest.ts";

const entra = useEntra({ mount: "https" });

const VAULT = "https://shop.vault.azure.net/secrets/key";

it.each([1, 2])("answers at the address, by fetch and by node:https, in test %d", async () => {
  entra.api(VAULT, { value: "first" });
  entra.api("https://api.example.com:8443/items", { items: [] });
  entra.api("http://legacy.example.com/", { old: true });
  const [vault, items, old] = await entra.clock.settle(
    Promise.all(
      [
        `${VAULT}?api-version=7.4`,
        "https://api.example.com:8443/items",
        "http://legacy.example.com/",
      ].map(
        async (url) =>
          (await fetch(url, { method: "POST", body: "{}" })).json() as Promise<unknown>,
      ),
    ),
  );
  expect([vault, items, old]).toEqual([{ value: "first" }, { items: [] }, { old: true }]);
  entra.api(VAULT, { value: "second" });
  const got = await entra.clock.settle(
    new Promise<string>((resolve, reject) => {
      https.get(VAULT, (response) => void text(response).then(resolve, reject)).on("error", reject);
    }),
  );
  expect(JSON.parse(got)).toEqual({ value: "second" });
  expect(entra.requests()).toEqual([]);
});

it("lets no virtual time pass meanwhile", async () => {
  entra.api(VAULT, { value: "first" });
  const response = await entra.clock.settle(fetch(VAULT, { signal: AbortSignal.timeout(1_000) }));
  expect(await response.json()).toEqual({ value: "first" });
  expect(entra.clock.elapsed()).toBe(0);
});

it.each([
  "http://localhost:4000/",
  "https://127.0.0.1/",
  "https://10.0.0.7/",
  "https://[fd00::7]/",
])("refuses %s, to which it leads no connection", (address) => {
  expect(() => entra.api(address, {})).toThrow(/the mount https cannot answer for/);
});

it("still answers for the APIs of the world, with their tokens", async () => {
  entra.api("https://graph.microsoft.com/v1.0/me", { name: "Adele" });
  const response = await entra.clock.settle(fetch("https://graph.microsoft.com/v1.0/me"));
  expect(response.status).toBe(401);
});

it.fails("stops a request to another address of such a host, and names it", async () => {
  entra.api(VAULT, { value: "first" });
  await expect(entra.clock.settle(fetch(`${VAULT}/versions`))).rejects.toThrow("fetch failed");
});
