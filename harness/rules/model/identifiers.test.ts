import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { exchangesOf } from "./exchanges.ts";
import { objectIdOf, resourceKey, scopeKey, tenantKeyOf } from "./identifiers.ts";

it("the object id is the first part of a home account id, in lower case", () => {
  expect(objectIdOf("ABC-1.tenant-1")).toBe("abc-1");
  expect(objectIdOf("abc-1")).toBe("abc-1");
});

describe("the key of scopes", () => {
  it.each([
    ["Mail.Read User.Read", "mail.read user.read"],
    ["  User.Read \t Mail.Read ", "mail.read user.read"],
    ["openid User.Read profile offline_access email", "user.read"],
    ["", ""],
  ])("of %j is %j", (scopes, key) => {
    expect(scopeKey(scopes)).toBe(key);
  });

  it("has all permissions to a resource that is asked for by v1, in the form or the address", () => {
    const key = "https://vault.azure.net/.default";
    expect(resourceKey({ form: { resource: "https://vault.azure.net/" } })).toBe(key);
    expect(resourceKey({ form: { resource: "https://vault.azure.net" } })).toBe(key);
    const url = "http://169.254.169.254/token?resource=https://vault.azure.net";
    expect(resourceKey({ url })).toBe(key);
    expect(resourceKey({ url, scope: "openid" })).toBe(key);
    expect(resourceKey({ url: "no address", scope: "User.Read" })).toBe("user.read");
    expect(resourceKey({})).toBe("");
  });
});

describe("the key of a tenant", () => {
  const keyOf = (call: { tenant?: string }, asked: { tenant?: string; tenantId?: string }) => {
    const run = buildRun();
    run.exchange({ by: run.operation(call), ...asked });
    const [exchange] = exchangesOf(run.history());
    return exchange && tenantKeyOf(exchange);
  };

  it("is its id, if the service knows it, else the name in the address", () => {
    expect(keyOf({ tenant: "contoso" }, { tenant: "contoso.example", tenantId: "id-1" })).toBe(
      "id-1",
    );
    expect(keyOf({ tenant: "contoso" }, { tenant: "contoso.example" })).toBe("contoso.example");
  });

  it.each(["common", "organizations", "consumers"])(
    "is that of the call at the shared endpoint %s, if it names one",
    (tenant) => {
      expect(keyOf({ tenant: "contoso" }, { tenant })).toBe("contoso");
      expect(keyOf({ tenant: "" }, { tenant })).toBe(tenant);
      const run = buildRun();
      run.exchange({ tenant });
      expect(exchangesOf(run.history()).map(tenantKeyOf)).toEqual([tenant]);
    },
  );
});
