import dns, * as imported from "node:dns";
import { afterEach, describe, expect, it } from "vitest";
import { replaceMethod, showTogether } from "./replace-method.ts";

const original = dns.lookup;

describe("replaced methods of built-in modules", () => {
  afterEach(() => {
    dns.lookup = original;
    showTogether(() => undefined);
  });

  it("are seen by modules that import them, and put back", () => {
    const undo = replaceMethod(dns, "lookup", () => () => "replaced");
    expect(imported.lookup).toBe(dns.lookup);
    expect(imported.lookup).not.toBe(original);
    undo();
    expect(imported.lookup).toBe(original);
  });

  it("are seen once all of several are in place, also when the work throws", () => {
    const work = (): void =>
      showTogether(() => {
        showTogether(() => replaceMethod(dns, "lookup", () => () => "replaced"));
        expect(imported.lookup).toBe(original);
        throw new Error("half way");
      });
    expect(work).toThrow("half way");
    expect(imported.lookup).toBe(dns.lookup);
    expect(imported.lookup).not.toBe(original);
  });
});
