import { describe, expect, it } from "vitest";
import { parseWith } from "../core/validation.ts";
import { allowSchema, isAllowed, isServedIn } from "./suite.ts";

const suite = { allow: ["db.internal", "*.example.com", "graph.microsoft.com"] };

describe("hosts of a suite", () => {
  it.each([
    ["db.internal", true],
    ["DB.Internal", true],
    ["a.db.internal", false],
    ["api.example.com", true],
    ["a.api.example.com", false],
    ["example.com", false],
  ])("%s is allowed: %s", (host, allowed) => {
    expect(isAllowed(suite, host)).toBe(allowed);
    expect(isAllowed(undefined, host)).toBe(false);
  });

  it("are served when they are ours and not allowed", () => {
    const served = (url: string): boolean => isServedIn(suite, new URL(url));
    expect(served("https://login.microsoftonline.com/common")).toBe(true);
    expect(served("https://graph.microsoft.com/v1.0/me")).toBe(false);
    expect(served("https://api.example.com/")).toBe(false);
    expect(isServedIn(undefined, new URL("https://graph.microsoft.com/v1.0/me"))).toBe(true);
  });

  it.each([["https://db.internal"], ["db.internal:5432"], ["*"], ["a.*.b"], [""], [7]])(
    "cannot be %j",
    (host) => {
      expect(() => parseWith(allowSchema, [host], { what: "allow", code: "bad-usage" })).toThrow(
        /^expected a host name, got /,
      );
    },
  );
});
