import { describe, expect, it } from "vitest";
import { checkSettings } from "./check-settings.ts";
import { defaultServiceSettings } from "./settings.ts";

describe("the settings", () => {
  it.each([0, 900])("let a revocation take %i seconds", (backupRevocationDelaySeconds) => {
    expect(() =>
      checkSettings({ ...defaultServiceSettings, backupRevocationDelaySeconds }),
    ).not.toThrow();
  });

  it.each([-1, 901, NaN])("refuse %d seconds", (backupRevocationDelaySeconds) => {
    expect(() =>
      checkSettings({ ...defaultServiceSettings, backupRevocationDelaySeconds }),
    ).toThrow(expect.objectContaining({ place: "settings.backupRevocationDelaySeconds" }));
  });

  it.each([
    ["imdsRequestsPerSecondMax", -1],
    ["imdsConcurrentRequestsMax", 1.5],
    ["imdsAnswerMs", NaN],
    ["managedIdentityCacheSeconds", -1],
    ["managedIdentityTokenSeconds", 0],
  ] as const)("refuse %s of %d", (name, figure) => {
    expect(() => checkSettings({ ...defaultServiceSettings, [name]: figure })).toThrow(
      expect.objectContaining({ place: `settings.${name}` }),
    );
  });

  it.each([
    ["backup", "2024-02", "2024-01"],
    ["backup", "of", "off"],
    ["backupSignInFrequency", "extends", "extend"],
    ["backup21Vianet", true, "table"],
    ["backupDeclineStatus", 500, "503"],
    ["samlIssuerHost", "login.microsoft.com", "login.microsoftonline.com"],
  ])("refuse %s of %j, and name what there is", (name, value, hint) => {
    expect(() => checkSettings({ ...defaultServiceSettings, [name]: value })).toThrow(
      expect.objectContaining({
        place: `settings.${name}`,
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it("that are the defaults are good", () => {
    expect(() => checkSettings(defaultServiceSettings)).not.toThrow();
  });
});
