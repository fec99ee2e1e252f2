import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { ada, ben } from "../../../test/support/run-builder-wire.ts";
import { operationsOf } from "./exchanges.ts";
import { purposeIn, purposeOf } from "./purposes.ts";

const named = (app: string): string => purposeOf({ flow: "custom", app });

describe("the purpose of a call of own code", () => {
  it.each([
    ["order 17", "order 18"],
    ["order-9", "order-10"],
    ["user1", "user22"],
    ["job 0f3a9c17e2b84d6b91d2", "job 9bd2c04171ac5e33f0aa"],
    ["job 3f9a1c7e", "job 1b2c9d4e"],
    ["GET /orders/17/items/3", "GET /orders/180/items/41"],
    ["load 6babcaad-604b-40ac-a9d7-9fd97c0b779f", "load 33333333-CCCC-4ccc-8ccc-000000000011"],
    ["job 01ARZ3NDEKTSV4RRFFQ69G5FAV", "job 01BX5ZZKBKACTAV9WEVGEMMVRZ"],
    ["at 08:15:00", "at 08:15:30.5"],
  ])("is the same for %j and %j", (one, other) => {
    expect(named(one)).toBe(named(other));
  });

  it.each([
    ["load orders", "load users"],
    ["order 17", "invoice 17"],
    ["Load", "load"],
    ["17", "load"],
    ["mail of ada@contoso.example", "mail of ben@contoso.example"],
    ["mail of user1@contoso.example", "mail of user2@contoso.example"],
    ["s3upload", "s3download"],
    ["b2bguests", "b2busers"],
    ["v2orders", "v2invoices"],
    ["oauth2login", "oauth2refresh"],
  ])("is another for %j than for %j", (one, other) => {
    expect(named(one)).not.toBe(named(other));
  });

  it("is the app for a call of a client", () => {
    const app = "33333333-cccc-4ccc-8ccc-000000000011";
    expect(purposeOf({ flow: "silent", app })).toBe(app);
  });

  it("is read in linear time", () => {
    const text = `${"a1".repeat(50_000)} ${"-".repeat(50_000)} ${"@".repeat(50_000)}`;
    expect(named(text).length).toBeLessThan(text.length);
  });
});

describe("the purpose of a call of a client with tokens of several users", () => {
  /** Purposes of calls with these names and users; of a call without a user nothing shows one. */
  const purposes = (...calls: readonly (readonly [app: string, user?: string])[]) => {
    const run = buildRun();
    for (const user of [ada, ben]) {
      const signIn = run.operation({ flow: "custom", app: `sign in ${user}` });
      run.exchange({ by: signIn, subject: user, issued: { token: run.token(), user } });
      signIn.ok({ token: "none" });
    }
    for (const [app, user] of calls) {
      const call = run.operation({ flow: "custom", app });
      if (user !== undefined) run.exchange({ by: call, subject: user });
      call.ok({ token: "none" });
    }
    const history = run.history();
    return operationsOf(history)
      .slice(2)
      .map(({ invoked }) => purposeIn(history, invoked));
  };

  it("is its name where the number says for whom it is", () => {
    expect(purposes(["user1", ada], ["user2", ben], ["user1"])).toEqual([
      "user1",
      "user2",
      "user1",
    ]);
  });

  it("is the same for all numbers where these calls are for one user", () => {
    const [first, ...others] = purposes(["order 17", ada], ["order 18", ada], ["order 19"]);
    expect(others).toEqual([first, first]);
  });

  it("is another for each user where the number does not say for whom it is", () => {
    const [first, second, third, fourth, fifth] = purposes(
      ["order 17", ada],
      ["order 18", ben],
      ["order 19", ada],
      ["order 17"],
      ["order 20"],
    );
    expect([third, fourth]).toEqual([first, first]);
    expect(new Set([first, second, fifth]).size).toBe(3);
  });

  it("is known by the token that the call shows to an API", () => {
    const run = buildRun();
    const tokens = [ada, ben].map((user) => {
      const token = run.token();
      const signIn = run.operation({ flow: "custom", app: `sign in ${user}` });
      run.exchange({ by: signIn, subject: user, issued: { token, user } });
      signIn.ok({ token: "none" });
      return token;
    });
    for (const [app, at] of [
      ["order 17", 0],
      ["order 18", 1],
      ["order 19", 0],
    ] as const) {
      const call = run.operation({ flow: "custom", app });
      const token = tokens[at];
      if (token !== undefined) run.shows(call, token);
      call.ok({ token: "none" });
    }
    const history = run.history();
    const [first, second, third] = operationsOf(history)
      .slice(2)
      .map(({ invoked }) => purposeIn(history, invoked));
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it("is its name where that has no number, also for several users", () => {
    expect(purposes(["load", ada], ["load", ben])).toEqual(["load", "load"]);
  });
});

describe("the purpose of a call of a client that shows one user", () => {
  const purposes = (...calls: readonly (readonly [app: string, user?: string])[]) => {
    const run = buildRun();
    for (const [app, user] of calls) {
      const call = run.operation({ flow: "custom", app });
      if (user !== undefined) run.exchange({ by: call, subject: user });
      call.ok({ token: "none" });
    }
    const history = run.history();
    return operationsOf(history).map(({ invoked }) => purposeIn(history, invoked));
  };

  it.each([
    ["user1", "user2"],
    ["mail of user 1", "mail of user 2"],
    ["tenant-7: sync", "tenant-8: sync"],
  ])("is its name where that says for whom it is: %j and %j", (one, other) => {
    expect(purposes([one, ada], [other], [one])).toEqual([one, other, one]);
  });

  it("is the same for all numbers where they say nothing of a person", () => {
    const [first, ...others] = purposes(["order 17", ada], ["order 18"], ["order 19"]);
    expect(others).toEqual([first, first]);
  });

  it("is the same where several names show that user, or none does", () => {
    const [first, ...others] = purposes(["user 1", ada], ["user 2", ada], ["user 3"]);
    expect(others).toEqual([first, first]);
    // The token of an app serves every user.
    const [one, other] = purposes(["user 1"], ["user 2"]);
    expect(other).toBe(one);
  });
});
