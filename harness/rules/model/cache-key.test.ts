/** Which calls one cached token can serve. */
import { describe, expect, it } from "vitest";
import { ada, ben, tenant, type Ask, type Call } from "../../../test/support/run-builder-wire.ts";
import { buildRun } from "../../../test/support/run-builder.ts";
import { cacheKeyOf, isForUser } from "./cache-key.ts";
import { operationsOf } from "./exchanges.ts";

const own = { flow: "custom", app: "load", scopes: [], anyone: true } as const;
const daemon = { app: "client", grant: "client_credentials", scopes: ["a"] } as const;
const user = { app: "client", grant: "refresh_token", scopes: ["a"], hint: "" } as const;

/** The cache keys of calls, each with its requests. */
function keysOf(...calls: readonly (readonly [call: Call, ...asks: Ask[]])[]) {
  const run = buildRun();
  for (const [made, ...asks] of calls) {
    const call = run.operation(made);
    for (const ask of asks) run.exchange({ ...ask, by: call });
    call.ok({ token: "none" });
  }
  const history = run.history();
  return operationsOf(history).map(({ invoked }) => cacheKeyOf(history, invoked));
}

/** Whether it is known of own code with these requests, each of a call, that all are for one token. */
const isOneToken = (...asks: readonly Ask[]): boolean =>
  keysOf(...asks.map((ask) => [own, ask] as const)).every((key) => key !== undefined);

describe("own code asks for one token", () => {
  it.each<[what: string, asks: readonly Ask[]]>([
    ["of an app", [daemon, daemon]],
    [
      "of a user",
      [
        { ...user, subject: ada },
        { ...user, subject: ada },
      ],
    ],
    ["when a request does not say for what it is", [daemon, { ...daemon, scopes: [] }]],
    ["when a connection failed, which sent nothing", [user, { ...own, sent: "connection" }]],
    [
      "of a machine and of an app, as far as the requests show it",
      [{ endpoint: "managed-identity" }, daemon],
    ],
    [
      "of a tenant by its id and by a name",
      [
        { ...daemon, tenant },
        { ...daemon, tenant: "contoso" },
      ],
    ],
    ["when it reads metadata elsewhere", [daemon, { endpoint: "keys", tenant: "common" }]],
    ["also when it asks APIs", [daemon, { ...user, endpoint: "resource", scopes: ["b"] }]],
  ])("%s", (_, asks) => {
    expect(isOneToken(...asks)).toBe(true);
  });

  it.each<[what: string, asks: readonly Ask[]]>([
    ["scopes", [daemon, { ...daemon, scopes: ["b"] }]],
    ["apps", [daemon, { ...daemon, app: "another" }]],
    ["owners", [daemon, user]],
    ["owners, one of which is a machine", [{ endpoint: "managed-identity" }, user]],
    [
      "names of tenants",
      [
        { ...daemon, tenant: "one" },
        { ...daemon, tenant: "two" },
      ],
    ],
    [
      "tenants, one of which its metadata show",
      [
        { ...daemon, tenant },
        { endpoint: "keys", tenant: tenant.replaceAll("9", "8") },
      ],
    ],
    [
      "users",
      [
        { ...user, subject: ada },
        { ...user, subject: ben },
      ],
    ],
  ])("not with several %s", (_, asks) => {
    expect(isOneToken(...asks)).toBe(false);
  });

  it("when its names say for whom it asks", () => {
    const keys = keysOf(
      [
        { ...own, app: "of Ada" },
        { ...user, subject: ada },
      ],
      [
        { ...own, app: "of Ben" },
        { ...user, subject: ben },
      ],
    );
    expect(keys.every((key) => key !== undefined)).toBe(true);
    expect(new Set(keys).size).toBe(2);
  });

  it("not when its results are of several users", () => {
    const run = buildRun();
    for (const person of [ada, ben]) run.operation(own).ok({ user: person, token: run.token() });
    const history = run.history();
    for (const { invoked } of operationsOf(history))
      expect(cacheKeyOf(history, invoked)).toBeUndefined();
  });

  it("with other code beside it, of another client", () => {
    const keys = keysOf(
      [own, daemon],
      [
        { ...own, client: "app-2" },
        { ...daemon, scopes: ["b"] },
      ],
      [{}],
    );
    expect(keys.every((key) => key !== undefined)).toBe(true);
  });
});

describe("the cache key", () => {
  const areAlike = (one: Call, other: Call): boolean => {
    const [first, second] = keysOf([one], [other]);
    return first === second;
  };

  it("is the same for scopes in any order, and names of users in any case", () => {
    expect(areAlike({ scopes: ["a", "b"] }, { scopes: ["B", "a", "openid"] })).toBe(true);
    expect(areAlike({ user: ada }, { user: ada.toUpperCase() })).toBe(true);
  });

  it.each<[what: string, one: Call, other: Call]>([
    ["clients", {}, { client: "app-2" }],
    ["apps", {}, { app: "another" }],
    ["tenants", {}, { tenant: "another" }],
    ["users", {}, { user: ben }],
    ["scopes", {}, { scopes: ["a"] }],
    ["sessions of the user", { flow: "on-behalf-of" }, {}],
    [
      "assertions",
      { flow: "on-behalf-of", assertion: "at-a" },
      { flow: "on-behalf-of", assertion: "at-b" },
    ],
    ["own code and clients", own, { ...own, flow: "client-credentials" }],
  ])("is another one for other %s", (_, one, other) => {
    expect(areAlike(one, other)).toBe(false);
  });

  it("of own code does not depend on the user that it turns out to be for", () => {
    const run = buildRun();
    run.operation(own).ok();
    const history = run.history();
    const [call] = operationsOf(history);
    const keys = [ada, ben].map((person) => call && cacheKeyOf(history, call.invoked, person));
    expect(keys[0]).toBe(keys[1]);
  });

  it("shows for which user it is", () => {
    const [key = ""] = keysOf([{ user: ada }]);
    expect([ada, ada.toUpperCase(), ben].map((person) => isForUser(key, person))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
