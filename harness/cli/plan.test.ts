/** Where chance begins. */
import { expect, it } from "vitest";
import { readSeed } from "./plan.ts";

const at = (time: string) => () => Date.parse(time);

it("has one seed for a night, from noon to noon, and another for the next", () => {
  expect(readSeed("nightly", at("2026-11-30T12:00:00Z"))).toBe("20261130");
  expect(readSeed("nightly", at("2026-12-01T03:17:00Z"))).toBe("20261130");
  expect(readSeed("nightly", at("2026-12-01T12:00:00Z"))).toBe("20261201");
});

it("is 1, unless a seed is named", () => {
  expect(readSeed(undefined, at("2026-11-30T12:00:00Z"))).toBe("1");
  expect(readSeed("7", at("2026-11-30T12:00:00Z"))).toBe("7");
});
