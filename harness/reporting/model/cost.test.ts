import { describe, expect, it } from "vitest";
import { costOf, highestCosts, sumOfCosts } from "./cost.ts";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { ada, ben } from "../../../test/support/run-builder-wire.ts";

const free = { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 };
const daemon = { flow: "client-credentials", client: "daemon-1" } as const;

/** A silent call for a person that fails at this time, and one that is good at that. */
function outageOf(run: RunBuilder, user: typeof ada, [from, to]: readonly [string, string]): void {
  run.at(from);
  run.operation({ user }).fails();
  run.at(to);
  run.operation({ user }).ok();
}

describe("the cost of a run", () => {
  it("is nothing while all calls are good", () => {
    const run = buildRun();
    run.fault({ id: "down" });
    run.operation(daemon).ok();
    run.at("05:00:00");
    expect(costOf(run.history())).toEqual(free);
  });

  it("counts time in which two people wait only once, against 4.32 minutes", () => {
    const run = buildRun();
    run.at("01:00:00");
    run.operation({ user: ada }).fails();
    run.at("01:02:00");
    run.operation({ user: ben }).fails();
    run.at("01:03:00");
    run.operation({ user: ada }).ok();
    run.at("01:04:19");
    run.operation({ user: ben }).ok();
    outageOf(run, ada, ["02:00:00", "02:00:00.2"]);
    expect(costOf(run.history())).toEqual({
      ...free,
      withoutTokenMs: 259_200,
      slaBudgetShare: 1,
    });
  });

  it("counts to the end what never comes back", () => {
    const run = buildRun();
    run.operation(daemon).fails();
    run.at("00:30:00");
    run.operation(daemon).fails();
    expect(costOf(run.history()).withoutTokenMs).toBe(1_800_000);
  });

  it("counts calls that are refused although there is a valid token", () => {
    const run = buildRun();
    const call = run.operation(daemon);
    run.exchange({ by: call, issued: { token: run.token() } });
    call.ok();
    run.fault({ id: "down" });
    run.at("00:10:00");
    run.operation(daemon).fails();
    run.operation(daemon).fails();
    run.at("02:00:00");
    run.operation(daemon).fails();
    expect(costOf(run.history()).callsWithheld).toBe(2);
  });

  it("does not count a call whose token ran out while its caller waited", () => {
    const refusedAt = (end: string): number => {
      const run = buildRun();
      const call = run.operation(daemon);
      run.exchange({ by: call, issued: { token: run.token({ expiresIn: 3_600 }) } });
      call.ok();
      // Clients keep five minutes in hand, and no rule blames them for it.
      run.at("00:54:50");
      const last = run.operation(daemon);
      run.at(end);
      last.fails();
      return costOf(run.history()).callsWithheld;
    };
    expect([refusedAt("00:54:59"), refusedAt("00:55:10")]).toEqual([1, 0]);
  });

  it("counts sign-ins that only the outage asked for", () => {
    const run = buildRun();
    const signIn = (): void => {
      const call = run.operation({ flow: "popup", tab: "tab-1", user: ada });
      run.prompt({ user: ada, operation: call.operation });
      run.exchange({ by: call });
      call.ok();
    };
    signIn();
    run.at("01:30:00");
    run.fault({ id: "down", on: "all" });
    signIn();
    expect(costOf(run.history()).promptsCaused).toBe(1);
  });

  it("adds up over runs, and its share of the budget with it", () => {
    const one = {
      withoutTokenMs: 129_600,
      promptsCaused: 1,
      callsWithheld: 2,
      slaBudgetShare: 0.5,
    };
    expect(sumOfCosts([one, free, one, one])).toEqual({
      withoutTokenMs: 388_800,
      promptsCaused: 3,
      callsWithheld: 6,
      slaBudgetShare: 1.5,
    });
    expect(sumOfCosts([])).toEqual(free);
  });

  it("is for all runs the highest figure of any: their outages do not add up", () => {
    const one = {
      withoutTokenMs: 129_600,
      promptsCaused: 1,
      callsWithheld: 2,
      slaBudgetShare: 0.5,
    };
    const other = { ...one, withoutTokenMs: 259_200, callsWithheld: 0, slaBudgetShare: 1 };
    const all = Array.from({ length: 175 }, () => one);
    expect(highestCosts([...all, other, free])).toEqual({
      withoutTokenMs: 259_200,
      promptsCaused: 1,
      callsWithheld: 2,
      slaBudgetShare: 1,
    });
    expect(highestCosts([])).toEqual(free);
  });
});
