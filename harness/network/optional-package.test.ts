import { describe, expect, it } from "vitest";
import { requirePackage } from "./optional-package.ts";

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
        hint: "Run: npm install --save-dev no-such-package@1.2.3",
      }),
    );
  });

  it("is refused in another major", () => {
    expect(() => requirePackage("msw", "2.15.0", () => ({ version: "3.0.5" }))).toThrow(
      "the mount msw works with msw 2, and 3.0.5 is installed",
    );
  });

  it("is refused when it hides its version, as nock 15 does", () => {
    const hidden = Object.assign(new Error("not exported"), {
      code: "ERR_PACKAGE_PATH_NOT_EXPORTED",
    });
    const readManifest = (): never => {
      throw hidden;
    };
    expect(() => requirePackage("nock", "14.0.17", readManifest)).toThrow(
      "the mount nock works with nock 14, and another major is installed",
    );
  });
});
