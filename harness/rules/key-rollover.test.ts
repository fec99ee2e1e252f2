import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import type { Reply } from "../../test/support/run-builder-wire.ts";
import { keyRollover } from "./key-rollover.ts";

const judge = (run: RunBuilder) => keyRollover.judge(run.history());

const validate = { flow: "custom", app: "validate", client: "api", anyone: true } as const;
const keys = { endpoint: "keys", client: "api" } as const;

/** A call of the API, which reads the keys, and accepts the token or not. */
function call(run: RunBuilder, { reads, accepts }: { reads?: Reply; accepts: boolean }): void {
  const one = run.operation(validate);
  if (reads !== undefined) run.exchange({ ...keys, by: one, ...reads });
  if (accepts) one.ok({ token: "none" });
  else one.fails({ code: "invalid_token" });
}

/** The API reads the keys and accepts a token; an hour later they change, and a token of the new key is issued. */
function rolledOver({ newToken = true } = {}): RunBuilder {
  const run = buildRun();
  run.exchange({ issued: { token: run.token({ expiresIn: 7_200 }) } });
  call(run, { reads: {}, accepts: true });
  run.at("01:00:00");
  run.changed("keys-rotated");
  run.at("01:10:00");
  if (newToken) run.exchange({ issued: { token: run.token() } });
  return run;
}

describe("key-rollover passes", () => {
  it("for a service that reads the keys again, and goes on accepting tokens", () => {
    const run = rolledOver();
    call(run, { reads: {}, accepts: true });
    call(run, { accepts: true });
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message:
        "2 calls succeeded after the signing keys had changed, and the services read them again.",
      // The rotation and the two calls.
      evidence: [6, 9, 13],
    });
  });

  it("for a service that reads the keys a few times, or each time after a while", () => {
    const judged = (count: number, everyMs: number, status = 200) => {
      const run = rolledOver();
      for (let read = 0; read < count; read += 1) {
        run.exchange({ ...keys, status });
        run.after(everyMs);
      }
      call(run, { reads: {}, accepts: true });
      return judge(run).verdict;
    };
    expect(judged(2, 29_999)).toBe("pass");
    expect(judged(3, 29_999)).toBe("fail");
    expect(judged(9, 30_000)).toBe("pass");
  });
});

describe("key-rollover, of a service for several tenants", () => {
  it("counts the reads of each key set by itself", () => {
    const reads = (tenants: number): string => {
      const run = rolledOver();
      for (let tenant = 0; tenant < 6; tenant += 1) {
        const one = run.operation(validate);
        run.exchange({ ...keys, by: one, tenant: `tenant-${tenant % tenants}` });
        one.ok({ token: "none" });
        run.after(1_000);
      }
      return judge(run).verdict;
    };
    expect(reads(6)).toBe("pass");
    expect(reads(1)).toBe("fail");
  });

  it("fails when it reads the keys for each token of two tenants that take turns", () => {
    const judged = (then: (run: RunBuilder) => void = () => undefined): string => {
      const run = rolledOver();
      for (let token = 0; token < 10; token += 1) {
        const one = run.operation(validate);
        run.exchange({ ...keys, by: one, tenant: `tenant-${token % 2}` });
        one.ok({ token: "none" });
        run.after(60_000);
        if (token === 5) then(run);
      }
      return judge(run).verdict;
    };
    expect(judged()).toBe("fail");
    expect(judged((run) => call(run, { accepts: true }))).toBe("pass");
  });

  it("does not blame it for the keys of one tenant when it cannot read those of another", () => {
    const refused = (tenantOfCall: string): string => {
      const run = rolledOver();
      run.exchange({ ...keys, tenant: "tenant-1", status: 503 });
      run.exchange({ ...keys, tenant: "tenant-2" });
      const one = run.operation(validate);
      if (tenantOfCall !== "") run.exchange({ ...keys, by: one, tenant: tenantOfCall });
      one.fails({ code: "invalid_token" });
      return judge(run).verdict;
    };
    expect(refused("")).not.toBe("fail");
    expect(refused("tenant-2")).toBe("fail");
  });
});

describe("key-rollover, of a service whose read of the keys has failed", () => {
  /** The keys cannot be read once; `after` a call is refused without a read. */
  const refusedAfter = (minutes: number, isDown = false, window = {}, faults = ["keys-down"]) => {
    const run = rolledOver();
    const effect = { kind: "refused" } as const;
    const end = run.fault({ id: "keys-down", on: ["keys"], effect, ...window });
    call(run, { reads: { status: 503, faults }, accepts: false });
    if (!isDown) end();
    run.after(minutes * 60_000);
    call(run, { accepts: false });
    return judge(run).verdict;
  };

  it("lets it wait, and read them while they are not to be had", () => {
    expect(refusedAfter(4)).not.toBe("fail");
    expect(refusedAfter(30, true)).not.toBe("fail");
  });

  it("fails when it never reads them again", () => {
    expect(refusedAfter(30)).toBe("fail");
  });

  it.each([
    ["only the first request", { first: 1 }],
    ["only requests after the first", { after: 1 }],
    ["half of the requests", { chance: 0.5 }],
    ["more and more requests", { ramp: { from: 0, to: 1 } }],
    ["only the backup", { at: "backup" }],
  ])("fails when it never reads them again while a fault fails %s", (_, window) => {
    expect(refusedAfter(30, true, window)).toBe("fail");
  });

  it("passes over a fault for some requests only if the read was one of them", () => {
    const where = { tenant: "tenant-1" };
    expect(refusedAfter(30, true, { where })).not.toBe("fail");
    expect(refusedAfter(30, true, { where }, ["another"])).toBe("fail");
  });

  it("fails when it reads them again within the call, and refuses the token all the same", () => {
    const run = rolledOver();
    const one = run.operation(validate);
    run.exchange({ ...keys, by: one, status: 503 });
    run.exchange({ ...keys, by: one });
    one.fails({ code: "invalid_token" });
    expect(judge(run).message).toContain("although it had read them since");
  });
});

describe("key-rollover fails", () => {
  it("for a service that keeps the keys", () => {
    const run = rolledOver();
    call(run, { accepts: false });
    call(run, { accepts: false });
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message:
        "api refused a call 1h 10m into the run, 10m after the signing keys had changed, without having read them again, and 1 more time.",
    });
  });

  it("for a service that has read the keys and refuses a token of the old one", () => {
    const run = rolledOver({ newToken: false });
    call(run, { reads: {}, accepts: false });
    expect(judge(run).message).toContain("although it had read them since");
  });

  it("for a service that reads the keys with each of a few quick tokens, and of many slow ones", () => {
    const quick = buildRun();
    for (let token = 0; token < 4; token += 1) call(quick, { reads: {}, accepts: true });
    expect(judge(quick).message).toContain("read the keys 4 times within 0s");
    const slow = buildRun();
    for (let token = 0; token < 5; token += 1) {
      call(slow, { reads: {}, accepts: true });
      slow.after(240_000);
    }
    expect(judge(slow).message).toContain("read the keys 5 times within 16m");
  });
});

describe("key-rollover fails, further,", () => {
  it("for the reads that came right after one another, also when others come later", () => {
    const run = buildRun();
    const read = (count: number): void => {
      for (let time = 0; time < count; time += 1) run.exchange(keys);
      run.after(60_000);
    };
    read(4);
    read(4);
    read(1);
    expect(judge(run)).toMatchObject({ verdict: "fail", evidence: [0, 2, 4, 6] });
  });

  it("for five calls in a row that each read the keys, within less than five minutes of one another", () => {
    const judged = (everyMs: number, then: (run: RunBuilder) => void = () => undefined) => {
      const run = buildRun();
      for (let token = 0; token < 5; token += 1) {
        call(run, { reads: {}, accepts: true });
        run.after(everyMs);
        if (token === 0) then(run);
      }
      return judge(run).verdict;
    };
    expect(judged(299_999)).toBe("fail");
    expect(judged(300_000)).toBe("inconclusive");
    const acceptsWithout = (run: RunBuilder): void => call(run, { accepts: true });
    expect(judged(60_000, acceptsWithout)).toBe("inconclusive");
    // After a longer pause the row begins anew.
    const again = buildRun();
    call(again, { reads: {}, accepts: true });
    again.after(600_000);
    for (let token = 0; token < 5; token += 1) {
      call(again, { reads: {}, accepts: true });
      again.after(60_000);
    }
    expect(judge(again).verdict).toBe("fail");
  });

  it("for a service that reads the keys only after it has refused a token, or finds none", () => {
    const late = rolledOver();
    call(late, { accepts: false });
    late.after(60_000);
    late.exchange(keys);
    expect(judge(late).message).toContain("without having read them again");
    const none = rolledOver();
    call(none, { reads: { status: 404 }, accepts: false });
    expect(judge(none).message).toContain("without having read them again");
  });

  it("for a token that is refused between two changes", () => {
    const run = rolledOver();
    call(run, { accepts: false });
    run.after(60_000);
    run.changed("keys-rotated");
    expect(judge(run).message).toContain("10m after the signing keys had changed");
  });
});

describe("key-rollover does not count", () => {
  it("reads that failed, calls that failed, and requests that are no reads", () => {
    const five = (step: (run: RunBuilder) => void) => {
      const run = buildRun();
      for (let token = 0; token < 5; token += 1) {
        step(run);
        run.after(60_000);
      }
      return judge(run).verdict;
    };
    expect(five((run) => call(run, { reads: { status: 404 }, accepts: true }))).toBe(
      "inconclusive",
    );
    expect(five((run) => call(run, { reads: {}, accepts: false }))).toBe("inconclusive");
    expect(
      five((run) => {
        run.exchange({ ...keys, status: 404 });
        const one = run.operation(validate);
        run.exchange({ ...validate, by: one, endpoint: "resource" });
        one.ok({ token: "none" });
      }),
    ).toBe("inconclusive");
  });

  it("calls before a token of the new key was issued, unless one of the old key is valid", () => {
    const judged = (issuedBefore: boolean) => {
      const run = buildRun();
      call(run, { reads: {}, accepts: true });
      run.at("01:00:00");
      run.changed("keys-rotated", undefined, { overlapMs: 0 });
      run.at("01:10:00");
      if (issuedBefore) run.exchange({ issued: { token: run.token() } });
      call(run, { accepts: false });
      run.after(1);
      run.exchange({ issued: { token: run.token() } });
      return judge(run).verdict;
    };
    expect(judged(true)).toBe("fail");
    expect(judged(false)).toBe("inconclusive");
  });

  it("a token in the moment in which it expires", () => {
    const run = rolledOver({ newToken: false });
    run.at("02:00:00");
    call(run, { reads: {}, accepts: false });
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("calls that succeeded only later, or only for another tenant", () => {
    const later = rolledOver();
    const other = { ...validate, app: "another" };
    later.operation(other).fails();
    later.operation(other).ok({ token: "none" });
    expect(judge(later).verdict).toBe("inconclusive");
    const elsewhere = rolledOver();
    elsewhere.operation({ ...validate, tenant: "another" }).fails();
    expect(judge(elsewhere).verdict).toBe("inconclusive");
  });

  it("an accepted token as a sign of new keys when the read after the change failed", () => {
    const run = rolledOver();
    call(run, { reads: { status: 503 }, accepts: true });
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

describe("key-rollover excuses", () => {
  it("a service that may not read the keys again yet, but not for longer", () => {
    const refusedAfter = (clock: string) => {
      const run = buildRun();
      run.exchange({ issued: { token: run.token({ expiresIn: 7_200 }) } });
      call(run, { reads: {}, accepts: true });
      run.at("00:01:00");
      run.changed("keys-rotated");
      run.exchange({ issued: { token: run.token() } });
      run.at(clock);
      call(run, { accepts: false });
      return judge(run).verdict;
    };
    expect(refusedAfter("00:04:59")).toBe("inconclusive");
    expect(refusedAfter("00:05:00")).toBe("fail");
  });

  it("a service that cannot read the keys, but not one that could", () => {
    const run = rolledOver();
    call(run, { reads: { status: 503 }, accepts: false });
    expect(judge(run).verdict).toBe("inconclusive");
    const other = rolledOver();
    call(other, { reads: {}, accepts: false });
    expect(judge(other).verdict).toBe("fail");
  });

  it("a refused token that had expired, or whose key is no longer published", () => {
    const late = rolledOver({ newToken: false });
    late.at("02:10:00");
    call(late, { reads: {}, accepts: false });
    expect(judge(late).verdict).toBe("inconclusive");
    const withdrawn = buildRun();
    withdrawn.exchange({ issued: { token: withdrawn.token({ expiresIn: 7_200 }) } });
    call(withdrawn, { reads: {}, accepts: true });
    withdrawn.at("01:00:00");
    withdrawn.changed("keys-rotated", undefined, { overlapMs: 0 });
    call(withdrawn, { reads: {}, accepts: false });
    expect(judge(withdrawn).verdict).toBe("inconclusive");
  });

  it("calls that had never succeeded, but not one of the name of one that had", () => {
    const run = rolledOver();
    const other = run.operation({ ...validate, app: "another" });
    other.fails();
    expect(judge(run).verdict).toBe("inconclusive");
    call(run, { accepts: false });
    expect(judge(run).verdict).toBe("fail");
  });

  it("calls that another failing service explains", () => {
    const run = rolledOver();
    const one = run.operation(validate);
    run.exchange({ ...validate, by: one, endpoint: "resource", status: 503 });
    one.fails();
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("reads for tokens of unknown keys, which are refused", () => {
    const run = buildRun();
    call(run, { reads: {}, accepts: true });
    for (let token = 0; token < 10; token += 1) {
      run.after(300_000);
      call(run, { reads: {}, accepts: false });
    }
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

describe("key-rollover is inconclusive", () => {
  it("without a service that requests the keys, and without a rollover", () => {
    const run = buildRun();
    run.changed("keys-rotated");
    run.operation(validate).fails();
    expect(judge(run).message).toBe("No service requested the signing keys.");
    const quiet = buildRun();
    call(quiet, { reads: {}, accepts: true });
    quiet.changed("user-disabled");
    call(quiet, { accepts: true });
    expect(judge(quiet).message).toBe("The signing keys did not change.");
  });

  it("when no token came after it", () => {
    expect(judge(rolledOver()).message).toMatch(/^No service accepted or refused a token/);
  });
});
