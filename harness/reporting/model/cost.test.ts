import { describe, expect, it } from "vitest";
import { costOf, sumOfCosts } from "./cost.ts";
import { story, type Story } from "../../../test/support/check-story.ts";
import { ada, ben } from "../../../test/support/check-story-wire.ts";

const free = { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 };
const daemon = { flow: "client-credentials", client: "daemon-1" } as const;

/** A silent call for a person that fails at this time, and one that is good at that. */
function outageOf(told: Story, user: typeof ada, [from, to]: readonly [string, string]): void {
  told.at(from);
  told.operation({ user }).fails();
  told.at(to);
  told.operation({ user }).ok();
}

describe("the cost of a run", () => {
  it("is nothing while all calls are good", () => {
    const told = story();
    told.fault({ id: "down" });
    told.operation(daemon).ok();
    told.at("05:00:00");
    expect(costOf(told.history())).toEqual(free);
  });

  it("counts time in which two people wait only once, against 4.32 minutes", () => {
    const told = story();
    told.at("01:00:00");
    told.operation({ user: ada }).fails();
    told.at("01:02:00");
    told.operation({ user: ben }).fails();
    told.at("01:03:00");
    told.operation({ user: ada }).ok();
    told.at("01:04:19");
    told.operation({ user: ben }).ok();
    outageOf(told, ada, ["02:00:00", "02:00:00.2"]);
    expect(costOf(told.history())).toEqual({
      ...free,
      withoutTokenMs: 259_200,
      slaBudgetShare: 1,
    });
  });

  it("counts to the end what never comes back", () => {
    const told = story();
    told.operation(daemon).fails();
    told.at("00:30:00");
    told.operation(daemon).fails();
    expect(costOf(told.history()).withoutTokenMs).toBe(1_800_000);
  });

  it("counts calls that are refused although there is a valid token", () => {
    const told = story();
    const call = told.operation(daemon);
    told.exchange({ by: call, issued: { token: told.token() } });
    call.ok();
    told.fault({ id: "down" });
    told.at("00:10:00");
    told.operation(daemon).fails();
    told.operation(daemon).fails();
    told.at("02:00:00");
    told.operation(daemon).fails();
    expect(costOf(told.history()).callsWithheld).toBe(2);
  });

  it("does not count a call whose token ran out while its caller waited", () => {
    const refusedAt = (end: string): number => {
      const told = story();
      const call = told.operation(daemon);
      told.exchange({ by: call, issued: { token: told.token({ expiresIn: 3_600 }) } });
      call.ok();
      // Clients keep five minutes in hand, and no rule blames them for it.
      told.at("00:54:50");
      const last = told.operation(daemon);
      told.at(end);
      last.fails();
      return costOf(told.history()).callsWithheld;
    };
    expect([refusedAt("00:54:59"), refusedAt("00:55:10")]).toEqual([1, 0]);
  });

  it("counts sign-ins that only the outage asked for", () => {
    const told = story();
    const signIn = (): void => {
      const call = told.operation({ flow: "popup", tab: "tab-1", user: ada });
      told.prompt({ user: ada, operation: call.operation });
      told.exchange({ by: call });
      call.ok();
    };
    signIn();
    told.at("01:30:00");
    told.fault({ id: "down", on: "all" });
    signIn();
    expect(costOf(told.history()).promptsCaused).toBe(1);
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
});
