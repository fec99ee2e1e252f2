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

  it("of metadata does not contain the user", () => {
    const keys = { endpoint: "keys" } as const;
    expect(areAlike({ ...keys, user: ada }, { ...keys, user: ben })).toBe(true);
  });
});
