import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import type { Verdict } from "../../rules/rule.ts";
import { type EntraMatchers, matchers } from "./matchers.ts";

type Name = keyof EntraMatchers<unknown>;

/** The outcome of a matcher for an invented run, and of its opposite. */
function ask(
  run: RunBuilder | (() => RunBuilder),
  name: Name,
  ...values: readonly unknown[]
): { readonly verdict: Verdict; readonly message: string } {
  const history = (typeof run === "function" ? run() : run).history();
  const match = matchers[name] as (...all: unknown[]) => ReturnType<(typeof matchers)[Name]>;
  const outcome = match.call({ isNot: false }, history, ...values);
  const opposite = match.call({ isNot: true }, { history: () => history }, ...values);
  // Under .not, `pass` means that the expectation fails.
  const verdict =
    outcome.pass === opposite.pass ? (outcome.pass ? "pass" : "fail") : "inconclusive";
  return { verdict, message: outcome.message() };
}

const load = { client: "shop", flow: "custom", app: "load", tenant: "", scopes: [] } as const;
const atToken = { client: "shop", flow: "client-credentials" } as const;

/** `load` works; the token endpoint goes down; `then` happens; it comes back. */
function outage(then: (run: RunBuilder) => void, where: object = {}): RunBuilder {
  const run = buildRun();
  const first = run.operation(load);
  run.exchange({ ...atToken, by: first });
  first.ok({ token: "none" });
  run.after(60_000);
  const end = run.fault({ id: "down", ...where });
  run.after(60_000);
  then(run);
  run.after(60_000);
  end();
  run.cleared();
  return run;
}

/** `load` asks for a token in vain, and fails by it. */
function failsInVain(run: RunBuilder): void {
  const call = run.operation(load);
  run.exchange({ ...atToken, by: call, status: 503, issued: "nothing", faults: ["down"] });
  call.fails();
}

function throttled(retryAtMs: number): RunBuilder {
  const run = buildRun();
  run.exchange({ ...atToken, status: 429, retryAfter: 60 });
  run.after(retryAtMs);
  run.exchange(atToken);
  return run;
}

describe("a matcher that asks a rule", () => {
  it("passes with the rule, and fails with its message, evidence, fix and source", () => {
    expect(ask(throttled(60_000), "toHaveHonouredRetryAfter").verdict).toBe("pass");
    const { verdict, message } = ask(throttled(30_000), "toHaveHonouredRetryAfter");
    expect(verdict).toBe("fail");
    expect(message.split("\n")).toEqual([
      expect.stringMatching(
        /^toHaveHonouredRetryAfter: retry-after: shop sent another request .* 30s after a 429 .* of 1m/,
      ),
      expect.stringMatching(/^ {4}\+0s +exchange 1 is answered: 429/),
      expect.stringMatching(/^ {4}\+30s +POST token/),
      expect.stringMatching(/^ {2}Rule: The same client sends no similar/),
      expect.stringMatching(/^ {2}To fix: Store the time/),
      expect.stringMatching(/^ {2}Source: .*https:/),
    ]);
  });

  it("fails with and without .not when the history has nothing to judge, and says what to do", () => {
    const { verdict, message } = ask(buildRun, "toHaveHonouredRetryAfter");
    expect(verdict).toBe("inconclusive");
    expect(message).toMatch(
      /^toHaveHonouredRetryAfter: retry-after has nothing to judge: No failure with a valid Retry-After/,
    );
    expect(message).toMatch(/In the test: let the service throttle, outage\("throttled"/);
    for (const name of ["toHaveBackedOff", "toHaveRecovered", "toPassAllRules"] as const)
      expect(ask(buildRun, name)).toMatchObject({
        verdict: "inconclusive",
        message: expect.stringContaining("In the test: "),
      });
  });

  it("names the matcher, and .not, in its message", () => {
    const { message } = matchers.toHaveRecovered.call({ isNot: true }, buildRun().history());
    expect(message()).toMatch(/^not toHaveRecovered: recovery has nothing to judge/);
  });

  it("judges back-off and recovery", () => {
    const retry = (afterMs: number) => (): RunBuilder => {
      const run = buildRun();
      run.exchange({ ...atToken, status: 503, issued: "nothing" });
      run.after(afterMs);
      run.exchange(atToken);
      return run;
    };
    expect(ask(retry(5_000), "toHaveBackedOff").verdict).toBe("pass");
    expect(ask(retry(500), "toHaveBackedOff").verdict).toBe("fail");
    const returns = (how: "ok" | "fails") => (): RunBuilder => {
      const run = outage(failsInVain);
      run.after(300_000);
      run.operation(load)[how]();
      return run;
    };
    expect(ask(returns("ok"), "toHaveRecovered").verdict).toBe("pass");
    expect(ask(returns("fails"), "toHaveRecovered").verdict).toBe("fail");
  });

  it("accepts the id of any rule, and rejects others", () => {
    expect(ask(throttled(30_000), "toPassRule", "retry-after").verdict).toBe("fail");
    expect(() => ask(buildRun, "toPassRule", "retry-afte")).toThrow(
      'there is no rule "retry-afte"',
    );
  });

  it("applies all rules except the listed ones", () => {
    expect(ask(throttled(60_000), "toPassAllRules").verdict).toBe("pass");
    const { verdict, message } = ask(throttled(30_000), "toPassAllRules");
    expect([verdict, message]).toEqual(["fail", expect.stringMatching(/retry-after: shop sent/)]);
    const except = ["retry-after"];
    expect(ask(throttled(30_000), "toPassAllRules", { except }).verdict).not.toBe("fail");
    expect(() => ask(buildRun, "toPassAllRules", { except: ["retries"] })).toThrow("no rule");
  });
});

describe("toHaveKeptWorkingFromCache", () => {
  const judge = (run: RunBuilder): ReturnType<typeof ask> => ask(run, "toHaveKeptWorkingFromCache");

  it("passes when an operation that worked before works in the outage without a new token", () => {
    const run = outage((it) => it.operation(load).ok({ token: "none" }));
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: expect.stringMatching(/1 call succeeded and 0 tokens were accepted/),
    });
  });

  it("recognizes an outage that begins and ends at one instant", () => {
    const run = buildRun();
    const first = run.operation(load);
    run.exchange({ ...atToken, by: first });
    first.ok({ token: "none" });
    const end = run.fault({ id: "down" });
    run.operation(load).ok({ token: "none" });
    end();
    expect(judge(run).verdict).toBe("pass");
  });

  it("passes when an API accepts a token from before in the outage", () => {
    const run = buildRun();
    const token = run.token();
    run.exchange({ ...atToken, issued: { token } });
    run.after(1_000);
    run.fault({ id: "down" });
    run.after(1_000);
    run.presented(token);
    expect(judge(run).verdict).toBe("pass");
  });

  it("fails when a call with a valid token fails, and names the call and the fix", () => {
    const { verdict, message } = judge(outage(failsInVain));
    expect(verdict).toBe("fail");
    expect(message).toMatch(/valid token was in the cache|was still valid/);
    expect(message).toMatch(/shop runs "load" \(operation 2\)/);
    expect(message).toMatch(/To fix: Keep the last token/);
  });

  it("judges calls of each name by their own tokens", () => {
    const mail = { ...load, app: "mail" };
    const run = buildRun();
    for (const [name, scope] of [
      [load, "api://orders/.default"],
      [mail, "api://mail/.default"],
    ] as const) {
      const call = run.operation(name);
      run.exchange({ ...atToken, by: call, scopes: [scope] });
      call.ok({ token: "none" });
    }
    run.fault({ id: "down" });
    run.after(1_000);
    run.operation(load).ok({ token: "none" });
    const call = run.operation(mail);
    run.exchange({ ...atToken, by: call, status: 503, issued: "nothing" });
    call.fails();
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining('"mail" failed in the outage although the token'),
    });
  });

  it("is not proved by calls of a name that never succeeded before", () => {
    const run = outage((it) => it.operation({ ...load, app: "say hello" }).ok({ token: "none" }));
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("does not count failures of calls whose token has expired, or that had none", () => {
    const expired = outage((it) => {
      it.after(7_200_000);
      failsInVain(it);
    });
    expect(judge(expired).verdict).toBe("inconclusive");
    const never = buildRun();
    never.fault({ id: "down" });
    failsInVain(never);
    expect(judge(never).verdict).toBe("inconclusive");
  });

  it("is not proved by tokens that the backup system issued in the outage", () => {
    const run = outage((it) => {
      it.after(7_200_000);
      const call = it.operation(load);
      it.exchange({ ...atToken, by: call, servedBy: "backup" });
      call.ok({ token: "none" });
    });
    expect(judge(run)).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("no call in the outage had a token from before it"),
    });
  });

  it("is inconclusive without an outage, without a call in it, or when only some requests fail", () => {
    const calm = buildRun();
    calm.operation(load).ok();
    expect(judge(calm)).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("no outage has kept the application from getting tokens"),
    });
    expect(judge(outage(() => undefined))).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("nothing was called while"),
    });
    const some = outage((it) => it.operation(load).ok({ token: "none" }), { chance: 0.5 });
    expect(judge(some).verdict).toBe("inconclusive");
  });
});

describe("a matcher that counts", () => {
  const twice = (): RunBuilder => {
    const run = buildRun();
    run.exchange(atToken);
    run.exchange({ ...atToken, servedBy: "backup" });
    run.exchange({ ...atToken, servedBy: "edge", status: 503, issued: "nothing" });
    return run;
  };

  it("counts good answers by the system that gave them", () => {
    expect(ask(twice, "toHaveServed", { from: "backup" }).verdict).toBe("pass");
    expect(ask(twice, "toHaveServed", { from: "backup", times: 2 })).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("the backup served 1 request, 2 expected, of 3 asked"),
    });
    expect(ask(twice, "toHaveServed", { from: "edge" }).verdict).toBe("fail");
    expect(ask(twice, "toHaveServed", { from: "edge", times: 0 }).verdict).toBe("pass");
    expect(ask(twice, "toHaveServed", { from: "primary", endpoint: "token" }).verdict).toBe("pass");
    expect(ask(twice, "toHaveServed", { from: "primary", endpoint: "keys" }).verdict).toBe(
      "inconclusive",
    );
    expect(() => ask(twice, "toHaveServed", { from: "back" })).toThrow(
      'nothing serves from "back"',
    );
  });

  it("counts the requests to an endpoint", () => {
    const requested = (...values: readonly unknown[]): Verdict =>
      ask(twice, "toHaveRequested", ...values).verdict;
    expect(requested("token")).toBe("pass");
    expect(requested("keys")).toBe("fail");
    expect([2, 3, 4].map((times) => requested("token", { times }))).toEqual([
      "fail",
      "pass",
      "fail",
    ]);
    expect([2, 3].map((atMost) => requested("token", { atMost }))).toEqual(["fail", "pass"]);
    expect(ask(buildRun, "toHaveRequested", "token", { atMost: 1 }).verdict).toBe("inconclusive");
    expect(() => requested("tokens")).toThrow('there is no endpoint "tokens"');
  });

  it("counts prompts, also those that only the requests show", () => {
    const run = twice();
    expect(ask(run, "toHavePromptedAtMost", 0)).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("acted for no user"),
    });
    run.exchange({ ...atToken, grant: "refresh_token" });
    expect(ask(run, "toHavePromptedAtMost", 0).verdict).toBe("pass");
    run.exchange({ endpoint: "device-code" });
    run.exchange({ endpoint: "authorize", method: "GET", bodyForm: "html" });
    run.exchange({ endpoint: "authorize", method: "POST", bodyForm: "html" });
    expect(ask(run, "toHavePromptedAtMost", 1).verdict).toBe("fail");
    expect(ask(run, "toHavePromptedAtMost", 2).verdict).toBe("pass");
    run.prompt();
    expect(ask(run, "toHavePromptedAtMost", 1).verdict).toBe("pass");
    expect(ask(buildRun, "toHavePromptedAtMost", 0).verdict).toBe("inconclusive");
    expect(() => ask(run, "toHavePromptedAtMost", -1)).toThrow(
      "expected a whole number from 0, found -1",
    );
  });
});

it.each([[undefined], [null], [7], [{}], ["entra"]])("a matcher refuses %j", (received) => {
  expect(() => matchers.toHaveRecovered.call({}, received)).toThrow(
    /toHaveRecovered: expected an object with a history/,
  );
});

describe("a value without a text", () => {
  const bare: unknown = Object.create(null);

  it.each([
    ["toHaveServed", [{ from: bare }], "nothing serves from"],
    ["toHavePromptedAtMost", [bare], "expected a whole number from 0"],
    ["toHaveRequested", [bare], "there is no endpoint"],
    ["toPassRule", [bare], "there is no rule"],
  ] as const)("is refused by %s", (name, values, message) => {
    const judge = matchers[name] as (...all: unknown[]) => unknown;
    expect(() => judge.call({ isNot: false }, buildRun().history(), ...values)).toThrow(message);
  });
});

describe("a key that a matcher does not have", () => {
  it.each([
    ["toHaveRequested", ["token", { atmost: 0 }], 'unknown key "atmost"'],
    ["toHaveServed", [{ from: "primary", endpoints: "token" }], 'unknown key "endpoints"'],
  ] as const)("is refused by %s", (name, values, message) => {
    const judge = matchers[name] as (...all: unknown[]) => unknown;
    expect(() => judge.call({ isNot: false }, buildRun().history(), ...values)).toThrow(message);
  });
});

describe("a fault that no request met", () => {
  /** A call before an outage of the metadata, and one after it. */
  function unmet(): RunBuilder {
    const run = buildRun({ unmetFaults: [{ id: "down", why: "no-request" }] });
    for (const minute of [0, 30]) {
      run.at(`00:${minute === 0 ? "00" : "30"}:00`);
      const call = run.operation(load);
      if (minute === 0) run.exchange({ ...atToken, by: call });
      call.ok({ token: "none" });
      if (minute > 0) continue;
      run.at("00:10:00");
      const end = run.fault({ id: "down", on: ["openid-configuration"] });
      run.at("00:20:00");
      end();
      run.cleared();
    }
    return run;
  }

  it("keeps toPassAllRules from passing, by its name and with what to do", () => {
    const { verdict, message } = ask(unmet(), "toPassAllRules");
    expect(verdict).toBe("inconclusive");
    expect(message).toMatch(/fault-met has nothing to judge: No request met the fault down/);
    expect(message).toMatch(/In the test: .* while the fault is active/);
  });

  it("can be excepted", () => {
    const { message } = ask(unmet(), "toPassAllRules", { except: ["fault-met"] });
    expect(message).not.toMatch(/fault-met/);
  });

  it("keeps toHaveRecovered from passing", () => {
    const { verdict, message } = ask(unmet(), "toHaveRecovered");
    expect(verdict).toBe("inconclusive");
    expect(message).toMatch(/No request met a fault/);
  });

  it("is no finding that makes toPassAllRules pass, once it is met", () => {
    const run = buildRun();
    run.fault({ id: "down" });
    expect(ask(run, "toPassAllRules").verdict).toBe("inconclusive");
    expect(ask(run, "toPassRule", "fault-met").verdict).toBe("pass");
  });
});
