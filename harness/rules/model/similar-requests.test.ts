import { describe, expect, it } from "vitest";
import { ada, ben, type Ask } from "../../../test/support/run-builder-wire.ts";
import { buildRun } from "../../../test/support/run-builder.ts";
import { similarityKeyOf } from "./similar-requests.ts";
import { exchangesOf } from "./exchanges.ts";

describe("the key of similar requests", () => {
  /** Whether two requests, each of its own call, are similar. */
  function areAlike(first: Ask, second: Ask): boolean {
    const run = buildRun();
    for (const ask of [first, second]) run.exchange({ ...ask, by: run.operation(ask) });
    const [one, two] = exchangesOf(run.history()).map(similarityKeyOf);
    return one === two;
  }

  it("is the same for scopes in another order, and for a request that could not connect", () => {
    expect(areAlike({}, {})).toBe(true);
    const scopes = ["a", "b"];
    expect(areAlike({ scopes }, { scopes: ["B", "openid", "a", "offline_access"] })).toBe(true);
    expect(areAlike({}, { sent: "connection" })).toBe(true);
    const daemon = { flow: "client-credentials" } as const;
    expect(areAlike(daemon, { ...daemon, sent: "connection" })).toBe(true);
  });

  it.each<[string, Ask]>([
    ["user", { user: ben }],
    ["scope", { scopes: ["api://other/.default"] }],
    ["client", { client: "app-2" }],
    ["app", { app: "another" }],
    ["tenant", { tenant: "another" }],
    ["grant", { flow: "on-behalf-of" }],
    ["endpoint", { endpoint: "keys" }],
    ["cloud", { host: "login.microsoftonline.us" }],
    ["region", { host: "westus2.login.microsoft.com" }],
    ["host of customers", { host: "contoso.ciamlogin.com" }],
  ])("ends with another %s", (_, other) => {
    expect(areAlike({}, other)).toBe(false);
  });

  it("differs for unknown users, and is the same for one refresh token", () => {
    const run = buildRun();
    const code = { anonymous: true, flow: "authorization-code", hint: "" } as const;
    const refresh = {
      anonymous: true,
      flow: "silent",
      hint: "",
      form: { refresh_token: "rt-0" },
    } as const;
    for (const ask of [code, code, refresh, refresh]) run.exchange(ask);
    const [one, two, three, four] = exchangesOf(run.history()).map(similarityKeyOf);
    expect(one).not.toBe(two);
    expect(three).toBe(four);
  });

  it("is the same for the aliases of one cloud", () => {
    expect(areAlike({}, { host: "login.windows.net" })).toBe(true);
    expect(areAlike({ endpoint: "keys" }, { endpoint: "keys", host: "sts.windows.net" })).toBe(
      true,
    );
  });

  it("of a sign-in page is that of its user, else of its tab", () => {
    const page = { endpoint: "authorize", method: "GET" } as const;
    expect(areAlike(page, page)).toBe(true);
    expect(areAlike(page, { ...page, user: ben })).toBe(false);
    const unknown = { ...page, flow: "popup", anyone: true, hint: "" } as const;
    expect(areAlike({ ...unknown, tab: "tab-1" }, { ...unknown, tab: "tab-1" })).toBe(true);
    expect(areAlike({ ...unknown, tab: "tab-1" }, { ...unknown, tab: "tab-2" })).toBe(false);
    expect(areAlike(unknown, unknown)).toBe(false);
  });

  it("of metadata does not contain the user", () => {
    const keys = { endpoint: "keys" } as const;
    expect(areAlike({ ...keys, user: ada }, { ...keys, user: ben })).toBe(true);
  });
});
