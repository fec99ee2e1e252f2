/**
 * Playwright's own test runner, as `brownout/playwright` extends it. Not imported: where it is
 * missing, or another runner runs the file, Node would say so in its own words.
 */
import { createRequire } from "node:module";
import { explaining } from "../../core/explain.ts";
import { requireAtLeast } from "../../network/optional-package.ts";
import { requireRunner } from "../require-runner.ts";

/** `context.clock`, which a test must not use, is there from this version on. */
const NEEDED = "1.45";

/** Throws `bad-usage` under another test runner, and where Playwright is missing or too old. */
export function requirePlaywright(): typeof import("@playwright/test") {
  return explaining(() => {
    requireRunner("playwright");
    requireAtLeast("@playwright/test", NEEDED, { place: "brownout/playwright" });
    return createRequire(import.meta.url)("@playwright/test") as typeof import("@playwright/test");
  });
}
