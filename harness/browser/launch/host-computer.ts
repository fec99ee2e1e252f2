/** What the search for a browser sees of the machine, so that a test can hand in another. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { loadChromium } from "./playwright-package.ts";

/** What became of trying a file as a browser. */
export type Trial =
  | { readonly kind: "runs"; readonly version?: string }
  | { readonly kind: "missing" }
  | { readonly kind: "broken"; readonly why: string };

export interface HostComputer {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where Playwright keeps its own Chromium, whether it is there or not; `undefined` without Playwright. */
  playwrightsOwn(): Promise<string | undefined>;
  tryOut(path: string): Trial;
}

/** The machine that this process runs on. */
export const thisComputer: HostComputer = {
  platform: process.platform,
  env: process.env,
  playwrightsOwn,
  tryOut,
};

async function playwrightsOwn(): Promise<string | undefined> {
  const chromium = await loadChromium();
  try {
    return chromium?.executablePath();
  } catch {
    // Playwright has no Chromium for this system.
    return undefined;
  }
}

const PATIENCE_MS = 30_000;

/**
 * Asks a file for its version. That it is there says little: Ubuntu's `chromium-browser` is a
 * script that asks for a snap, and Playwright's own starts only where its libraries are.
 */
function tryOut(path: string): Trial {
  if (!isThere(path)) return { kind: "missing" };
  if (!isExecutableFile(path)) return { kind: "broken", why: "it is no executable file" };
  // On Windows a browser that is asked for its version opens a window instead.
  if (process.platform === "win32") return { kind: "runs" };
  const { status, stdout, stderr, error } = spawnSync(path, ["--version"], {
    encoding: "utf8",
    timeout: PATIENCE_MS,
  });
  if (status !== 0) {
    const [firstLine = ""] = `${stderr ?? ""}\n${stdout ?? ""}`.trim().split("\n", 1);
    return { kind: "broken", why: error?.message ?? (firstLine || `it ends with ${status}`) };
  }
  const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0];
  return { kind: "runs", ...(version === undefined ? {} : { version }) };
}

/** What cannot be looked at, such as below a folder of somebody else's on the PATH, is not there for us. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
