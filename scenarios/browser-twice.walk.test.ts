/** Repeated runs in a browser: the same journal for the same seed, and the same verdicts under both mounts. */
import { afterAll, describe, expect, it, vi } from "vitest";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";
import { processBrowser } from "../harness/browser/launch/launch.ts";
import { judgeHistory } from "../harness/rules/rules.ts";
import { writeJournal } from "../harness/history/journal.ts";
import { loadClient } from "../harness/clients/registry.ts";
import type { MountName } from "../harness/network/mount-names.ts";
import { runScenario } from "../harness/runner/run.ts";
import { library } from "./library.ts";

vi.setConfig({ testTimeout: 90_000 });

/** One of each kind: popups, redirects, iframes, several tabs, a restart, resets, a hang, a client that polls. */
const again = [
  ["browser-cache-of-the-browser", "msal-browser"],
  ["browser-restart-in-outage", "msal-browser"],
  ["browser-gateway", "msal-browser"],
  ["browser-reset", "msal-browser"],
  ["browser-hang", "msal-browser"],
  ["browser-day-old-token", "msal-browser"],
  ["browser-popup-hangs", "msal-browser"],
  ["browser-redirect-down", "msal-browser"],
  ["browser-tabs-renew", "msal-browser"],
  ["browser-parted-window", "msal"],
  ["cae-revocation", "msal-browser"],
] as const;

/** Rules whose verdicts differ between the mounts, and not because of the client: pages under `route` have no sockets. */
const byEitherWay = [
  ["browser-cache-of-the-tab", "msal-browser"],
  ["browser-throttled-unexposed", "msal-browser"],
  ["browser-error-html", "msal-browser"],
  ["browser-popup-down", "msal-browser"],
  ["browser-claims-in-outage", "msal-browser"],
  ["twelve-hours-msal-1-id-token", "msal"],
] as const;

async function run(name: string, wanted: string, mount: MountName) {
  const scenario = library.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const client = await loadClient(wanted, scenario);
  const { history } = await runScenario(scenario, { client, mount, seed: "1" });
  return history;
}

describe.skipIf(wantsNoBrowser())("a run in a browser", () => {
  afterAll(() => processBrowser.close());

  it.each(again)(
    "%s with %s gives one journal for one seed, byte for byte",
    async (name, client) => {
      const first = writeJournal(await run(name, client, "proxy"));
      const second = writeJournal(await run(name, client, "proxy"));
      expect(second).toBe(first);
    },
  );

  it.each(byEitherWay)(
    "%s with %s gets the same verdicts under proxy and route",
    async (name, client) => {
      const verdicts = async (mount: MountName): Promise<readonly string[]> =>
        judgeHistory(await run(name, client, mount)).map(
          ({ rule, verdict }) => `${rule}: ${verdict}`,
        );
      expect(await verdicts("route")).toEqual(await verdicts("proxy"));
    },
  );
});
