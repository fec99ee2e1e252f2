import { expect, it } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const NOW = Date.parse("2026-03-02T08:00:00Z");

it.each([
  ["120", 120_000],
  [" 7 ", 7_000],
  ["0", 0],
  ["Mon, 02 Mar 2026 08:05:00 GMT", 300_000],
  ["Mon, 02 Mar 2026 07:00:00 GMT", 0],
  ["soon", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["", undefined],
  ["Mon, 02 Foo 2026 08:05:00 GMT", undefined],
])("reads %j as %s ms", (raw, expected) => {
  expect(parseRetryAfter(raw, NOW)).toBe(expected);
});
