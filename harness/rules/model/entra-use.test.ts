/** What calls of code that never contacts Entra prove: nothing. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { availability } from "../availability.ts";
import { callDuration } from "../call-duration.ts";
import { recovery } from "../recovery.ts";
import { usesEntra } from "./entra-use.ts";
import { operationsOf } from "./exchanges.ts";

const own = { flow: "custom", client: "shop", app: "load" } as const;

/** An outage that another client meets, and calls of own code before and after it. */
function outageOf(call: (run: RunBuilder) => void): RunBuilder {
  const run = buildRun();
  call(run);
  const end = run.fault({ id: "down" });
  const other = run.operation({ flow: "client-credentials" });
  run.exchange({ by: other, status: 503, issued: "nothing", faults: ["down"] });
  other.fails();
  run.after(60_000);
  end();
  run.cleared();
  call(run);
  return run;
}

describe("a call that has nothing to do with Entra", () => {
  it("shows neither recovery nor availability nor an end in time", () => {
    const run = outageOf((it) => it.operation(own).ok({ token: "none" }));
    expect(recovery.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("nothing shows that they needed Entra"),
    });
    expect(availability.judge(run.history()).verdict).toBe("inconclusive");
    const alone = buildRun();
    alone.operation(own).ok({ token: "none" });
    expect(callDuration.judge(alone.history()).verdict).toBe("inconclusive");
  });

  it.each([
    [
      "asks for a token",
      (run: RunBuilder) => {
        const call = run.operation(own);
        run.exchange({ by: call, client: "shop" });
        call.ok({ token: "none" });
      },
    ],
    ["returns one", (run: RunBuilder) => run.operation(own).ok({ token: run.token() })],
  ])("is another one when it %s", (_what, call) => {
    const run = outageOf(call);
    expect(recovery.judge(run.history()).verdict).toBe("pass");
    expect(availability.judge(run.history()).verdict).toBe("pass");
    expect(callDuration.judge(run.history()).verdict).toBe("pass");
  });

  it("does not hide a failure", () => {
    const run = outageOf((it) => it.operation(own).fails());
    expect(recovery.judge(run.history()).verdict).toBe("fail");
  });
});

describe("a call that ends before its request for a token is answered", () => {
  /** Ends ok with nothing while its request is under way, which the service then answers with a token of a second. */
  const leaves = (run: RunBuilder, endpoint: "token" | "openid-configuration" = "token"): void => {
    const call = run.operation(own);
    const answer = run.request({ by: call, endpoint });
    run.after(100);
    call.ok({ token: "none" });
    run.after(100);
    answer.answered(endpoint === "token" ? { issued: { token: run.token({ expiresIn: 1 }) } } : {});
  };

  it("shows nothing, and the verdict says what to wait for", () => {
    const run = outageOf((it) => leaves(it));
    expect(recovery.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining(
        "they ended before their requests for a token were answered",
      ),
    });
    expect(availability.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("shows nothing either when it sends the request only afterwards, or has sent one that failed", () => {
    const run = buildRun();
    const later = run.operation(own);
    later.ok({ token: "none" });
    run.after(100);
    run.exchange({ by: later });
    const again = run.operation({ ...own, client: "other" });
    run.exchange({ by: again, status: 503, issued: "nothing" });
    run.request({ by: again });
    again.ok({ token: "none" });
    const history = run.history();
    expect(operationsOf(history).map((call) => usesEntra(history, call))).toEqual([false, false]);
  });

  it("is another one with a token to go on with, which it may renew meanwhile", () => {
    const run = buildRun();
    const first = run.operation(own);
    run.exchange({ by: first, issued: { token: run.token({ expiresIn: 3_600 }) } });
    first.ok({ token: "none" });
    const uses = (): boolean | undefined => {
      leaves(run);
      const history = run.history();
      return operationsOf(history)
        .slice(-1)
        .map((call) => usesEntra(history, call))[0];
    };
    run.at("00:59:00");
    expect(uses()).toBe(true);
  });

  it("shows nothing once that has expired", () => {
    const run = buildRun();
    const first = run.operation(own);
    run.exchange({ by: first, issued: { token: run.token({ expiresIn: 3_600 }) } });
    first.ok({ token: "none" });
    run.at("01:00:01");
    leaves(run);
    const history = run.history();
    expect(operationsOf(history).map((call) => usesEntra(history, call))).toEqual([true, false]);
  });

  it("may read metadata for an API, which asks for no tokens", () => {
    const run = buildRun();
    leaves(run, "openid-configuration");
    const history = run.history();
    expect(operationsOf(history).map((call) => usesEntra(history, call))).toEqual([true]);
    leaves(run);
    const asking = run.history();
    expect(operationsOf(asking).map((call) => usesEntra(asking, call))).toEqual([false, false]);
  });
});

describe("what a call has to do with Entra", () => {
  const readsFor = (count: number): number => {
    const run = buildRun({ earlierTokens: true });
    for (let number = 0; number < count; number += 1) {
      const call = run.operation({ ...own, app: "load" });
      run.presented(run.token());
      call.ok({ token: "none" });
    }
    let reads = 0;
    const { header, events } = run.history();
    const counted = new Proxy(events, {
      get: (list, name) => {
        reads += 1;
        return Reflect.get(list, name) as unknown;
      },
    });
    const history = { header, events: counted };
    for (const call of operationsOf(history)) expect(usesEntra(history, call)).toBe(false);
    return reads;
  };

  it("is known in a time that grows with the calls, not with their square", () => {
    expect(readsFor(200) / readsFor(50)).toBeLessThan(6);
  });

  it("is shown by a token within its result, also when tokens of an earlier test are valid", () => {
    const run = buildRun({ earlierTokens: true });
    run.operation(own).ok({ token: "none" });
    const { header, events } = run.history();
    const withToken = events.map((event) =>
      event.kind === "operation-completed" ? { ...event, tokenWithin: "at-000000000001" } : event,
    );
    const history = { header, events: withToken };
    expect(operationsOf(history).map((call) => usesEntra(history, call))).toEqual([true]);
  });
});

describe("a call of own code that sends no request", () => {
  const proven = (run: RunBuilder): readonly boolean[] => {
    const history = run.history();
    return operationsOf(history).map((call) => usesEntra(history, call));
  };
  const call = (run: RunBuilder, client = "shop") => run.operation({ ...own, client });

  it("uses Entra once its client was issued a token, and not before", () => {
    const run = buildRun();
    call(run).ok({ token: "none" });
    run.exchange({ client: "shop", status: 503 });
    call(run).ok({ token: "none" });
    run.exchange({ client: "shop" });
    run.exchange({ client: "shop" });
    call(run).ok({ token: "none" });
    call(run, "other").ok({ token: "none" });
    expect(proven(run)).toEqual([false, false, true, false]);
  });

  it("uses Entra when it read metadata, and not when it asked an API", () => {
    for (const [endpoint, expected] of [
      ["keys", true],
      ["resource", false],
    ] as const) {
      const run = buildRun();
      const one = call(run);
      run.exchange({ by: one, endpoint });
      one.ok({ token: "none" });
      expect(proven(run)).toEqual([expected]);
    }
  });

  it("uses Entra, while tokens of an earlier test are valid, only when a server was answered meanwhile", () => {
    const run = buildRun({ earlierTokens: true });
    const served = () => run.exchange({ client: "shop" });
    const during = (name: string, then: () => void): void => {
      const one = run.operation({ ...own, app: name });
      then();
      one.ok({ token: "none" });
    };
    let answerLate = (): void => undefined;
    served();
    during("before any", () => undefined);
    served();
    during("at a late answer", () => {
      // The first request was answered after the call, the second one within it.
      const [late, early] = [run.request({ client: "shop" }), run.request({ client: "shop" })];
      early.answered();
      run.operation({ ...own, app: "open" });
      answerLate = () => late.answered();
    });
    answerLate();
    during("after all but one", () => undefined);
    during("of another call", () => {
      const other = run.operation({ flow: "client-credentials", client: "shop" });
      run.exchange({ by: other });
      other.ok();
    });
    served();
    const names = operationsOf(run.history()).map(({ invoked }) => invoked.app);
    expect(
      Object.fromEntries(names.map((name, index) => [name, proven(run)[index]])),
    ).toMatchObject({
      "before any": false,
      "at a late answer": true,
      "after all but one": false,
      "of another call": false,
    });
  });
});

describe("a call while tokens of an earlier test are valid", () => {
  const verdictOf = (around: (run: RunBuilder, call: (name: string) => void) => void) => {
    const run = buildRun({ earlierTokens: true });
    const call = (name: string): void => run.operation({ ...own, app: name }).ok({ token: "none" });
    const signIn = run.operation({ ...own, app: "sign in" });
    run.exchange({ by: signIn, client: "shop" });
    signIn.ok({ token: "none" });
    const end = run.fault({ id: "down" });
    const other = run.operation({ flow: "client-credentials" });
    run.exchange({ by: other, status: 503, issued: "nothing", faults: ["down"] });
    other.fails();
    end();
    run.cleared();
    around(run, call);
    return recovery.judge(run.history());
  };

  it("proves nothing when only calls of another name were answered", () => {
    expect(verdictOf((_run, call) => call("load"))).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringMatching(/nothing shows which token .* earlier test of this process/),
    });
  });

  it("proves something when one of its name was answered before", () => {
    expect(verdictOf((_run, call) => call("sign in")).verdict).toBe("pass");
  });

  it("proves something when Entra answered while it was open, to a server", () => {
    const judged = verdictOf((run) => {
      const call = run.operation(own);
      run.exchange({ client: "shop" });
      call.ok({ token: "none" });
    });
    expect(judged.verdict).toBe("pass");
  });

  it.each([
    ["of this test", true, "pass"],
    ["of another", false, "inconclusive"],
  ] as const)("that shows an API a token %s: %s, %s", (_whose, isOwn, verdict) => {
    const judged = verdictOf((run) => {
      const token = run.token();
      if (isOwn) run.exchange({ client: "other", issued: { token } });
      const call = run.operation(own);
      run.presented(token);
      call.ok({ token: "none" });
    });
    expect(judged.verdict).toBe(verdict);
  });
});
