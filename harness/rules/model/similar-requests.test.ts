import { describe, expect, it } from "vitest";
import { ada, ben, tenant, type Ask } from "../../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { similarityKeyOf } from "./similar-requests.ts";
import { exchangesOf } from "./exchanges.ts";

function keysOf(run: RunBuilder): readonly string[] {
  const history = run.history();
  return exchangesOf(history).map((one) => similarityKeyOf(history, one));
}

describe("the key of similar requests", () => {
  /** Whether two requests, each of its own call, are similar. */
  function areAlike(first: Ask, second: Ask): boolean {
    const run = buildRun();
    for (const ask of [first, second]) run.exchange({ ...ask, by: run.operation(ask) });
    const [one, two] = keysOf(run);
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
    const [one, two, three, four] = keysOf(run);
    expect(one).not.toBe(two);
    expect(three).toBe(four);
  });

  it("is the same for tokens, codes and assertions of one user, as the service knows", () => {
    const own = { flow: "custom", scopes: ["a"] } as const;
    for (const grant of ["refresh_token", "authorization_code", "on_behalf_of", "device_code"]) {
      const ask = (subject: string): Ask => ({ ...own, grant, hint: "", subject });
      expect(areAlike(ask(ada), ask(ada))).toBe(true);
      expect(areAlike(ask(ada), ask(ben))).toBe(false);
      // A hint may be by object id, and the next request without one.
      expect(areAlike(ask(ada), { ...own, grant, hint: `Oid:${ada.replace(".", "@")}` })).toBe(
        true,
      );
    }
  });

  it("does not take what masks the assertions of earlier journals for one user", () => {
    const masked = {
      flow: "custom",
      grant: "on_behalf_of",
      hint: "",
      anyone: true,
      form: { assertion: "<redacted>" },
    } as const;
    expect(areAlike(masked, masked)).toBe(false);
    expect(areAlike(masked, { ...masked, form: { assertion: "at-0" } })).toBe(false);
  });

  it("of requests without a known user is the same within one call only", () => {
    const run = buildRun();
    const ask = { flow: "custom", grant: "on_behalf_of", hint: "" } as const;
    const [first, second] = [run.operation(ask), run.operation(ask)];
    for (const by of [first, first, second]) run.exchange({ ...ask, by });
    const [one, again, other] = keysOf(run);
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });

  it("is the same for refresh tokens that were renewed from one another", () => {
    const run = buildRun();
    const renew = (sent: string, refreshToken?: string): void =>
      run.exchange({
        anonymous: true,
        flow: "silent",
        anyone: true,
        hint: "",
        form: { refresh_token: sent },
        ...(refreshToken === undefined ? { status: 503 } : { issued: { refreshToken } }),
      });
    renew("rt-0", "rt-1");
    renew("rt-1", "rt-2");
    renew("rt-2");
    renew("rt-9");
    const [one, two, three, other] = keysOf(run);
    expect([two, three]).toEqual([one, one]);
    expect(other).not.toBe(one);
  });

  it("is the same for all names of a tenant", () => {
    const byDomain = { tenant: "contoso.example", tenantId: tenant } as const;
    expect(areAlike({}, byDomain)).toBe(true);
    expect(areAlike({ endpoint: "keys" }, { endpoint: "keys", ...byDomain })).toBe(true);
    expect(areAlike({}, { tenant: "common", tenantId: tenant })).toBe(true);
    expect(areAlike({}, { tenant: "common" })).toBe(false);
  });

  it("is by resource where a request has no scope", () => {
    const v1 = (resource: string): Ask => ({ flow: "custom", scopes: [], form: { resource } });
    const orders = v1("https://orders.contoso.example");
    expect(areAlike(orders, v1("https://orders.contoso.example/"))).toBe(true);
    expect(areAlike(orders, v1("https://graph.microsoft.com"))).toBe(false);
    const scopes = ["https://orders.contoso.example/.default"];
    expect(areAlike(orders, { flow: "custom", scopes })).toBe(true);
  });

  it("of a connection of own code that failed is what its call, or its purpose, asks for", () => {
    const own = { flow: "custom", scopes: ["a"], app: "load", client: "own" } as const;
    const asks = (subject: string): Ask => ({
      ...own,
      app: "client",
      grant: "refresh_token",
      hint: "",
      subject,
    });
    const run = buildRun();
    const [first, second, third] = [run.operation(own), run.operation(own), run.operation(own)];
    run.exchange({ ...own, by: first, sent: "connection", networkFault: "ECONNREFUSED" });
    run.exchange({ ...asks(ada), by: first });
    run.exchange({ ...own, by: second, sent: "connection", networkFault: "ECONNREFUSED" });
    expect(new Set(keysOf(run)).size).toBe(1);
    run.exchange({ ...asks(ben), by: third });
    const [unsent, sent, unknown, ofBen] = keysOf(run);
    expect(unsent).toBe(sent);
    expect(new Set([sent, unknown, ofBen]).size).toBe(3);
  });

  it("of a connection of own code that failed is what calls whose names differ in a number ask for", () => {
    const own = { flow: "custom", scopes: ["a"], app: "order 17" } as const;
    const next = { ...own, app: "order 18" } as const;
    const run = buildRun();
    run.exchange({ ...own, app: "client", grant: "client_credentials", by: run.operation(own) });
    run.exchange({ ...next, by: run.operation(next), sent: "connection" });
    const [sent, unsent] = keysOf(run);
    expect(unsent).toBe(sent);
  });

  it("of a connection of own code that failed is unknown where calls ask for several tokens", () => {
    const own = { flow: "custom", scopes: [], app: "load" } as const;
    const asks = (scope: string): Ask => ({
      ...own,
      app: "client",
      grant: "client_credentials",
      scopes: [scope],
    });
    const run = buildRun();
    const [first, second] = [run.operation(own), run.operation(own)];
    run.exchange({ ...asks("graph"), by: first });
    run.exchange({ ...asks("orders"), by: first });
    run.exchange({ ...asks("graph"), by: second });
    run.exchange({ ...own, by: second, sent: "connection" });
    const [graph, orders, again, unsent] = keysOf(run);
    expect(again).toBe(graph);
    expect(unsent).not.toBe(graph);
    expect(unsent).not.toBe(orders);
  });

  it("is the same for instances in one process, and for no others", () => {
    const run = (sharedProcesses?: Readonly<Record<string, string>>): RunBuilder => {
      const built = buildRun(sharedProcesses === undefined ? {} : { sharedProcesses });
      for (const client of ["app-1", "app-2"]) built.exchange({ by: built.operation({ client }) });
      return built;
    };
    expect(new Set(keysOf(run())).size).toBe(2);
    expect(new Set(keysOf(run({ "app-2": "app-1" }))).size).toBe(1);
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
    for (const other of [{ tenant: "another" }, { endpoint: "openid-configuration" }] as const)
      expect(areAlike(keys, { ...keys, ...other })).toBe(false);
  });
});
