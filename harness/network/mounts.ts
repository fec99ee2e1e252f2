/**
 * Finds a mount by its name. Each is imported only when it is asked for, and a process
 * has one: msw and nock patch `fetch` and hang together (`docs/sources.md#k1`).
 */
import { findBrowser } from "../browser/launch/find-browser.ts";
import { processBrowser } from "../browser/launch/launch.ts";
import { requireChromium } from "../browser/launch/playwright-package.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { type Mount } from "./mount.ts";
import { browserMounts, type MountName, mountNames, programMounts } from "./mount-names.ts";

const loaded = new Set<MountName>();

/** The mount of that name. Throws `unknown-mount`, or `bad-usage` when msw and nock would meet in this process. */
export async function loadMount(name: string): Promise<Mount> {
  if (!isMountName(name)) {
    throw new HarnessError("unknown-mount", `there is no mount "${name}"`, {
      place: name,
      hint: suggestNames(name, mountNames, `There are ${mountNames.join(", ")}.`),
    });
  }
  const other = name === "msw" ? "nock" : name === "nock" ? "msw" : undefined;
  if (other !== undefined && loaded.has(other)) {
    throw new HarnessError("bad-usage", `the mounts msw and nock cannot share a process`, {
      place: name,
      hint: "Run them in two processes.",
    });
  }
  const mount = await importMount(name);
  loaded.add(name);
  return mount;
}

/** Whether there is a mount of that name. */
export function isMountName(name: string): name is MountName {
  return (mountNames as readonly string[]).includes(name);
}

/** Whether the clients of that mount are pages in a browser. */
export function isBrowserMount(name: MountName): boolean {
  return (browserMounts as readonly MountName[]).includes(name);
}

/** Whether the clients of that mount are other programs. */
export function isProgramMount(name: MountName): boolean {
  return (programMounts as readonly MountName[]).includes(name);
}

/** What keeps this machine from running pages: no Playwright (`client-not-installed`), or no browser (`no-browser`). */
export async function whyNoBrowser(): Promise<HarnessError | undefined> {
  try {
    await requireChromium();
    await findBrowser();
    return undefined;
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
}

/** Ends the browser of this process with its profile, if one was launched. */
export function endBrowser(): Promise<void> {
  return processBrowser.close();
}

async function importMount(name: MountName): Promise<Mount> {
  switch (name) {
    case "direct":
      return (await import("./direct.ts")).mount;
    case "https":
      return (await import("./https.ts")).mount;
    case "msw":
      return (await import("./msw.ts")).mount;
    case "program":
      return (await import("./program.ts")).mount;
    case "proxy":
      return (await import("./browser-mounts/proxy.ts")).mount;
    case "route":
      return (await import("./browser-mounts/route.ts")).mount;
    case "nock":
      return (await import("./nock.ts")).mount;
  }
}
