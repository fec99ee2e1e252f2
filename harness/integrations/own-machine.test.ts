/** A world with machines of a test's own: their identities, by @azure/identity and MSAL Node as they are. */
import { ManagedIdentityCredential } from "@azure/identity";
import { expect, it } from "vitest";
import { claimsOf } from "../core/http/json-object.ts";
import { createWorld } from "../entra/directory/create-world.ts";
import { useEntra } from "./vitest.ts";

const clientId = "8a6c1f5e-0000-4000-8000-000000000004";
const world = createWorld({
  tenant: "8a6c1f5e-0000-4000-8000-000000000001",
  machines: [
    {
      name: "jobs",
      source: "app-service",
      identities: [
        { assigned: "system" },
        { assigned: "user", name: "reports", clientId, roles: ["api://orders/Orders.Read.All"] },
      ],
    },
    { name: "nightly", source: "imds", identities: [{ assigned: "user", name: "reports" }] },
  ],
});
const entra = useEntra({ world, machine: "jobs" });

it("has the identity of the machine, and one that is named, with its permissions", async () => {
  const [own, named] = await Promise.all([
    entra.operate("own", () => new ManagedIdentityCredential().getToken("api://orders/.default")),
    entra.operate("named", () =>
      new ManagedIdentityCredential({ clientId }).getToken("api://orders/.default"),
    ),
  ]);
  const [system, user] = [own, named].map(({ token }) => claimsOf(token) ?? {});
  expect(system?.["roles"]).toEqual([]);
  expect(user).toMatchObject({ azp: clientId, roles: ["Orders.Read.All"] });
  expect(system?.["oid"]).not.toBe(user?.["oid"]);
});

it("has Azure's own resources", async () => {
  const { token } = await entra.operate("vault", () =>
    new ManagedIdentityCredential({ clientId }).getToken("https://vault.azure.net/.default"),
  );
  expect(claimsOf(token)?.["aud"]).toBe("https://vault.azure.net");
});
