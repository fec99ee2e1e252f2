import { describe, expect, it } from "vitest";
import { checkOptions, type EntraOptions, startOf } from "./playwright-options.ts";

const check =
  (options: object): (() => void) =>
  () =>
    checkOptions(options as EntraOptions);

describe("the options of a suite of pages", () => {
  it("are checked by name, and the nearest name is suggested for others", () => {
    expect(check({})).not.toThrow();
    const all = { settings: {}, user: "adele", seed: "2", mount: "route", app: { name: "mine" } };
    expect(check({ ...all, startsAt: "2030-01-01", limits: {} })).not.toThrow();
    expect(check({ setings: {} })).toThrow(
      expect.objectContaining({
        code: "bad-usage",
        place: "entraOptions.setings",
        hint: 'Did you mean "settings"?',
      }),
    );
  });

  it("accept only mounts with a browser", () => {
    expect(check({ mount: "msw" })).toThrow(
      expect.objectContaining({
        message: 'expected one of "proxy", "route", got "msw"',
        place: "entraOptions.mount",
      }),
    );
  });

  it("set the start of each test, by default 2026-03-02T08:00:00Z", () => {
    expect(startOf({})).toBe(Date.UTC(2026, 2, 2, 8));
    expect(startOf({ startsAt: "2030-01-01T00:00:00Z" })).toBe(Date.UTC(2030, 0, 1));
    expect(check({ startsAt: "tomorrow" })).toThrow(
      expect.objectContaining({ place: "entraOptions.startsAt" }),
    );
  });
});
