/** With what Playwright launches the browser of a suite that has its own wishes. */
import type { LaunchOptions } from "@playwright/test";
import { findBrowser } from "../../browser/find-browser.ts";
import { launchArguments } from "../../browser/launch-arguments.ts";
import { HarnessError } from "../../core/errors.ts";

/** What a suite says of its browser. */
export interface WishedBrowser {
  readonly launchOptions: LaunchOptions;
  readonly browserName: string;
  /** As in the project's `use`. */
  readonly channel: string | undefined;
}

/** The suite's own options with what the simulator needs. Rejects `bad-usage` for what is no Chromium, and `no-browser`. */
export async function launchOptionsFor({
  launchOptions,
  browserName,
  channel,
}: WishedBrowser): Promise<LaunchOptions> {
  if (browserName !== "chromium") {
    throw new HarnessError(
      "bad-usage",
      `brownout/playwright runs in Chromium, not in ${browserName}`,
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
    ...(isNamed ? {} : { executablePath: (await findBrowser()).executablePath }),
    args: [...launchArguments(), ...(launchOptions.args ?? [])],
  };
}

/** Whether a browser that is launched so trusts the simulator; a suite's `test.use` may have taken the place of ours. */
export function trustsSimulator({ args = [] }: LaunchOptions): boolean {
  return args.some((argument) => launchArguments().includes(argument) && argument.includes("spki"));
}
