/** The options with which Playwright launches the browser of a suite. */
import type { LaunchOptions } from "@playwright/test";
import { findBrowser } from "../../browser/launch/find-browser.ts";
import { launchArguments } from "../../browser/launch/launch-arguments.ts";
import { HarnessError } from "../../core/errors.ts";

/** The browser that a suite asks for. */
export interface RequestedBrowser {
  readonly launchOptions: LaunchOptions;
  readonly browserName: string;
  /** From the project's `use`. */
  readonly channel: string | undefined;
}

/** The suite's own options with what the simulator needs. Rejects `bad-usage` for a browser other than Chromium, and `no-browser`. */
export async function launchOptionsFor({
  launchOptions,
  browserName,
  channel,
}: RequestedBrowser): Promise<LaunchOptions> {
  if (browserName !== "chromium") {
    throw new HarnessError(
      "bad-usage",
      `expected "chromium", found "${browserName}": brownout/playwright runs in Chromium only`,
      {
        place: "browserName",
        hint: 'Leave browserName out, or give this project\'s files a project of their own with browserName: "chromium".',
      },
    );
  }
  const isNamed = [launchOptions.executablePath, launchOptions.channel, channel].some(
    (name) => name !== undefined,
  );
  return {
    ...launchOptions,
    ...(isNamed ? {} : { executablePath: (await findBrowser("windowed")).executablePath }),
    args: [...launchArguments(), ...(launchOptions.args ?? [])],
  };
}

/** Whether a browser with these launch options trusts the simulator; a suite's `test.use` may have replaced ours. */
export function trustsSimulator({ args = [] }: LaunchOptions): boolean {
  return args.some((argument) => launchArguments().includes(argument) && argument.includes("spki"));
}
