import { describe, expect, it } from "vitest";
import { loadFresh } from "./fresh-package.ts";

interface Msal {
  readonly version: string;
  readonly ManagedIdentityApplication: new () => object;
}

describe("a fresh copy of a package", () => {
  it("has the same version and shares no class with the previous copy", () => {
    const [one, two] = [loadFresh<Msal>("@azure/msal-node"), loadFresh<Msal>("@azure/msal-node")];
    expect(two.version).toBe(one.version);
    expect(two.ManagedIdentityApplication).not.toBe(one.ManagedIdentityApplication);
    new one.ManagedIdentityApplication();
    expect(one.ManagedIdentityApplication).toHaveProperty("nodeStorage");
    expect(two.ManagedIdentityApplication).not.toHaveProperty("nodeStorage");
  });

  it("of a package that is not installed gives an error with the command to install it", () => {
    expect(() => loadFresh("@azure/no-such-package")).toThrow(
      expect.objectContaining({
        code: "client-not-installed",
        hint: "Run: npm install @azure/no-such-package",
      }),
    );
  });
});
