import { describe, expect, it } from "vitest";
import { singleFlight } from "./single-flight.ts";
import { ben, type Call, type Reply } from "../../test/support/run-builder-wire.ts";
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
  it("holds when three callers share one request", () => {
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

  it("holds when the second tries again after the first has failed", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first, status: 503 });
    first.fails();
    run.exchange({ by: second });
    second.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it.each(["silent", "client-credentials", "on-behalf-of", "refresh-token"] as const)(
    "is broken by two requests underway at once for flow %s",
    (flow) => {
      expect(judge(twoRequests({ flow }, { flow }))).toEqual({
        verdict: "fail",
        message: "app-1 made 2 token requests for 2 overlapping calls for one token.",
        evidence: [3],
      });
    },
  );

  it("is broken although both fail", () => {
    expect(judge(twoRequests({}, {}, { status: 503 })).verdict).toBe("fail");
  });

  it("is broken by a caller who asks for what another has just got", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first });
    run.exchange({ by: second });
    first.ok();
    second.ok();
    expect(judge(run).verdict).toBe("fail");
  });

  it("is broken by a call that overlaps a call that hangs", () => {
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
    ["flows", { flow: "on-behalf-of" }],
  ])("leaves other %s to themselves", (_, other) => {
    expect(judge(twoRequests({}, other)).verdict).toBe("inconclusive");
  });

  it("leaves two sign-ins of one person, who has two codes, to themselves", () => {
    const flow = "authorization-code";
    expect(judge(twoRequests({ flow }, { flow })).verdict).toBe("inconclusive");
  });

  it("lets one call make two requests", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    run.exchange({ by: first, status: 503 });
    run.exchange({ by: first });
    first.ok();
    second.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("saw nothing when calls followed each other, or needed no network", () => {
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
