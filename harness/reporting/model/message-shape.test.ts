/** Messages without their figures. */
import { expect, it } from "vitest";
import { messageShape } from "./message-shape.ts";

it.each([
  ["44 of 60 calls got no token in 1h 5m", "45 of 60 calls got no token in 59m 3.2s"],
  ["1 call was repeated after 100 ms", "5,984 calls were repeated after 1 s"],
  ["sent again 10s after a 429", "sent again 3s after a 503"],
])("has one shape for %s and %s", (one, other) => {
  expect(messageShape(one)).toBe(messageShape(other));
});

it.each([
  ["4 calls got no token", "4 calls got an expired token"],
  ["asked orders-api again", "asked billing-api again"],
])("has two for %s and %s", (one, other) => {
  expect(messageShape(one)).not.toBe(messageShape(other));
});
