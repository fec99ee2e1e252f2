/**
 * Playwright, from the one of its packages that is installed. It is an optional peer: runs without a
 * browser do not need it, so it is imported only when a browser is asked for.
 */
import type { BrowserType } from "@playwright/test";
import { HarnessError } from "../../core/errors.ts";

/** The package that people install comes first: where packages are not hoisted, only it is in reach. */
const packages = ["@playwright/test", "playwright", "playwright-core"];

/** What of the three packages is used. */
interface PlaywrightPackage {
  readonly chromium: BrowserType;
}

/** Imports a package by name; a test puts its own in. */
export type ImportPackage = (name: string) => Promise<PlaywrightPackage>;

const importInstalled: ImportPackage = async (name) => (await import(name)) as PlaywrightPackage;

/** Playwright's Chromium of the first package that is installed; `undefined` when none is. */
export async function loadChromium(
  importPackage: ImportPackage = importInstalled,
): Promise<BrowserType | undefined> {
  for (const name of packages) {
    try {
      return (await importPackage(name)).chromium;
    } catch (error) {
      if (!isNotInstalled(error)) throw error;
    }
  }
  return undefined;
}

/** The same for who cannot do without: rejects with `client-not-installed` when none is. */
export async function requireChromium(importPackage?: ImportPackage): Promise<BrowserType> {
  const chromium = await loadChromium(importPackage);
  if (chromium !== undefined) return chromium;
  const [name = ""] = packages;
  throw new HarnessError("client-not-installed", "Playwright is not installed", {
    place: name,
    hint: `Run: npm install --save-dev ${name}`,
  });
}

function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
