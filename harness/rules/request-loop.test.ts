import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben, tenant, type Ask, type Reply } from "../../test/support/run-builder-wire.ts";
import { requestLoop } from "./request-loop.ts";

const judge = (run: RunBuilder) => requestLoop.judge(run.history());

const signedOut = { status: 302, error: "login_required", issued: "nothing" } as const;
const order = {
  endpoint: "resource",
  host: "api.contoso.example",
  url: "https://api.contoso.example/orders?page=1",
  issued: "nothing",
} as const;

/** Repeats a request as soon as it has ended. */
function rounds(
  count: number,
  asked: Ask & Reply & { readonly takesMs?: number },
  run = buildRun(),
): RunBuilder {
  for (let round = 0; round < count; round += 1) run.exchange(asked);
  return run;
}

/** A tab that goes to Entra so many times; `between` happens after each. */
function navigations(
  count: number,
  { everyMs = 5_000, between }: { everyMs?: number; between?: (run: RunBuilder) => void } = {},
  run = buildRun(),
): RunBuilder {
  for (let round = 0; round < count; round += 1) {
    const call = run.operation({ flow: "redirect", tab: "tab-1" });
    run.exchange({ by: call, endpoint: "authorize", ...signedOut });
    call.fails();
    between?.(run);
    run.after(everyMs);
  }
  return run;
}

describe("request-loop, requests without a pause", () => {
  it("fails for fifty failed requests, each as soon as the one before has ended, and names the address", () => {
    const judgement = judge(rounds(50, { status: 503 }));
    expect(judgement.verdict).toBe("fail");
    expect(judgement.message).toMatch(
      /^app-1 sent a request 50 times, each as soon as the one before had ended, round POST https:\/\/login\.microsoftonline\.com\/.*\/token\.$/,
    );
    expect(judgement.evidence).toHaveLength(8);
  });

  /** Requests that take turns, each as soon as the one before has ended, for so many rounds. */
  function turns(count: number, asks: readonly (Ask & Reply)[], pauseMs = 0): RunBuilder {
    const run = buildRun();
    for (let round = 0; round < count; round += 1)
      for (const ask of asks) {
        run.exchange({ takesMs: 200, ...ask });
        run.after(pauseMs);
      }
    return run;
  }

  const regions = ["westeurope", "northeurope"].map((region) => ({
    host: `${region}.login.microsoft.com`,
    status: 503,
  }));

  it("fails for addresses that take turns, and names them", () => {
    const judgement = judge(turns(50, [...regions, { status: 503 }]));
    expect(judgement.verdict).toBe("fail");
    for (const host of ["westeurope.login.microsoft.com", "login.microsoftonline.com"])
      expect(judgement.message).toContain(`//${host}/`);
    expect(judge(turns(50, [{ status: 503 }, { ...order, status: 200 }])).verdict).toBe("fail");
  });

  it("passes for addresses that take turns for fewer rounds, or with a pause", () => {
    expect(judge(turns(49, regions)).verdict).toBe("pass");
    expect(judge(turns(50, regions, 60)).verdict).toBe("pass");
  });

  it("passes for many users, one after the other, whose turns come again", () => {
    const users = Array.from({ length: 12 }, (_, number) => ({
      flow: "silent" as const,
      user: `user-${number}.${tenant}`,
    }));
    expect(judge(turns(50, users)).verdict).toBe("pass");
  });

  it("passes for forty-nine, and for fifty with a pause after each or in the middle", () => {
    expect(judge(rounds(49, { status: 503 })).verdict).toBe("pass");
    const paused = buildRun();
    for (let round = 0; round < 50; round += 1) rounds(1, { status: 503 }, paused).after(51);
    expect(judge(paused).verdict).toBe("pass");
    const halves = rounds(25, { status: 503 });
    halves.after(1_000);
    expect(judge(rounds(25, { status: 503 }, halves)).verdict).toBe("pass");
  });

  it("fails for fifty after others and a pause, and beside a request that ends with one of them", () => {
    const after = rounds(30, { status: 503 });
    after.after(10_000);
    expect(judge(rounds(50, { status: 503 }, after)).verdict).toBe("fail");
    const beside = buildRun();
    const slow = beside.request();
    rounds(25, { status: 503, takesMs: 100 }, beside);
    slow.answered({ status: 503 });
    expect(judge(rounds(25, { status: 503, takesMs: 100 }, beside)).verdict).toBe("fail");
  });

  it("counts up to eight others between two rounds", () => {
    const kinds = (count: number) =>
      Array.from({ length: count }, (_, number) => ({ scopes: [`api://${number}/.default`] }));
    expect(judge(turns(50, kinds(9))).verdict).toBe("fail");
    expect(judge(turns(50, kinds(10))).verdict).toBe("pass");
  });

  it("fails also when each answer takes time, when the requests succeed, and when no connection is made", () => {
    expect(judge(rounds(50, { status: 503, takesMs: 100 })).verdict).toBe("fail");
    expect(judge(rounds(50, { status: 200 })).verdict).toBe("fail");
    const refused = { sent: "connection", networkFault: "ECONNREFUSED" } as const;
    expect(judge(rounds(50, refused)).verdict).toBe("fail");
  });

  it("fails for a loop of metadata, of a managed identity and of a failed API", () => {
    expect(judge(rounds(50, { endpoint: "keys" })).verdict).toBe("fail");
    expect(judge(rounds(50, { endpoint: "managed-identity", status: 500 })).verdict).toBe("fail");
    expect(judge(rounds(50, { ...order, status: 401 })).verdict).toBe("fail");
  });

  it("is inconclusive when nothing was sent again", () => {
    expect(judge(buildRun()).verdict).toBe("inconclusive");
    expect(judge(rounds(1, { status: 503 })).verdict).toBe("inconclusive");
  });
});

describe("request-loop, what it excuses without a pause", () => {
  it("requests under way together, but not workers that each go round", () => {
    const run = buildRun();
    const underway = Array.from({ length: 200 }, () => run.request());
    for (const request of underway) request.answered({ status: 503 });
    expect(judge(run).verdict).toBe("inconclusive");
    for (let round = 0; round < 50; round += 1) {
      const both = [run.request(), run.request()];
      for (const request of both) request.answered({ status: 503 });
    }
    expect(judge(run).verdict).toBe("fail");
  });

  it("requests of calls made together, in any order, but not of a call that is made later", () => {
    const run = buildRun();
    const calls = [run.operation({ flow: "silent" }), run.operation({ flow: "silent" })];
    for (const by of calls) run.exchange({ by, status: 503 });
    for (const call of calls) call.fails();
    expect(judge(run).verdict).toBe("inconclusive");
    const later = run.operation({ flow: "silent" });
    run.exchange({ by: later, status: 503 });
    later.fails();
    expect(judge(run).verdict).toBe("pass");
  });

  it("many people's requests one after the other, but not the loop of one of them", () => {
    const run = buildRun();
    for (let round = 0; round < 60; round += 1)
      rounds(1, { user: round % 2 === 0 ? ada : ben, status: 503, flow: "silent" }, run);
    for (let person = 0; person < 60; person += 1)
      rounds(
        1,
        { form: { refresh_token: `rt-${person}` }, status: 503, grant: "refresh_token" },
        run,
      );
    expect(judge(run).verdict).not.toBe("fail");
    for (let round = 0; round < 50; round += 1) {
      rounds(1, { form: { refresh_token: "rt-0" }, status: 503, grant: "refresh_token" }, run);
      rounds(
        1,
        { form: { refresh_token: `rt-${round}` }, status: 503, grant: "refresh_token" },
        run,
      );
    }
    expect(judge(run).verdict).toBe("fail");
  });

  it("answers of any API, but not its refusals from a 400 on", () => {
    for (const endpoint of ["resource", "userinfo", "other"] as const) {
      expect(judge(rounds(60, { ...order, endpoint, status: 399 })).verdict).not.toBe("fail");
      expect(judge(rounds(60, { ...order, endpoint, status: 400 })).verdict).toBe("fail");
    }
  });

  it("the pages of a list, but not the same when each is refused", () => {
    const list = (status: number): RunBuilder => {
      const run = buildRun();
      for (let page = 0; page < 200; page += 1)
        run.exchange({ ...order, url: `https://api.contoso.example/orders?page=${page}`, status });
      return run;
    };
    expect(judge(list(200)).verdict).not.toBe("fail");
    expect(judge(list(401)).verdict).toBe("fail");
  });

  it("calls of an API that fail in one call of the application each, but not within one", () => {
    const run = buildRun();
    for (let call = 0; call < 60; call += 1) {
      const operation = run.operation({ flow: "custom" });
      run.exchange({ ...order, by: operation, status: 503 });
      operation.fails();
    }
    expect(judge(run).verdict).not.toBe("fail");
    const one = run.operation({ flow: "custom" });
    for (let round = 0; round < 50; round += 1) run.exchange({ ...order, by: one, status: 503 });
    expect(judge(run).verdict).toBe("fail");
  });

  it("what a browser sent again by itself, but not the requests between", () => {
    expect(judge(rounds(60, { status: 503, resent: true })).verdict).not.toBe("fail");
    const run = buildRun();
    for (let round = 0; round < 50; round += 1) {
      run.exchange({ status: 503 });
      run.exchange({ status: 503, resent: true });
    }
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("request-loop, pages", () => {
  it("fails for the fifteenth navigation in five minutes, with any answers, and names the way round", () => {
    const judgement = judge(navigations(15));
    expect(judgement.verdict).toBe("fail");
    expect(judgement.message).toMatch(
      /^tab-1 of app-1 went to Entra 15 times within 1m 10s, round GET https:\/\/login\.microsoftonline\.com\/\S+\/authorize; 14 in 5m are allowed\.$/,
    );
    const served = buildRun();
    for (let round = 0; round < 15; round += 1) {
      const call = served.operation({ flow: "redirect", tab: "tab-1" });
      served.exchange({ by: call, endpoint: "authorize", status: 302 });
      served.exchange({ by: call });
      call.ok();
      served.after(1_000);
    }
    expect(judge(served).verdict).toBe("fail");
    expect(judge(served).message).toMatch(/authorize, POST \S+token/);
  });

  it("fails for two login hosts that a page goes to in turn", () => {
    const run = buildRun();
    for (let round = 0; round < 16; round += 1) {
      const call = run.operation({ flow: "redirect", tab: "tab-1" });
      const host = round % 2 === 0 ? {} : { host: "login.microsoft.com" };
      run.exchange({ by: call, endpoint: "authorize", ...signedOut, ...host });
      call.fails();
      run.after(5_000);
    }
    expect(judge(run).verdict).toBe("fail");
  });

  it("passes for fourteen, and for fifteen in more time", () => {
    expect(judge(navigations(14)).verdict).toBe("pass");
    expect(judge(navigations(15, { everyMs: 25_000 })).verdict).toBe("pass");
  });

  it("counts each tab by itself, and needs two navigations to say something", () => {
    expect(judge(navigations(1)).verdict).toBe("inconclusive");
    expect(judge(navigations(2)).verdict).toBe("pass");
    const run = navigations(10);
    for (let round = 0; round < 10; round += 1) {
      const call = run.operation({ flow: "redirect", tab: "tab-2" });
      run.exchange({ by: call, endpoint: "authorize", ...signedOut });
      call.fails();
    }
    expect(judge(run).verdict).toBe("pass");
  });

  it("uses the limit of the scenario", () => {
    const run = buildRun({ limits: { likeRequestsPer5MinutesMax: 4 } });
    expect(judge(navigations(5, {}, run)).verdict).toBe("fail");
  });

  it("counts a recording without calls, such as a HAR of a browser", () => {
    const run = rounds(15, { endpoint: "authorize", anonymous: true, ...signedOut });
    expect(judge(run).verdict).toBe("fail");
  });

  it("counts sign-ins that a person completes, and each once", () => {
    const signsIn = (run: RunBuilder): void => {
      const call = run.operation({ flow: "redirect", tab: "tab-1" });
      run.exchange({ by: call, endpoint: "authorize", method: "POST", form: {} });
      call.ok();
    };
    expect(judge(navigations(15, { between: signsIn })).verdict).toBe("fail");
    expect(judge(navigations(14, { between: signsIn })).verdict).not.toBe("fail");
  });

  it("excuses a web app on a server, whose requests are many people's, but not its error page of Entra", () => {
    const run = buildRun();
    for (let person = 0; person < 30; person += 1) {
      const call = run.operation({ flow: "authorization-code" });
      run.exchange({ by: call, endpoint: "authorize", status: 302 });
      call.ok();
      run.after(1_000);
    }
    expect(judge(run).verdict).not.toBe("fail");
    run.exchange({ endpoint: "authorize", error: { error: "invalid_grant", codes: [50196] } });
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("request-loop, AADSTS50196", () => {
  const loops = { error: "invalid_grant", codes: [50196] } as const;

  it("fails when Entra says that it ends a loop, with the addresses that it went round", () => {
    const run = rounds(3, { status: 400, error: "invalid_grant" });
    for (const other of [{ client: "app-2" }, { endpoint: "keys" }] as const) run.exchange(other);
    const judgement = judge(rounds(1, { status: 400, error: loops }, run));
    expect(judgement.verdict).toBe("fail");
    expect(judgement.message).toMatch(
      /^Entra ended a loop of app-1 with AADSTS50196; it went round POST \S+token\.$/,
    );
    // The last request and its answer, then those before it, of this client to this address.
    expect(judgement.evidence).toEqual([10, 11, 0, 2, 4]);
  });

  it("excuses the answer of a fault, but not the service's own beside it", () => {
    const faulty = { status: 400, error: loops, faults: ["throttled"] } as const;
    expect(judge(rounds(2, faulty)).verdict).toBe("pass");
    expect(judge(rounds(1, { status: 400, error: loops }, rounds(2, faulty))).verdict).toBe("fail");
  });
});
