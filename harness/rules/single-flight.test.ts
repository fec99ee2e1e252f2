import { describe, expect, it } from "vitest";
import { singleFlight } from "./single-flight.ts";
import { ada, ben, type Ask, type Call, type Reply } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => singleFlight.judge(run.history());

/** Two calls at once, each with its own request, all answered alike. */
function twoRequests(first: Call, second: Call, reply: Reply = {}): RunBuilder {
  const run = buildRun();
  const calls = [first, second].map((call) => run.operation(call));
  const requests = calls.map((by) => run.request({ by }));
  run.after(1_000);
  for (const request of requests) request.answered(reply);
  for (const call of calls) call.ok();
  return run;
}

describe("single-flight", () => {
  it("passes when three callers share one request", () => {
    const run = buildRun();
    const first = run.operation();
    const others = [run.operation(), run.operation()];
    run.exchange({ by: first, takesMs: 1_000 });
    for (const call of [first, ...others]) call.ok();
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: "1 burst of overlapping calls for one token, each with one request.",
    });
  });

  it("passes when the second caller asks after an answer without a token, or one that was cut off", () => {
    const asksAfter = (reply: Reply) => {
      const run = buildRun();
      const [first, second] = [run.operation(), run.operation()];
      run.exchange({ by: first, ...reply });
      first.fails();
      run.exchange({ by: second });
      second.ok();
      return judge(run).verdict;
    };
    expect(asksAfter({ issued: "nothing" })).toBe("pass");
    expect(asksAfter({ cut: "fin" })).toBe("pass");
    expect(asksAfter({})).toBe("fail");
  });

  it("passes when the second caller retries after the first has failed", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first, status: 503 });
    first.fails();
    run.exchange({ by: second });
    second.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it.each(["silent", "client-credentials", "on-behalf-of", "refresh-token"] as const)(
    "fails for two simultaneous requests of flow %s",
    (flow) => {
      expect(judge(twoRequests({ flow }, { flow }))).toEqual({
        verdict: "fail",
        message: "app-1 made 2 token requests for 2 overlapping calls for one token.",
        evidence: [3],
      });
    },
  );

  it("names the tabs only when there are several", () => {
    const inTab = { tab: "tab-1" } as const;
    expect(judge(twoRequests(inTab, inTab)).message).toMatch(/overlapping calls for one token\.$/);
  });

  it("fails for a retry while the request of another call is under way, and shows the retry", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first, status: 503 });
    const underway = run.request({ by: second });
    run.exchange({ by: first });
    underway.answered();
    for (const call of [first, second]) call.ok();
    expect(judge(run)).toMatchObject({ verdict: "fail", evidence: [5] });
  });

  it("passes for what one call sends one after the other, beside one that sends nothing", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    for (let time = 0; time < 2; time += 1) run.exchange({ by: first });
    for (const call of [first, second]) call.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("passes for a call that began after another one had ended, although a third overlaps both", () => {
    for (const isThirdFirst of [true, false]) {
      const run = buildRun();
      const early = isThirdFirst ? run.operation() : undefined;
      const first = run.operation();
      const third = early ?? run.operation();
      run.exchange({ by: first });
      first.ok();
      const later = run.operation();
      run.exchange({ by: later });
      later.ok();
      third.ok();
      expect(judge(run).verdict).toBe("pass");
    }
  });

  it("does not count metadata, and preflights that were refused", () => {
    for (const ask of [
      { endpoint: "keys" },
      { method: "OPTIONS", status: 503, issued: "nothing" },
    ] as const) {
      const run = buildRun();
      const [first, second] = [run.operation(), run.operation()];
      const underway = run.request({ by: first });
      run.exchange({ by: second, ...ask });
      underway.answered();
      for (const call of [first, second]) call.ok();
      expect(judge(run).verdict).toBe("pass");
    }
  });

  it("of own code counts overlapping calls only, and grants that may be shared", () => {
    const judged = (asked: Ask, areTogether: boolean) => {
      const run = buildRun();
      const call = { flow: "custom", app: "load", scopes: [], anyone: true } as const;
      const first = run.operation(call);
      run.exchange({ app: "client", scopes: ["a"], hint: "", ...asked, by: first });
      if (!areTogether) first.ok();
      const second = run.operation(call);
      run.exchange({ app: "client", scopes: ["a"], hint: "", ...asked, by: second });
      if (areTogether) first.ok();
      second.ok();
      return judge(run).verdict;
    };
    const daemon = { grant: "client_credentials" } as const;
    expect(judged(daemon, true)).toBe("fail");
    expect(judged(daemon, false)).toBe("inconclusive");
    expect(judged({ grant: "authorization_code", subject: ada }, true)).toBe("inconclusive");
  });

  it("fails although both requests fail", () => {
    expect(judge(twoRequests({}, {}, { status: 503 })).verdict).toBe("fail");
  });

  it("fails for a caller that requests the token that another one has just received", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first });
    run.exchange({ by: second });
    first.ok();
    second.ok();
    expect(judge(run).verdict).toBe("fail");
  });

  it("fails for a call that overlaps one that hangs", () => {
    const run = buildRun();
    run.request({ by: run.operation() });
    run.at("00:05:00");
    run.request({ by: run.operation() });
    expect(judge(run).verdict).toBe("fail");
  });

  it.each<[string, Call]>([
    ["users", { user: ben }],
    ["scopes", { scopes: ["api://other/.default"] }],
    ["clients", { client: "app-2" }],
    ["tenants", { tenant: "22222222-2222-4222-8222-222222222222" }],
    ["challenges", { claims: true }],
    ["forced refreshes", { forceRefresh: true }],
    ["flows", { flow: "on-behalf-of" }],
  ])("leaves other %s to themselves", (_, other) => {
    expect(judge(twoRequests({}, other)).verdict).toBe("inconclusive");
  });

  it("does not judge two sign-ins of one user with two codes", () => {
    const flow = "authorization-code";
    expect(judge(twoRequests({ flow }, { flow })).verdict).toBe("inconclusive");
  });

  it("allows one call to make two requests", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first, status: 503 });
    run.exchange({ by: first });
    first.ok();
    second.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("is inconclusive when calls did not overlap, or sent no request", () => {
    const run = buildRun();
    for (let call = 0; call < 2; call += 1) {
      const operation = run.operation();
      run.exchange({ by: operation });
      operation.ok();
    }
    const [first, second] = [run.operation(), run.operation()];
    first.ok();
    second.ok();
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

describe("single-flight of own code", () => {
  const load: Call = { flow: "custom", app: "load", scopes: [], anyone: true };
  const refresh = {
    app: "client",
    grant: "refresh_token",
    hint: "",
    form: { refresh_token: "rt-0" },
  } as const;
  const identity = (resource: string) =>
    ({
      endpoint: "managed-identity",
      url: `http://169.254.169.254/metadata/identity/oauth2/token?resource=${resource}`,
    }) as const;

  /** Calls of these names at once, each with the request of the same place. */
  function together(names: readonly string[], asks: readonly Ask[]): RunBuilder {
    const run = buildRun();
    const calls = names.map((app) => run.operation({ ...load, app }));
    const requests = asks.flatMap((ask, index) => {
      const by = calls[index] ?? calls[0];
      return by === undefined ? [] : [run.request({ ...ask, by })];
    });
    run.after(1_000);
    for (const request of requests) request.answered();
    for (const call of calls) call.ok();
    return run;
  }

  it("fails for three calls at once with one refresh token, under any names", () => {
    expect(judge(together(["load", "save", "load"], [refresh, refresh, refresh]))).toMatchObject({
      verdict: "fail",
      message: "app-1 made 3 token requests for 3 overlapping calls for one token.",
    });
  });

  it("fails for two requests that one call has under way at once", () => {
    expect(judge(together(["load"], [refresh, refresh])).message).toContain(
      "2 token requests for 1 overlapping call",
    );
  });

  it("fails for two calls of one managed identity, also through a client", () => {
    const vault = identity("https://vault.azure.net");
    expect(judge(together(["load", "save"], [vault, vault])).verdict).toBe("fail");
    const flow = "managed-identity";
    expect(judge(twoRequests({ flow }, { flow })).verdict).toBe("fail");
  });

  it("fails for a call that presents the token which the other has just renewed", () => {
    const run = buildRun();
    const [first, second] = [run.operation(load), run.operation(load)];
    run.exchange({ ...refresh, by: first, issued: { refreshToken: "rt-1" } });
    run.exchange({ ...refresh, by: second, form: { refresh_token: "rt-1" } });
    expect(judge(run).verdict).toBe("fail");
  });

  it("fails for two calls on behalf of one token, also through a client", () => {
    const ask = { app: "client", grant: "on_behalf_of", form: { assertion: "at-0" } } as const;
    const known = { ...ask, subject: ada };
    expect(judge(together(["load", "load"], [known, known])).verdict).toBe("fail");
    const flow = { flow: "on-behalf-of", assertion: "at-0" } as const;
    expect(judge(twoRequests(flow, flow)).verdict).toBe("fail");
    expect(judge(twoRequests(flow, { ...flow, assertion: "at-1" })).verdict).toBe("inconclusive");
  });

  it.each<[string, Ask, Ask]>([
    [
      "other sessions of one user",
      { ...refresh, subject: ada },
      { ...refresh, subject: ada, form: { refresh_token: "rt-1" } },
    ],
    [
      "other assertions of one user",
      { grant: "on_behalf_of", subject: ada, form: { assertion: "at-0" } },
      { grant: "on_behalf_of", subject: ada, form: { assertion: "at-1" } },
    ],
    ["other users", refresh, { ...refresh, form: { refresh_token: "rt-1" } }],
    ["other resources", identity("https://vault.azure.net"), identity("https://storage.azure.com")],
    [
      "codes, which are redeemed once",
      { app: "client", grant: "authorization_code" },
      { app: "client", grant: "authorization_code" },
    ],
  ])("does not fail for %s", (_, one, other) => {
    expect(judge(together(["load", "load"], [one, other])).verdict).toBe("inconclusive");
  });

  it("does not fail for a retry of the same call", () => {
    const run = buildRun();
    const call = run.operation(load);
    run.exchange({ ...refresh, by: call, status: 503 });
    run.exchange({ ...refresh, by: call });
    call.ok();
    expect(judge(run).verdict).not.toBe("fail");
  });
});
