import { describe, expect, it } from "vitest";
import { millisecondsMeant } from "./duration-hint.ts";

describe("what to write for a duration that was written as a text", () => {
  it.each<[text: unknown, hint: string | undefined]>([
    ["250ms", "Write 250."],
    ["-250 ms", "Write -250."],
    ["30s", "Write seconds(30), which is 30000."],
    ["3m", "Write minutes(3), which is 180000."],
    [" 1.25 h ", "Write hours(1.25), which is 4500000."],
    ["-2d", "Write -days(2), which is -172800000."],
    ["0.0001s", "Write seconds(0.0001), which is 0."],
  ])("%j: %s", (text, hint) => {
    expect(millisecondsMeant(text)).toBe(hint);
  });

  it.each(["soon", "3", "m", "3 weeks", "about 3m", "3m later", "", "1.m"])(
    "%j is none, so the functions are named",
    (text) => {
      expect(millisecondsMeant(text)).toContain("Write milliseconds, or minutes(3)");
    },
  );

  it("is nothing for what is no text", () => {
    expect(millisecondsMeant(3)).toBeUndefined();
    expect(millisecondsMeant(undefined)).toBeUndefined();
  });
});
