import { describe, expect, it } from "vitest";
import {
  atMachine,
  goodWindow,
  planRefusalOf,
  refused,
  updating,
  windowRefusalOf,
} from "../../test/support/fault-plan.ts";
import { checkFaultPlan } from "./validate.ts";

it("a field of a slice is refused for one reason only", () => {
  const changes = { at: "resource", on: ["resource"], where: { grant: "password", tenant: "t" } };
  const { message } = planRefusalOf([{ ...goodWindow, ...changes }]);
  expect(message.split("name no grant")).toHaveLength(2);
  expect(message.split("name no tenant")).toHaveLength(2);
});

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
    [{ ...atMachine, where: { user: "adele" } }, "where.user", "or by the app of a user-assigned"],
    [{ at: "resource", on: "all", where: { tenant: "t" } }, "where.tenant", "Narrow it by host."],
    [
      { on: ["user-realm", "instance-discovery"], where: { tenant: "t" } },
      "where.tenant",
      'a window on "user-realm" and "instance-discovery": its requests name no tenant. Leave it out.',
    ],
    [{ on: ["authorize"], where: { grant: "password" } }, "where.grant", 'Add "token" to its'],
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
    [
      "a grant that some of its endpoints name",
      { on: ["token", "keys"], where: { grant: "password" } },
    ],
    ["the grant of machines at the primary", { where: { grant: "managed_identity" } }],
    ["the grant of machines at the backup", { at: "backup", where: { grant: "managed_identity" } }],
    ["another grant at the edge", { at: "edge", where: { grant: "password" } }],
    [
      "the grant of machines among others",
      { at: "edge", where: { grant: ["managed_identity", "password"] } },
    ],
    ["the host of a machine", { ...atMachine, where: { host: "169.254.169.254" } }],
    ["it among others", { ...atMachine, where: { host: ["localhost", "169.254.169.254"] } }],
    [
      "a region that is in one of its hosts",
      {
        where: { region: "westus2", host: ["login.microsoft.com", "westus2.login.microsoft.com"] },
      },
    ],
    ["a machine asked by one app", { ...atMachine, where: { app: "a" }, effect: updating }],
  ])("may have %s", (_, changes) => {
    expect(() => checkFaultPlan([{ ...goodWindow, ...changes }])).not.toThrow();
  });
});
