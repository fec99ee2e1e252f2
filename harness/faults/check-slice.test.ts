import { describe, expect, it } from "vitest";
import {
  atMachine,
  goodWindow,
  refused,
  updating,
  windowRefusalOf,
} from "../../test/support/fault-plan.ts";
import { checkFaultPlan } from "./validate.ts";

describe("a window with a slice", () => {
  it.each<[changes: object, path: string, says: string]>([
    [{ where: { tennant: "t" } }, "where.tennant", 'Did you mean "tenant"?'],
    [
      { where: { grant: "client_credential" } },
      "where.grant",
      'Did you mean "client_credentials"?',
    ],
    [{ where: { grant: "jwt-bearer" } }, "where.grant", '"on_behalf_of"'],
    [{ on: ["authorize"], where: { grant: "password" } }, "where.grant", "name no grant"],
    [{ at: "edge", where: { grant: "managed_identity" } }, "where.grant", 'Put it at "primary"'],
    [
      { at: "resource", on: ["resource"], where: { grant: "password" } },
      "where.grant",
      "name no grant",
    ],
    [{ at: "resource", on: "all", where: { tenant: "contoso" } }, "where.tenant", "name no tenant"],
    [{ at: "resource", on: "all", where: { region: "westus2" } }, "where.region", "name no region"],
    [{ on: ["user-realm"], where: { tenant: "contoso" } }, "where.tenant", "name no tenant"],
    [{ where: { region: "West US 2" } }, "where.region", 'Write "westus2".'],
    [{ where: { region: "westus2.login.microsoft.com" } }, "where.region", 'Write "westus2".'],
    [
      { where: { region: "westus2", host: "login.microsoft.com" } },
      "where.region",
      "none of the hosts in `host`",
    ],
    [{ where: { host: "*.login.microsoft.com" } }, "where.host", "where.region"],
    [{ where: { host: "login.microsoft.com." } }, "where.host", 'Write "login.microsoft.com".'],
    [{ ...atMachine, where: { host: "localhost" } }, "where.host", "169.254.169.254"],
    [{ where: { tenant: " contoso" } }, "where.tenant", "space"],
    [{ where: { app: ["a", 7] } }, "where.app[1]", "got a number (7)"],
    [{ where: { user: [] } }, "where.user", "at least one entry"],
    [{ where: { host: "https://login.microsoftonline.com" } }, "where.host", "without scheme"],
    [{ ...atMachine, where: { region: "westeurope" } }, "where.region", "name no region"],
    [{ ...atMachine, where: { user: "adele" } }, "where.user", "name no user"],
    [
      { at: "edge", effect: refused, where: { grant: "password" } },
      "where.grant",
      "before there is a body",
    ],
    [
      { at: "edge", effect: { kind: "tls-failure" }, where: { app: "a" } },
      "where.app",
      "before there is a body",
    ],
    [
      { at: "dns", effect: { kind: "dns-failure" }, where: { user: "u" } },
      "where.user",
      "before there is a body",
    ],
  ])("with %o is refused at %s, and the message says %s", (changes, path, says) => {
    const refusal = windowRefusalOf(changes);
    expect(refusal.path).toBe(path);
    expect(refusal.says).toContain(says);
  });

  it.each<[string, object]>([
    [
      "a slice of every dimension",
      {
        where: {
          tenant: "common",
          user: "a@b.c",
          grant: ["refresh_token", "urn:x"],
          app: "a",
          host: "westus2.login.microsoft.com",
          region: ["westus2"],
        },
      },
    ],
    [
      "a refused connection by tenant and host",
      { at: "edge", effect: refused, where: { tenant: "t", host: "h" } },
    ],
    [
      "the grant_type of the wire as a grant",
      { where: { grant: "urn:ietf:params:oauth:grant-type:jwt-bearer" } },
    ],
    ["a machine asked by one app", { ...atMachine, where: { app: "a" }, effect: updating }],
  ])("may have %s", (_, changes) => {
    expect(() => checkFaultPlan([{ ...goodWindow, ...changes }])).not.toThrow();
  });
});
