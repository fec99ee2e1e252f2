import { describe, expect, it } from "vitest";
import type { JournalHeader } from "../history/header.ts";
import { recovery } from "./recovery.ts";
import { ada, ben, type Call, type Reply } from "../../test/support/run-builder-wire.ts";
import {
  limitedCapacity,
  buildRun,
  type BuiltOperation,
  type RunBuilder,
} from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => recovery.judge(run.history());

/** An outage of ten minutes in which a call failed; the faults have just cleared. */
function outage(header: Partial<JournalHeader> = {}, reply: Reply = { status: 503 }): RunBuilder {
  const run = buildRun(header);
  const ends = run.fault({ id: "down" });
  const call = run.operation();
  run.exchange({ by: call, ...reply });
  call.fails();
  run.at("00:10:00");
  ends();
  run.cleared();
  return run;
}

function succeedsAt(run: RunBuilder, clock: string, call: Call = {}): void {
  run.at(clock);
  const operation = run.operation(call);
  run.exchange({ by: operation });
  operation.ok();
}

function failsAt(run: RunBuilder, clock: string, call: Call = {}): void {
  run.at(clock);
  run.operation(call).fails();
}

describe("recovery", () => {
  it("passes when calls succeed, even if some fail in the first two minutes", () => {
    const run = outage();
    failsAt(run, "00:10:30");
    failsAt(run, "00:11:59");
    succeedsAt(run, "00:12:00");
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: "1 call succeeded after the last fault cleared, and none failed after more than 2m.",
    });
  });

  it("fails for a call that fails after two minutes", () => {
    const run = outage();
    succeedsAt(run, "00:10:01");
    failsAt(run, "00:12:00");
    succeedsAt(run, "00:13:00");
    expect(judge(run)).toEqual({
      verdict: "fail",
      message: "A call of app-1 still failed 2m after the last fault cleared.",
      evidence: [12],
    });
  });

  it("fails when the last call fails, even within the time limit", () => {
    const run = outage();
    succeedsAt(run, "00:10:10", { user: ben });
    failsAt(run, "00:10:20");
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining(
        "20s after the last fault cleared, and no later call succeeded",
      ),
    });
  });

  it("takes calls whose names differ in a number for calls for one purpose", () => {
    const order = (id: string): Call => ({ flow: "custom", app: `order ${id}` });
    const run = outage();
    failsAt(run, "00:10:20", order("17"));
    succeedsAt(run, "00:10:40", order("18"));
    expect(judge(run).verdict).toBe("pass");
    failsAt(run, "00:10:50", order("of another kind"));
    expect(judge(run).verdict).toBe("fail");
  });

  it("keeps calls for several users apart, whose names differ in a number", () => {
    const refresh = (name: string): Call => ({ flow: "custom", app: `refresh ${name}` });
    for (const [first, second] of [
      ["user1", "user2"],
      ["user1@contoso.example", "user2@contoso.example"],
    ] as const) {
      const run = outage();
      for (const [name, user] of [
        [first, ada],
        [second, ben],
      ] as const)
        run.exchange({ by: run.operation(refresh(name)), grant: "refresh_token", subject: user });
      failsAt(run, "00:10:20", refresh(first));
      succeedsAt(run, "00:10:40", refresh(second));
      expect(judge(run).verdict).toBe("fail");
    }
  });

  it("uses the limit of the scenario", () => {
    const limits = { recoveryWithinMs: 360_000 };
    for (const [clock, verdict] of [
      ["00:15:59", "pass"],
      ["00:16:00", "fail"],
    ] as const) {
      const run = outage({ limits });
      failsAt(run, clock);
      succeedsAt(run, "00:17:00");
      expect(judge(run).verdict).toBe(verdict);
    }
  });

  it("starts the time limit of a client with a Retry-After at its end, and of no other client", () => {
    const instructed = (): RunBuilder => outage({}, { status: 503, retryAfter: 1_200 });
    const waits = instructed();
    succeedsAt(waits, "00:10:05", { user: ben });
    failsAt(waits, "00:19:00");
    expect(judge(waits).verdict).toBe("pass");
    failsAt(waits, "00:21:59");
    succeedsAt(waits, "00:22:00");
    expect(judge(waits).verdict).toBe("pass");
    failsAt(waits, "00:22:00");
    expect(judge(waits).verdict).toBe("fail");
    const other = instructed();
    failsAt(other, "00:19:00", { user: ben });
    expect(judge(other).verdict).toBe("fail");
  });

  it("accepts failed calls of a user who must sign in, and of no other user", () => {
    const run = outage();
    run.at("00:15:00");
    const call = run.operation();
    const error = { error: "invalid_grant", codes: [700082], suberror: "bad_token" };
    run.exchange({ by: call, status: 400, error });
    call.fails({ interactionRequired: true });
    succeedsAt(run, "00:15:00", { flow: "authorization-code" });
    expect(judge(run).verdict).toBe("pass");
    failsAt(run, "00:16:00", { user: ben });
    expect(judge(run).verdict).toBe("fail");
  });

  it("accepts failed calls of users that the script has locked out, until they sign in again", () => {
    const run = outage();
    run.changed("user-disabled", [ada]);
    succeedsAt(run, "00:11:00", { user: ben });
    failsAt(run, "00:15:00");
    expect(judge(run).verdict).toBe("pass");
    succeedsAt(run, "00:16:00", { flow: "authorization-code" });
    failsAt(run, "00:17:00");
    expect(judge(run).verdict).toBe("fail");
    const everyone = outage();
    everyone.changed("refresh-tokens-revoked");
    failsAt(everyone, "00:15:00");
    expect(judge(everyone).verdict).toBe("inconclusive");
    failsAt(everyone, "00:15:00", { flow: "client-credentials" });
    expect(judge(everyone).verdict).toBe("fail");
  });

  it("accepts a failed call for which the service requires a person", () => {
    const run = outage();
    succeedsAt(run, "00:11:00", { user: ben });
    run.at("00:15:00");
    const call = run.operation({ tab: "tab-1" });
    run.exchange({ by: call, endpoint: "authorize", error: "login_required" });
    call.fails();
    expect(judge(run).verdict).toBe("pass");
    const failing = run.operation({ tab: "tab-1" });
    run.exchange({ by: failing, endpoint: "authorize", error: "server_error" });
    failing.fails();
    expect(judge(run).verdict).toBe("fail");
  });

  it("accepts failed calls of an app whose secret was rolled", () => {
    const run = outage();
    run.changed("secret-rolled");
    succeedsAt(run, "00:11:00", { user: ben });
    failsAt(run, "00:15:00", { flow: "client-credentials" });
    expect(judge(run).verdict).toBe("pass");
  });

  it("does not accept failed calls of other apps, or after a rotation of keys", () => {
    const run = outage();
    run.changed("sessions-revoked", [ben]);
    run.changed("keys-rotated");
    failsAt(run, "00:15:00");
    expect(judge(run).verdict).toBe("fail");
  });

  it("fails for a spike of requests above the limit", () => {
    const run = outage({ limits: { recoveryRequestsPerMinuteMax: 3 } });
    for (const clock of ["00:10:01", "00:10:30", "00:11:00", "00:11:20"]) succeedsAt(run, clock);
    // Requests to a protected API are not load on Entra.
    for (let call = 0; call < 4; call += 1) run.exchange({ endpoint: "resource" });
    expect(judge(run).verdict).toBe("pass");
    succeedsAt(run, "00:11:29");
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: "4 requests within one minute after the last fault cleared; at most 3 are allowed.",
    });
  });

  it("counts from the end of the outage while the capacity is still limited", () => {
    const run = buildRun({ limits: { recoveryRequestsPerMinuteMax: 3 } });
    run.fault({ id: "limited", effect: limitedCapacity });
    const ends = run.fault({ id: "down" });
    failsAt(run, "00:09:59");
    expect(judge(run).verdict).toBe("inconclusive");
    run.at("00:10:00");
    ends();
    failsAt(run, "00:11:59");
    succeedsAt(run, "00:12:00");
    expect(judge(run)).toMatchObject({ verdict: "pass", evidence: [4, 10] });
    failsAt(run, "00:12:30");
    succeedsAt(run, "00:13:00");
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: "A call of app-1 still failed 2m 30s after the outage ended.",
    });
    const spike = ["00:14:01", "00:14:02", "00:14:03", "00:14:04"];
    for (const clock of spike) succeedsAt(run, clock);
    expect(judge(run).message).toContain("4 requests within one minute after the outage ended");
    // A new outage: whether clients recover is still open.
    run.fault({ id: "again" });
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("counts from the end of a limited capacity that was the only fault", () => {
    const run = buildRun();
    const ends = run.fault({ id: "limited", effect: limitedCapacity });
    failsAt(run, "00:09:00");
    run.at("00:10:00");
    ends();
    run.cleared();
    succeedsAt(run, "00:10:01");
    expect(judge(run).verdict).toBe("pass");
  });

  it("does not treat the end of one outage as the last one when no capacity is limited", () => {
    const run = buildRun();
    const ends = run.fault({ id: "down" });
    run.at("00:10:00");
    ends();
    succeedsAt(run, "00:12:00");
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("is inconclusive when faults never clear, and without a completed call after it", () => {
    const calm = buildRun();
    succeedsAt(calm, "00:01:00");
    expect(judge(calm).verdict).toBe("inconclusive");
    const run = outage();
    expect(judge(run).verdict).toBe("inconclusive");
    run.operation().unknown();
    expect(judge(run).verdict).toBe("inconclusive");
    succeedsAt(run, "00:11:00");
    run.fault({ id: "again" });
    failsAt(run, "00:20:00");
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

describe("in a browser", () => {
  it("expects recovery of users who have signed in again by popup or redirect", () => {
    for (const flow of ["popup", "redirect"] as const) {
      const run = outage();
      run.changed("sessions-revoked", [ada]);
      const denied = run.operation();
      denied.fails();
      expect(judge(run).verdict).toBe("inconclusive");
      run.operation({ flow }).ok();
      failsAt(run, "00:20:00");
      expect(judge(run).verdict).toBe("fail");
    }
  });

  it("does not count requests that the browser resends as a spike", () => {
    const run = outage({ limits: { recoveryRequestsPerMinuteMax: 1 } });
    run.exchange({ by: run.operation(), networkFault: "ECONNRESET" });
    run.exchange({ by: run.operation(), resent: true });
    expect(judge(run).verdict).not.toBe("fail");
  });
});

it("recovery advises a cap on back-off only where it says on what that depends", () => {
  const [cap = ""] = /[^.]*cap on back-off[^.]*\./.exec(recovery.fix) ?? [];
  expect(cap).toMatch(/depends on the service/);
  expect(recovery.fix).toMatch(/where it queues without a bound/);
});

describe("a call from before the end of the outage", () => {
  /** A call that began in an outage of ten minutes; `then` happens after its end, and one call succeeds. */
  const judged = (then: (run: RunBuilder, call: BuiltOperation) => void) => {
    const run = buildRun();
    const end = run.fault({ id: "down" });
    run.exchange({ status: 503 });
    const call = run.operation();
    run.at("00:10:00");
    end();
    run.cleared();
    const good = run.operation({ flow: "client-credentials" });
    run.exchange({ by: good });
    good.ok();
    then(run, call);
    return recovery.judge(run.history());
  };

  it("has not recovered when it is still open two minutes after it, and not before", () => {
    const openUntil = (clock: string) =>
      judged((run, call) => {
        run.at(clock);
        call.unknown("run-ended");
      }).verdict;
    expect(openUntil("00:11:59")).toBe("pass");
    expect(openUntil("00:12:00")).toBe("fail");
  });

  it("is not judged when it ended, although late", () => {
    const ended = judged((run, call) => {
      run.at("00:15:00");
      call.fails();
    });
    expect(ended.verdict).toBe("pass");
  });

  it("is named before a later one that failed", () => {
    const { message } = judged((run, call) => {
      run.at("00:15:00");
      run.operation({ user: ben }).fails();
      call.unknown("run-ended");
    });
    expect(message).toContain("did not end in time, 5m after");
    expect(message).toContain("and 1 more time");
  });
});
