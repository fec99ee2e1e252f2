import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { HarnessError } from "../../core/errors.ts";
import { checkSettings } from "./settings-schema.ts";
import { defaultServiceSettings } from "./settings.ts";

const { tenants } = contoso;
const check = (settings: Readonly<Record<string, unknown>>): void =>
  checkSettings({ ...defaultServiceSettings, ...settings }, tenants);

/** The error with which settings are refused. */
function refusalOf(settings: Readonly<Record<string, unknown>>): HarnessError {
  try {
    check(settings);
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}

describe("the settings", () => {
  it.each([0, 900])("accept a revocation delay of %i seconds", (backupRevocationDelaySeconds) => {
    expect(() => check({ backupRevocationDelaySeconds })).not.toThrow();
  });

  it.each([-1, 901, NaN])("refuse %d seconds", (backupRevocationDelaySeconds) => {
    expect(() => check({ backupRevocationDelaySeconds })).toThrow(
      expect.objectContaining({ place: "settings.backupRevocationDelaySeconds" }),
    );
  });

  it.each([
    ["imdsRequestsPerSecondMax", -1],
    ["imdsConcurrentRequestsMax", 1.5],
    ["imdsAnswerMs", NaN],
    ["managedIdentityCacheSeconds", -1],
    ["managedIdentityTokenSeconds", 0],
  ] as const)("refuse %s of %d", (name, figure) => {
    expect(() => check({ [name]: figure })).toThrow(
      expect.objectContaining({ place: `settings.${name}` }),
    );
  });

  it.each([
    ["backup", "2024-02", "2024-01"],
    ["backup", "of", "off"],
    ["backup", true, "off"],
    ["backupSignInFrequency", "extends", "extend"],
    ["backup21Vianet", true, "table"],
    ["backupDeclineStatus", 500, "503"],
    ["samlIssuerHost", "login.microsoft.com", "login.microsoftonline.com"],
  ])("refuse %s of %j, and name the allowed values once", (name, value, allowed) => {
    const refusal = refusalOf({ [name]: value });
    expect(refusal.place).toBe(`settings.${name}`);
    expect(refusal.message).toContain(allowed);
    expect(refusal.hint ?? "").not.toContain("Write one of");
    expect(refusal.hint ?? "").toContain(typeof value === "string" ? allowed : "");
  });

  it.each([
    ["loopDetection", "on", 'expected "off" or an object, got "on"'],
    [
      "loopDetection",
      { requests: 0, withinSeconds: 300 },
      "expected a whole number from 1 on, got 0",
    ],
    ["accessTokenLifetimeSeconds", "1h", 'expected a number or an object, got "1h"'],
    [
      "accessTokenLifetimeSeconds",
      { min: 9, max: 8 },
      "expected a number of at most max (8), got 9",
    ],
    [
      "refreshIn",
      { fromSeconds: 1, share: 50, tokens: "user" },
      "expected a number from 0 to 1, got 50",
    ],
    ["sessionHours", -1, "expected a number from 0 on, got -1"],
    ["backupHost", 5, "expected a string, got a number (5)"],
    ["samlRequestAgeMinutesMax", "none", 'expected "any" or a number, got "none"'],
  ])("refuse %s of %j, which could be read as another value", (name, value, message) => {
    expect(() => check({ [name]: value })).toThrow(
      expect.objectContaining({ place: expect.stringContaining(`settings.${name}`), message }),
    );
  });

  it.each([
    ["loopDetection", "on", 'Write "off", or { requests: 15, withinSeconds: 300 }'],
    ["loopDetection", true, 'Write "off", or { requests: 15, withinSeconds: 300 }'],
    ["refreshIn", "always", 'Write "never", or { fromSeconds:'],
    ["accessTokenLifetimeSeconds", "1h", "Write 3600, in seconds."],
    ["accessTokenLifetimeSeconds", "long", "Write a number of seconds, or { min:"],
    ["extendedLifetimeSeconds", "24h", "Write 86400, in seconds."],
    ["samlRequestAgeMinutesMax", "none", 'Write a number of minutes, or "any".'],
    ["sessionHours", "90d", "Write 2160, in hours."],
    ["refreshTokenInactiveDays", "2160h", "Write 90, in days."],
  ])("refuse %s of %j with the nearest form that is right", (name, value, hint) => {
    expect(() => check({ [name]: value })).toThrow(
      expect.objectContaining({
        place: `settings.${name}`,
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it("accept signInAs for a user of the world, with an automatic page only", () => {
    const signInAs = "Adele@contoso.example";
    const place = "settings.signInAs";
    expect(() => check({ signInAs, signInPage: "automatic" })).not.toThrow();
    expect(() => check({ signInAs })).toThrow(
      expect.objectContaining({ place, hint: 'Add signInPage: "automatic".' }),
    );
    expect(() => check({ signInAs: "adela@contoso.example", signInPage: "automatic" })).toThrow(
      expect.objectContaining({ place, hint: expect.stringContaining("adele@contoso.example") }),
    );
  });

  it("accept the defaults", () => {
    expect(() => check({})).not.toThrow();
  });
});
