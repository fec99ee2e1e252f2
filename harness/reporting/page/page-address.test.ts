import { expect, it } from "vitest";
import { readRoute, runAddress } from "./page-address.ts";

it("leads back to what it was made for", () => {
  expect(readRoute(runAddress("a--b@1.2~2"))).toEqual({ view: "run", id: "a--b@1.2~2" });
  expect(readRoute(runAddress("a/b #c%", "retry-after"))).toEqual({
    view: "run",
    id: "a/b #c%",
    rule: "retry-after",
  });
  expect(readRoute(runAddress("a", 12))).toEqual({ view: "run", id: "a", event: 12 });
});

it.each([
  ["", { view: "overview" }],
  ["#", { view: "overview" }],
  ["#matrix", { view: "overview", section: "matrix" }],
  ["#run", { view: "overview", section: "run" }],
  ["#run/%E0%A4%A", { view: "run", id: "%E0%A4%A" }],
  ["#run/a/event-", { view: "run", id: "a", rule: "event-" }],
])("takes %j for what it can be", (hash, route) => {
  expect(readRoute(hash)).toEqual(route);
});
