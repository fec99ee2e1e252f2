import { describe, expect, it } from "vitest";
import { singleFlight } from "./single-flight.ts";
import { ben, type Call, type Reply } from "../../test/support/check-story-wire.ts";
import { story, type Story } from "../../test/support/check-story.ts";

const judge = (told: Story) => singleFlight.judge(told.history());

/** Two calls at once, each with its own request, all answered alike. */
function twoRequests(first: Call, second: Call, reply: Reply = {}): Story {
  const told = story();
  const calls = [first, second].map((call) => told.operation(call));
  const requests = calls.map((by) => told.request({ by }));
  told.after(1_000);
  for (const request of requests) request.answered(reply);
  for (const call of calls) call.ok();
  return told;
}

describe("single-flight", () => {
  it("holds when three callers share one request", () => {
    const told = story();
    const first = told.operation();
    const others = [told.operation(), told.operation()];
    told.exchange({ by: first, takesMs: 1_000 });
    for (const call of [first, ...others]) call.ok();
    expect(judge(told)).toMatchObject({
      verdict: "pass",
      message: "1 burst of overlapping calls for one token, each with one request.",
    });
  });

  it("holds when the second tries again after the first has failed", () => {
    const told = story();
    const [first, second] = [told.operation(), told.operation()];
    told.exchange({ by: first, status: 503 });
    first.fails();
    told.exchange({ by: second });
    second.ok();
    expect(judge(told).verdict).toBe("pass");
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
    const told = story();
    const [first, second] = [told.operation(), told.operation()];
    told.exchange({ by: first });
    told.exchange({ by: second });
    first.ok();
    second.ok();
    expect(judge(told).verdict).toBe("fail");
  });

  it("is broken by a call that overlaps a call that hangs", () => {
    const told = story();
    told.request({ by: told.operation() });
    told.at("00:05:00");
    told.request({ by: told.operation() });
    expect(judge(told).verdict).toBe("fail");
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
    const told = story();
    const [first, second] = [told.operation(), told.operation()];
    told.exchange({ by: first, status: 503 });
    told.exchange({ by: first });
    first.ok();
    second.ok();
    expect(judge(told).verdict).toBe("pass");
  });

  it("saw nothing when calls followed each other, or needed no network", () => {
    const told = story();
    for (let call = 0; call < 2; call += 1) {
      const operation = told.operation();
      told.exchange({ by: operation });
      operation.ok();
    }
    const [first, second] = [told.operation(), told.operation()];
    first.ok();
    second.ok();
    expect(judge(told).verdict).toBe("inconclusive");
  });
});
