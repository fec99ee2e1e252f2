/**
 * One browser for the life of the process: launched when it is first asked for, because that
 * takes time, and again when it has died. A death is never hidden: listeners are called, and it is
 * counted. A caller that launches must close, or the process does not end.
 */
import { rmSync } from "node:fs";
import type { Browser } from "@playwright/test";
import { HarnessError } from "../../core/errors.ts";
import { makeTemporaryFolder } from "../../core/temporary-folder.ts";
import { findBrowser } from "./find-browser.ts";
import { launchArguments } from "./launch-arguments.ts";
import { requireChromium } from "./playwright-package.ts";

export interface BrowserKeeper {
  /**
   * The browser that runs, else a new one. Rejects with `no-browser` when none is found or the
   * one found does not start, and with `client-not-installed` without Playwright.
   */
  readonly launchBrowser: () => Promise<Browser>;
  /** How many browsers have been launched so far. */
  readonly launches: () => number;
  /** Calls back for every browser that ends without `close`; what is returned stops that. */
  readonly onDied: (listener: () => void) => () => void;
  /** Ends the browser, if there is one; the next `launchBrowser` launches another. */
  readonly close: () => Promise<void>;
}

/** Keeps one browser, by default the one that `findBrowser` finds. */
export function keepBrowser(launch: () => Promise<Browser> = launchFound): BrowserKeeper {
  const listeners = new Set<() => void>();
  const closed = new WeakSet<Browser>();
  let current: Promise<Browser> | undefined;
  let launches = 0;

  async function start(): Promise<Browser> {
    const browser = await launch();
    launches += 1;
    // Without this a browser that dies at once would be launched for ever.
    if (!browser.isConnected()) throw notStarting("it ended as it started");
    browser.once("disconnected", () => {
      if (closed.has(browser)) return;
      for (const listener of listeners) listener();
    });
    return browser;
  }

  async function launchBrowser(): Promise<Browser> {
    const attempt = (current ??= start());
    const browser = await attempt.catch((error: unknown) => {
      if (current === attempt) current = undefined;
      throw error;
    });
    if (browser.isConnected()) return browser;
    if (current === attempt) current = undefined;
    return launchBrowser();
  }

  return {
    launchBrowser,
    launches: () => launches,
    onDied(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      const attempt = current;
      current = undefined;
      const browser = await attempt?.catch(() => undefined);
      if (browser === undefined) return;
      closed.add(browser);
      await browser.close();
      removeFolderOf(browser);
    },
  };
}

/** The one of this process. */
export const processBrowser: BrowserKeeper = keepBrowser();

async function launchFound(): Promise<Browser> {
  const chromium = await requireChromium();
  const { executablePath } = await findBrowser();
  const folder = makeTemporaryFolder("browser");
  try {
    const browser = await withTemporaryFiles(folder, (env) =>
      chromium.launch({
        executablePath,
        args: launchArguments(),
        env,
        // Signals are the process's own: it reports what has finished before it ends, and ends
        // the browser with it. Playwright would end the process first.
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      }),
    );
    folders.set(browser, folder);
    browser.once("disconnected", () => removeFolderOf(browser));
    return browser;
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    const [why = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n", 1);
    throw notStarting(why, executablePath, cause);
  }
}

/** The folder of each browser with its profile and artifacts. */
const folders = new WeakMap<Browser, string>();

function removeFolderOf(browser: Browser): void {
  const folder = folders.get(browser);
  if (folder === undefined) return;
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The browser still writes to it: a later process removes it.
  }
}

/** Where programs look for the place of temporary files: Node on Unix, then on Windows. */
const TEMPORARY_FILES = ["TMPDIR", "TEMP", "TMP"] as const;

/** Calls `launch` while Playwright makes its temporary folders in `folder`; the browser gets the environment as it was. */
async function withTemporaryFiles<T>(
  folder: string,
  launch: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  const before = { ...process.env } as Record<string, string>;
  for (const name of TEMPORARY_FILES) process.env[name] = folder;
  try {
    return await launch(before);
  } finally {
    for (const name of TEMPORARY_FILES) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

function notStarting(why: string, executablePath = "the browser", cause?: unknown): HarnessError {
  return new HarnessError("no-browser", `${executablePath} does not start: ${why}`, {
    hint: "Start it by hand to see why, or name another with BROWNOUT_BROWSER=/path/to/chrome.",
    cause,
  });
}
