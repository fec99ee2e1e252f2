/**
 * Ends a test at once that can only fail: a page that waits for a script of a host that is not
 * simulated, or for a sign-in to an app that is not in the world, and a test that waits for a
 * button of a page that died while it loaded, would wait until the test times out. What else the page asks for in a moment is awaited, so that one message names everything.
 */
import type { BrowserContext } from "@playwright/test";
import { unmockedHosts } from "../../runner/live/join-problems.ts";
import type { Refusal } from "../../runner/live/refusals.ts";

export interface EarlyEndOptions {
  readonly context: BrowserContext;
  readonly problems: () => readonly Error[];
  /** The refusals that no function of the test reports. */
  readonly refusals: () => readonly Refusal[];
  /** What has failed in pages that show nothing, and no longer load anything. */
  readonly deadPages: () => readonly string[];
}

export interface EarlyEnd {
  /** The refusals because of which the test was ended. */
  readonly endedBy: () => readonly Refusal[];
  /** What had failed in the pages because of which it was. */
  readonly deadBy: () => readonly string[];
  readonly stop: () => void;
}

const LOOK_EVERY_MS = 100;

/** So many looks without anything new: a second of real time. */
const QUIET_LOOKS = 10;

/** Codes after which no one can sign in, since the world has not what the app asks for. */
const HOPELESS: ReadonlySet<number> = new Set([50011, 700016, 90002]);

/** Watches a test from the beginning, until `stop`. */
export function endEarly({ context, problems, refusals, deadPages }: EarlyEndOptions): EarlyEnd {
  let found = 0;
  let quiet = 0;
  let endedBy: readonly Refusal[] = [];
  let deadBy: readonly string[] = [];

  const look = (): void => {
    const hosts = unmockedHosts(problems());
    const hopeless = refusals().filter(({ code, isPage }) => isPage && HOPELESS.has(code));
    const dead = deadPages();
    const count = hosts.length + hopeless.length + dead.length;
    quiet = count === found ? quiet + 1 : 0;
    found = count;
    if (count === 0 || quiet < QUIET_LOOKS) return;
    clearInterval(timer);
    endedBy = hopeless;
    deadBy = dead;
    const [refusal] = hopeless;
    const what = [
      ...hosts,
      ...(refusal === undefined ? [] : [`AADSTS${refusal.code}`]),
      ...(dead.length === 0 ? [] : ["its page shows nothing"]),
    ].join(", ");
    // What the test waits for rejects with this.
    void context
      .close({
        reason: `Brownout ended the test, as it cannot pass: ${what}. What to do follows.`,
      })
      .catch(() => undefined);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);

  return {
    endedBy: () => endedBy,
    deadBy: () => deadBy,
    stop: () => clearInterval(timer),
  };
}
