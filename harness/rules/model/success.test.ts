/** Which calls count as successes, for every rule and figure that asks. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { keptWorkingFromCache } from "../../integrations/matchers/kept-working.ts";
import { slimHistory } from "../../reporting/formats/slim-history.ts";
import { buildResults } from "../../reporting/model/build-results.ts";
import { configurationAdvice } from "../../reporting/model/configuration.ts";
import { costOf } from "../../reporting/model/cost.ts";
import { flows } from "../../history/event.ts";
import { ruleById } from "../rules.ts";
import { operationsOf } from "./exchanges.ts";
import { flowOutcomeOf } from "./flow-outcome.ts";
import { hasSucceeded, isDenied } from "./success.ts";

const custom = { flow: "custom", client: "shop", app: "load" } as const;
const minute = 60_000;

/** What each call came to: `+` a success, `-` nothing for its caller, `?` neither. */
function outcomesIn(run: RunBuilder): string {
  const history = run.history();
  return operationsOf(history)
    .map((call) => (hasSucceeded(history, call) ? "+" : isDenied(history, call) ? "-" : "?"))
    .join("");
}

const judge = (rule: string, run: RunBuilder) => ruleById(rule)?.judge(run.history());

/** A day with a token from the start; half an hour later comes `then`. */
function withToken(then: (run: RunBuilder) => void): RunBuilder {
  const run = buildRun();
  const call = run.operation();
  run.exchange({ by: call, issued: { token: run.token({ expiresIn: 86_400 }) } });
  call.ok();
  run.at("00:30:00");
  then(run);
  return run;
}

const empty = (run: RunBuilder): void => run.operation().ok({ token: "none" });

describe("a call", () => {
  it("has succeeded when it ends ok with a token, and is denied when it fails or never ends", () => {
    const run = buildRun();
    run.operation().ok();
    run.operation().fails();
    run.operation().unknown("never-ends");
    run.operation().unknown("caller-timeout");
    run.operation().unknown("run-ended");
    run.operation();
    expect(outcomesIn(run)).toBe("+---??");
  });

  it.each(flows.filter((flow) => flow !== "custom"))(
    "of flow %s that ends ok without a token is denied",
    (flow) => {
      const run = buildRun();
      run.operation({ flow }).ok({ token: "none" });
      expect(outcomesIn(run)).toBe("-");
    },
  );

  it("of own code counts by its result, where its name reports no tokens", () => {
    const run = buildRun();
    run.operation(custom).ok();
    run.operation({ ...custom, app: "report" }).ok({ token: run.token() });
    expect(outcomesIn(run)).toBe("++");
  });

  it("of own code is denied without the token that its name reports", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    const call = run.operation(custom);
    run.exchange({ by: call, issued: "nothing" });
    call.ok({ token: "none" });
    expect(outcomesIn(run)).toBe("+-");
  });

  it("of own code is denied in an outage without the token that it was issued, where its name else returns it", () => {
    const outcomes = (before: "nothing" | "work" | "a token", inOutage = true): string => {
      const run = buildRun();
      run.operation(custom).ok({ token: run.token() });
      if (before !== "nothing") {
        const other = run.operation(custom);
        if (before === "a token") run.exchange({ by: other, issued: { token: run.token() } });
        other.ok({ token: "none" });
      }
      run.after(1_000);
      if (inOutage) run.fault({ id: "slow", effect: { kind: "latency", delay: 100 } });
      const call = run.operation(custom);
      run.exchange({ by: call, issued: { token: run.token() } });
      call.ok({ token: "none" });
      return outcomesIn(run);
    };
    expect(outcomes("nothing")).toBe("+-");
    expect(outcomes("nothing", false)).toBe("++");
    expect(outcomes("work")).toBe("+++");
    expect(outcomes("a token")).toBe("+++");
  });

  it("of own code has succeeded when an API accepted the token that it sent", () => {
    const run = buildRun();
    const token = run.token();
    run.operation(custom).ok({ token });
    run.fault({ id: "down" });
    const [accepted, rejected] = [run.operation(custom), run.operation(custom)];
    run.shows(accepted, token);
    accepted.ok({ token: "none" });
    run.shows(rejected, token, { verdict: "expired" });
    rejected.ok({ token: "none" });
    expect(outcomesIn(run)).toBe("++-");
  });

  it("that signs a person in has succeeded when it ends with a code for a page, and no request redeems it", () => {
    const run = buildRun();
    const sent = (flow: "authorization-code" | "popup", location: string): void => {
      const call = run.operation({ flow });
      run.exchange({ by: call, endpoint: "authorize", status: 302, location });
      call.ok({ token: "none" });
    };
    sent("authorization-code", "https://portal.example/auth#code=0.A");
    sent("authorization-code", "https://portal.example/auth?code=0.A");
    sent("popup", "https://portal.example/auth#code=0.A");
    for (const other of [
      { endpoint: "keys", status: 302, location: "https://p.example/#c" },
      { endpoint: "authorize", status: 302, location: "https://p.example/#c", error: "x" },
      { endpoint: "authorize", status: 200, location: "https://p.example/#c" },
      { endpoint: "authorize", status: 302, retryAfter: "#" },
    ] as const) {
      const sent = run.operation({ flow: "authorization-code" });
      run.exchange({ by: sent, ...other });
      sent.ok({ token: "none" });
    }
    const call = run.operation({ flow: "authorization-code" });
    run.exchange({
      by: call,
      endpoint: "authorize",
      status: 302,
      location: "https://p.example/#c",
    });
    run.exchange({ by: call, issued: "nothing" });
    call.ok({ token: "none" });
    expect(outcomesIn(run)).toBe("+-------");
  });
});

describe("a call that ends ok without a token", () => {
  it("was available, and is not served", () => {
    const run = withToken((later) => {
      const end = later.fault({ id: "down" });
      empty(later);
      end();
    });
    expect(judge("availability", run)).toMatchObject({
      verdict: "fail",
      message: expect.stringMatching(/^1 of 2 calls that could have ended ok did \(50 %\)/),
    });
  });

  it("got no token although one was in the cache", () => {
    expect(judge("cached-token", withToken(empty))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("30m into the run, returned without one while the token"),
    });
    expect(costOf(withToken(empty).history()).callsWithheld).toBe(1);
  });

  it("has not recovered", () => {
    const run = buildRun();
    const end = run.fault({ id: "down" });
    const call = run.operation();
    run.exchange({ by: call, status: 503, faults: ["down"] });
    call.fails();
    end();
    run.cleared();
    run.after(3 * minute);
    empty(run);
    expect(judge("recovery", run)).toMatchObject({
      verdict: "fail",
      message: "A call of app-1 still returned no token 3m after the last fault cleared.",
    });
  });

  it("is a failure while the service is healthy, and ends no row of them", () => {
    const run = buildRun();
    for (let call = 0; call < 2; call += 1) {
      empty(run);
      run.after(minute);
    }
    expect(judge("failure-while-healthy", run)).toMatchObject({
      verdict: "fail",
      message:
        "Nothing was wrong with the service 0s into the run, but 2 calls of app-1 failed one after the other, for 1m (no token).",
    });
  });

  it("ends no time without a token", () => {
    const run = buildRun();
    run.operation().fails();
    run.after(minute);
    empty(run);
    run.after(minute);
    run.operation().ok();
    expect(costOf(run.history()).withoutTokenMs).toBe(2 * minute);
  });

  it("counts as failed in results, in the timeline and in the flow table", () => {
    const run = buildRun({ row: row("client-credentials") });
    const daemon = { flow: "client-credentials" } as const;
    run.operation(daemon).ok();
    run.after(minute);
    run.fault({ id: "down" });
    run.after(minute);
    run.operation(daemon).ok({ token: "none" });
    const history = run.history();
    const [result] = buildResults([{ history, findings: [], simulatedMs: 1 }], [], {
      seed: "1",
      brownout: "1",
    }).runs;
    expect(result?.operations).toEqual({ ok: 1, fail: 1, unknown: 0 });
    expect(slimHistory(history).empty).toEqual([2]);
    expect(flowOutcomeOf(history)).toMatchObject({ outcome: { asked: 1, got: 0 } });
  });

  it("keeps the advice about a wrong configuration", () => {
    const run = buildRun();
    const call = run.operation();
    const error = { error: "invalid_client", codes: [7000215] };
    run.exchange({ by: call, status: 401, error, issued: "nothing" });
    call.ok({ token: "none" });
    expect(configurationAdvice(run.history())).toContain("AADSTS7000215");
  });

  it("does not keep an application working from its cache", () => {
    const run = buildRun();
    const own = (then: { token: "none" } | { token: ReturnType<RunBuilder["token"]> }): void => {
      run.after(1_000);
      run.operation(custom).ok(then);
    };
    const first = run.operation(custom);
    const token = run.token();
    run.exchange({ by: first, client: "shop", issued: { token } });
    first.ok({ token });
    run.after(1_000);
    run.fault({ id: "down" });
    own({ token: "none" });
    expect(keptWorkingFromCache(run.history()).verdict).not.toBe("pass");
    own({ token });
    expect(keptWorkingFromCache(run.history()).verdict).not.toBe("pass");
  });
});

function row(flow: string) {
  const says = "It is protected.";
  return {
    flow,
    as: "a daemon",
    edition: "1",
    documented: "protected",
    says,
    source: "s",
  } as const;
}
