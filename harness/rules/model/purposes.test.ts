import { describe, expect, it } from "vitest";
import { purposeOf } from "./purposes.ts";

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
