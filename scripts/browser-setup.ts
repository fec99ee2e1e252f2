/**
 * The set-up of the browser before tests and before a run of the library: find one, else as root
 * on a Debian install its package, else say once what helps. What it does to the machine is
 * handed in, so that a test can do without.
 */
import { HarnessError } from "../harness/core/errors.ts";
import {
  BROWSER_VARIABLE,
  wantsNoBrowser,
  type FoundBrowser,
} from "../harness/browser/launch/find-browser.ts";

export interface SetUpTools {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Root on a system that has apt-get. */
  readonly mayInstall: boolean;
  /** Rejects with `no-browser` when there is none. */
  find(): Promise<FoundBrowser>;
  /** Runs apt-get in plain sight and gives back its exit code. */
  aptGet(...args: string[]): number;
  say(line: string): void;
}

/** Whether what comes next can do without a browser. */
export type Need = "required" | "optional";

/** Gives back an exit code: 1 only when a browser is required and none can be had. */
export async function setUpBrowser(need: Need, tools: SetUpTools): Promise<0 | 1> {
  if (wantsNoBrowser(tools.env)) {
    tools.say(`browser: none (${BROWSER_VARIABLE}=none): what needs one is skipped`);
    return 0;
  }
  try {
    tools.say(describe(await findOrInstall(tools)));
    return 0;
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "no-browser") throw error;
    tools.say(`browser: ${error.message}`);
    tools.say(`  ${error.hint ?? ""}`);
    if (need === "optional") {
      tools.say("  The run goes on without what needs a browser.");
      return 0;
    }
    tools.say(`  To skip what needs a browser: ${BROWSER_VARIABLE}=none`);
    return 1;
  }
}

async function findOrInstall(tools: SetUpTools): Promise<FoundBrowser> {
  try {
    return await tools.find();
  } catch (error) {
    // A browser that was named is wanted, not Debian's.
    const isNamed = (tools.env[BROWSER_VARIABLE] ?? "") !== "";
    if (isNamed || !tools.mayInstall || !(error instanceof HarnessError)) throw error;
    tools.say("browser: none yet; installing Debian's package chromium");
    if (!installChromium(tools)) {
      const message = `${error.message}; and Debian's package chromium cannot be installed (see above)`;
      const { hint } = error;
      throw new HarnessError(error.code, message, hint === undefined ? {} : { hint });
    }
    return tools.find();
  }
}

/**
 * With the headless shell, in which runs take less processor time; older systems have no package
 * of it. The lists of packages are fetched only when the package is not in them, or no longer where they say.
 */
function installChromium(tools: SetUpTools): boolean {
  const install = (...packages: string[]): boolean =>
    tools.aptGet("install", "--yes", ...packages) === 0;
  const installAny = (): boolean =>
    install("chromium", "chromium-headless-shell") || install("chromium");
  return installAny() || (tools.aptGet("update") === 0 && installAny());
}

function describe({ executablePath, from, version }: FoundBrowser): string {
  const origin = {
    explicit: `named by ${BROWSER_VARIABLE}`,
    playwright: "Playwright's own",
    installed: "installed",
  }[from];
  return `browser: ${executablePath}${version === undefined ? "" : `, version ${version}`} (${origin})`;
}
