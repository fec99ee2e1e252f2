import { describe, expect, it } from "vitest";
import { ada, ben } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { failureWhileHealthy } from "./failure-while-healthy.ts";

const daemon = { flow: "client-credentials" } as const;
const own = { flow: "custom", client: "shop", app: "load" } as const;

/** A call that the service refuses, such as for an assertion that has ended. */
function refused(run: RunBuilder, call: Parameters<RunBuilder["operation"]>[0] = daemon): void {
  const one = run.operation(call);
  const error = { error: "invalid_client", codes: [700024] };
  run.exchange({ by: one, status: 401, error, issued: "nothing" });
  one.fails({ code: "invalid_client" });
  run.after(60_000);
}

function good(run: RunBuilder, call: Parameters<RunBuilder["operation"]>[0] = daemon): void {
  const one = run.operation(call);
  run.exchange({ by: one });
  one.ok();
  run.after(60_000);
}

const judge = (...steps: ((run: RunBuilder) => void)[]) => {
  const run = buildRun();
  for (const step of steps) step(run);
  return failureWhileHealthy.judge(run.history());
};

describe("failure-while-healthy", () => {
  it("passes an application whose calls succeed, and one that reports a single failure", () => {
    expect(judge(good, good)).toMatchObject({ verdict: "pass" });
    const untouched = (run: RunBuilder): void => run.operation(own).ok({ token: "none" });
    expect(judge(good, refused, untouched, good, refused, good)).toMatchObject({
      verdict: "pass",
      message: "3 calls succeeded while the service was healthy, and none failed twice in a row.",
    });
  });

  it("passes one that shows a rejected token in several requests at once, before it can know", () => {
    const shows = (run: RunBuilder): void => {
      const token = run.token();
      const headers = [["authorization", `Bearer ${token.accessToken}`]] as const;
      const sent = [1, 2].map(() => run.request({ endpoint: "resource", headers }));
      for (const _ of sent) run.presented(token, "expired");
      for (const one of sent) one.answered({ status: 401 });
    };
    const again = (run: RunBuilder): void => {
      const token = run.token();
      for (const call of [run.operation(own), run.operation(own)]) {
        run.shows(call, token, { verdict: "expired" });
        call.ok({ token: "none" });
      }
    };
    expect(judge(good, shows, good).verdict).toBe("pass");
    expect(judge(good, again, good).verdict).toBe("fail");
  });

  it("counts a success in an outage between two failures, by a token from the cache", () => {
    const outage = (run: RunBuilder): void => {
      const end = run.fault({ id: "down" });
      run.operation(daemon).ok();
      end();
      run.after(600_000);
    };
    const failing = (run: RunBuilder): void => {
      const end = run.fault({ id: "down" });
      const call = run.operation(daemon);
      run.exchange({ by: call, status: 503, faults: ["down"] });
      call.fails();
      end();
      run.after(600_000);
    };
    expect(judge(good, refused, outage, refused, good).verdict).toBe("pass");
    expect(judge(good, refused, failing, refused, good).verdict).toBe("fail");
  });

  it("names the first of several, and shows four events of each", () => {
    const shows = (run: RunBuilder): void => {
      const token = run.token();
      for (let time = 0; time < 6; time += 1) run.presented(token, "malformed");
      // Another token, rejected once, is none of them.
      run.presented(run.token(), "malformed");
    };
    const refusals = Array.from({ length: 6 }, () => refused);
    const { message, evidence } = judge(shows, good, ...refusals);
    expect(message).toBe(
      "Nothing was wrong with the service 0s into the run, but a token was shown to an API 6 times although it had been rejected as malformed; so did 1 more.",
    );
    // Those of the token come first.
    expect(evidence).toEqual([0, 1, 2, 3, 14, 18, 22, 26]);
  });

  it("fails one that fails again and again", () => {
    expect(judge(good, refused, refused, refused)).toMatchObject({
      verdict: "fail",
      message:
        "Nothing was wrong with the service 1m into the run, but 3 calls of app-1 failed one after the other, for 2m (invalid_client).",
      evidence: expect.arrayContaining([expect.any(Number)]),
    });
  });

  it("counts the failures of one user's calls, also between those of another whose name differs in a number", () => {
    const of = (name: string, subject: string) => ({ ...own, app: `profile of ${name}`, subject });
    const served = (name: string, subject: string) => (run: RunBuilder) => {
      const one = run.operation(of(name, subject));
      run.exchange({ by: one, grant: "refresh_token", subject });
      one.ok();
    };
    const fails = (name: string) => (run: RunBuilder) => {
      run.operation(of(name, "")).fails({ code: "http_401" });
      run.after(1_000);
    };
    const both = [served("user1", ada), served("user2", ben)];
    const again = [fails("user1"), served("user2", ben), fails("user1")];
    expect(judge(...both, ...again).verdict).toBe("fail");
    expect(judge(...both, fails("user1"), fails("user2")).verdict).toBe("pass");
  });

  it("fails own code that answers failures, also after the keys were rotated", () => {
    const fails = (run: RunBuilder): void => {
      run.operation(own).fails({ code: "http_401" });
      run.after(1_000);
    };
    const rotated = (run: RunBuilder): void => run.changed("keys-rotated");
    expect(judge((run) => good(run, own), rotated, fails, fails).verdict).toBe("fail");
  });

  it("fails one that shows a rejected token again", () => {
    const shows = (verdict: "expired" | "revoked") => (run: RunBuilder) => {
      const token = run.token();
      run.presented(token, verdict);
      run.after(1_000);
      run.presented(token, verdict);
    };
    expect(judge(shows("expired"))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining(
        "shown to an API 2 times although it had been rejected as expired",
      ),
    });
    // For rule `claims-challenge`.
    expect(judge(good, shows("revoked")).verdict).toBe("pass");
  });

  it("fails one that shows a rejected token after the last fault, also one that was rejected in it", () => {
    const shown = (...clocks: readonly string[]) => {
      const run = buildRun();
      const token = run.token({ expiresIn: 60 });
      run.at("01:00:00");
      const end = run.fault({ id: "down" });
      run.at("02:00:00");
      if (clocks.length === 1) run.presented(token, "expired");
      end();
      run.cleared();
      for (const clock of clocks) {
        run.at(clock);
        run.presented(token, "expired");
      }
      return failureWhileHealthy.judge(run.history()).verdict;
    };
    expect(shown("02:02:00")).toBe("fail");
    expect(shown("02:01:00", "02:02:00")).toBe("fail");
    expect(shown("02:00:30", "02:01:59")).toBe("inconclusive");
  });

  it("fails calls for one purpose whose names differ in a number", () => {
    const order = (id: number) => (run: RunBuilder) => refused(run, { ...own, app: `order ${id}` });
    expect(judge((run) => good(run, own), order(17), order(18)).verdict).toBe("fail");
    const others = (app: string) => (run: RunBuilder) => refused(run, { ...own, app });
    expect(judge((run) => good(run, own), others("pay"), others("ship")).verdict).toBe("pass");
  });

  it("is inconclusive without a call while the service was healthy", () => {
    expect(judge().verdict).toBe("inconclusive");
    expect(judge((run) => void run.fault({ id: "down" }), good).verdict).toBe("inconclusive");
  });
});

describe("what failure-while-healthy excuses", () => {
  const outage = (run: RunBuilder): void => {
    const end = run.fault({ id: "down", on: ["keys"] });
    run.after(60_000);
    end();
  };

  it("is a fault and two minutes after it, but not the third minute", () => {
    expect(judge(good, outage, refused, refused).verdict).toBe("pass");
    expect(judge(good, outage, refused, refused, refused, refused).verdict).toBe("fail");
  });

  it("is what comes after the last fault, which recovery judges", () => {
    const cleared = (run: RunBuilder): void => run.cleared();
    expect(judge(good, outage, cleared, refused, refused, refused, refused).verdict).toBe("pass");
  });

  it("is a failure of the service that no fault explains, but not a refusal", () => {
    const failed = (status: number) => (run: RunBuilder) => {
      const one = run.operation(daemon);
      run.exchange({ by: one, status, issued: "nothing" });
      one.fails();
    };
    expect(judge(good, failed(503), failed(503)).verdict).toBe("pass");
    expect(judge(good, failed(400), failed(400)).verdict).toBe("fail");
  });

  it("is the need of a person, and a person who was locked out, but not someone else", () => {
    const asks = (run: RunBuilder): void =>
      run.operation().fails({ code: "interaction_required", interactionRequired: true });
    expect(judge(good, asks, asks).verdict).toBe("pass");
    const fails = (run: RunBuilder): void => run.operation().fails();
    const locked = (users?: readonly string[]) => (run: RunBuilder) =>
      run.changed("user-disabled", users);
    expect(judge(good, locked(), fails, fails).verdict).toBe("pass");
    expect(judge(good, locked(["someone.else"]), fails, fails).verdict).toBe("fail");
  });
});
