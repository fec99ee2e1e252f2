/**
 * Which browser is launched: the one that `BROWNOUT_BROWSER` names, Playwright's own, else an
 * installed Chrome, Chromium or Edge. The headless shell of each comes first where no window is
 * ever shown: it makes the same journals with a quarter less processor time. A browser that was named and does not run is an error and
 * never replaced by another: results from a browser that was not chosen would be believed.
 */
import path from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { thisComputer, type HostComputer } from "./host-computer.ts";
import {
  type BrowserUse,
  candidatePaths,
  commandNames,
  shellBeside,
  usualPlaces,
} from "./browser-locations.ts";

export interface FoundBrowser {
  readonly executablePath: string;
  readonly from: "explicit" | "playwright" | "installed";
  /** As the browser reports it, such as 150.0.7871.100; on Windows it is not asked. */
  readonly version?: string;
}

/** The variable that names a browser, or says `none`. */
export const BROWSER_VARIABLE = "BROWNOUT_BROWSER";

/** Whether `BROWNOUT_BROWSER=none` asks to go without a browser: what needs one is then skipped. */
export function wantsNoBrowser(env: HostComputer["env"] = process.env): boolean {
  return env[BROWSER_VARIABLE] === "none";
}

/** Rejects with `no-browser`, which says what was looked for and which commands help. */
export async function findBrowser(
  use: BrowserUse = "headless",
  machine: HostComputer = thisComputer,
): Promise<FoundBrowser> {
  const named = machine.env[BROWSER_VARIABLE] ?? "";
  if (named !== "") return explicitBrowser(named, machine);
  const broken: string[] = [];
  const attempt = (
    executablePath: string,
    from: FoundBrowser["from"],
  ): FoundBrowser | undefined => {
    const trial = machine.tryOut(executablePath);
    if (trial.kind === "broken") broken.push(`${executablePath} cannot be run (${trial.why})`);
    if (trial.kind !== "runs") return undefined;
    const { version } = trial;
    return { executablePath, from, ...(version === undefined ? {} : { version }) };
  };
  const own = await machine.playwrightsOwn();
  for (const candidate of playwrightsPaths(own, use)) {
    const found = attempt(candidate, "playwright");
    if (found !== undefined) return found;
  }
  for (const candidate of candidatePaths(machine, use)) {
    const installed = attempt(candidate, "installed");
    if (installed !== undefined) return installed;
  }
  throw nothingFound(machine, { use, own, broken });
}

function playwrightsPaths(own: string | undefined, use: BrowserUse): readonly string[] {
  if (own === undefined) return [];
  const shell = shellBeside(own);
  if (shell === undefined) return [own];
  return use === "headless" ? [shell, own] : [own, shell];
}

function explicitBrowser(named: string, machine: HostComputer): FoundBrowser {
  if (wantsNoBrowser(machine.env)) {
    throw new HarnessError("no-browser", `${BROWSER_VARIABLE}=none asks to go without a browser`, {
      hint: `Unset ${BROWSER_VARIABLE} to have one looked for.`,
    });
  }
  const executablePath = path.resolve(named);
  const trial = machine.tryOut(executablePath);
  if (trial.kind === "runs") {
    const { version } = trial;
    return { executablePath, from: "explicit", ...(version === undefined ? {} : { version }) };
  }
  const why = trial.kind === "missing" ? "is not there" : `cannot be run: ${trial.why}`;
  throw new HarnessError(
    "no-browser",
    `${BROWSER_VARIABLE} names ${executablePath}, which ${why}`,
    {
      hint: `Name the browser's own file, such as ${BROWSER_VARIABLE}=/usr/bin/chromium, or unset it to have one looked for.`,
    },
  );
}

function nothingFound(
  machine: HostComputer,
  {
    use,
    own,
    broken,
  }: {
    readonly use: BrowserUse;
    readonly own: string | undefined;
    readonly broken: readonly string[];
  },
): HarnessError {
  const isBroken = own !== undefined && broken.some((line) => line.startsWith(own));
  const looked = [
    `${BROWSER_VARIABLE} is not set`,
    ...(own === undefined ? ["there is no browser of Playwright's own"] : []),
    ...(own === undefined || isBroken ? [] : [`Playwright's own is not at ${own}`]),
    `none of ${commandNames(use).join(", ")} that runs is on the PATH, nor is one at ${usualPlaces(machine, use).join(", ")}`,
    ...broken,
  ];
  return new HarnessError("no-browser", `no browser was found: ${looked.join("; ")}`, {
    hint: `One of these helps: "npx playwright install chromium", ${BROWSER_VARIABLE}=/path/to/chrome in the environment, or on Debian, as root, "apt-get install chromium".`,
  });
}
