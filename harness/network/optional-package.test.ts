import { describe, expect, it } from "vitest";
import { requireAtLeast, requirePackage } from "./optional-package.ts";

describe("a mount's own package", () => {
  it("is there in the major that the mount was written for", () => {
    expect(() => requirePackage("msw", "2.15.0")).not.toThrow();
    expect(() => requirePackage("nock", "14.0.17")).not.toThrow();
  });

  it("is asked for when it is missing", () => {
    expect(() => requirePackage("no-such-package", "1.2.3")).toThrow(
      expect.objectContaining({
        code: "bad-usage",
        message: "the mount no-such-package needs the package no-such-package",
        hint: "Run: npm install --save-dev no-such-package@1.2.3, or take the mount https, which needs no package.",
      }),
    );
  });

  it("is refused in another major", () => {
    expect(() => requirePackage("msw", "2.15.0", () => ({ version: "3.0.5" }))).toThrow(
      "the mount msw works with msw 2, and 3.0.5 is installed",
    );
  });

  it("is found although its manifest is not exported", () => {
    expect(() => requirePackage("es-module-lexer", "1.0.0")).toThrow(
      /works with es-module-lexer 1, and \d+\.\d+\.\d+ is installed/,
    );
  });
});

describe("the runner of an entry point", () => {
  const at = (version: string) => () =>
    requireAtLeast("vitest", "3.1", {
      place: "brownout/vitest",
      readManifest: () => ({ version }),
    });

  it("may be of the version that is needed, or newer", () => {
    for (const version of ["3.1.0", "3.10.2", "4.0.0-beta.1", "10.0.0"])
      expect(at(version)).not.toThrow();
    requireAtLeast("vitest", "3.0", { place: "brownout/vitest" });
  });

  it("is named with the version that is needed when it is older", () => {
    for (const version of ["3.0.9", "2.9.0"])
      expect(at(version)).toThrow(
        expect.objectContaining({
          code: "bad-usage",
          place: "brownout/vitest",
          message: `needs vitest 3.1 or newer, and ${version} is installed`,
          hint: "Run: npm install --save-dev vitest@latest",
        }),
      );
  });

  it("is asked for when it is missing", () => {
    expect(() => requireAtLeast("no-such-package", "1.0", { place: "brownout/x" })).toThrow(
      expect.objectContaining({
        code: "client-not-installed",
        message: "the package no-such-package is not installed",
        hint: "Run: npm install --save-dev no-such-package@latest",
      }),
    );
  });
});
