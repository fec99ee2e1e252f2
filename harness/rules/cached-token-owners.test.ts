/** Rule cached-token and whose token it is: of which user, tenant, resource and session. */
import { describe, expect, it } from "vitest";
import { ada, ben, type Ask, type Call } from "../../test/support/run-builder-wire.ts";
import { buildRun } from "../../test/support/run-builder.ts";
import { cachedToken } from "./cached-token.ts";

describe("own code that serves several users, tenants or resources", () => {
  const own = { flow: "custom", client: "own", app: "load", scopes: [], anyone: true } as const;
  const renewal = { app: "client", grant: "refresh_token", scopes: ["a"], hint: "" } as const;
  const daemonAsk = { app: "client", grant: "client_credentials", scopes: ["a"] } as const;

  /** Two calls ten minutes apart, each with its request. */
  function twoCalls(...asks: readonly [Ask, Ask]): string {
    const run = buildRun();
    for (const ask of asks) {
      const call = run.operation(own);
      run.exchange({ ...ask, by: call });
      call.ok();
      run.after(600_000);
    }
    return cachedToken.judge(run.history()).verdict;
  }

  it.each<[string, Ask, Ask]>([
    ["users", { ...renewal, subject: ada }, { ...renewal, subject: ben }],
    ["tenants", { ...daemonAsk, tenant: "one" }, { ...daemonAsk, tenant: "two" }],
    [
      "resources of v1",
      { ...daemonAsk, scopes: [], form: { resource: "https://a" } },
      { ...daemonAsk, scopes: [], form: { resource: "https://b" } },
    ],
    [
      "resources of a machine",
      { endpoint: "managed-identity", url: "http://169.254.169.254/token?resource=https://a" },
      { endpoint: "managed-identity", url: "http://169.254.169.254/token?resource=https://b" },
    ],
  ])("is not judged by a token for another of its %s", (_, one, other) => {
    expect(twoCalls(one, other)).toBe("inconclusive");
  });

  it.each<[string, Ask, Ask]>([
    ["user", { ...renewal, subject: ada }, { ...renewal, subject: ada }],
    [
      "tenant, by another name",
      { ...daemonAsk, tenant: "contoso.example", tenantId: "one" },
      { ...daemonAsk, tenant: "one" },
    ],
    [
      "resource, by scope",
      { ...daemonAsk, scopes: [], form: { resource: "https://a" } },
      { ...daemonAsk, scopes: ["https://a/.default"] },
    ],
  ])("is judged by a token for the same %s", (_, one, other) => {
    expect(twoCalls(one, other)).toBe("fail");
  });
});

describe("sessions of one user on whose behalf an API asks", () => {
  const session = (assertion: string) => ({ flow: "on-behalf-of", assertion }) as const;

  /** A call for each session in turn, a minute apart, and for the first one again. */
  function threeCalls(again: "asks" | "uses the cache", second: Call = session("at-b")): string {
    const run = buildRun();
    for (const ask of [session("at-a"), second]) {
      const call = run.operation(ask);
      run.exchange({ by: call });
      call.ok();
      run.after(60_000);
    }
    const call = run.operation(session("at-a"));
    if (again === "asks") run.exchange({ by: call });
    call.ok();
    const { verdict, message } = cachedToken.judge(run.history());
    return `${verdict}: ${message}`;
  }

  it("need a token each", () => {
    expect(threeCalls("uses the cache")).toMatch(/^pass/);
  });

  it("evict each other's token in a client that keeps one for the user, which is named", () => {
    expect(threeCalls("asks")).toMatch(
      /^fail: .*; the client had evicted it 1m into the run, when it got a token for another session of the same user\.$/,
    );
    expect(threeCalls("asks", { ...session("at-b"), user: ben })).not.toContain("evicted");
  });

  it("are distinguished from other users by the requests, when the calls name no user", () => {
    const run = buildRun();
    for (const [assertion, subject] of [
      ["at-a", ada],
      ["at-b", ben],
      ["at-a", ada],
    ] as const) {
      const call = run.operation({ ...session(assertion), anyone: true });
      run.exchange({ by: call, subject });
      call.ok();
      run.after(60_000);
    }
    expect(cachedToken.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.not.stringContaining("evicted"),
    });
  });
});
