/**
 * Ends a test at once that can only fail: a page that waits for a script of a host that is not
 * simulated, or for a sign-in to an app that is not in the world, would wait until the test times
 * out. What else the page asks for in a moment is awaited, so that one message names everything.
 */
import type { BrowserContext } from "@playwright/test";
import { unmockedHosts } from "../../runner/live/join-problems.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import type { Refusal } from "../../runner/live/refusals.ts";

export interface EarlyEndOptions {
  readonly context: BrowserContext;
  readonly session: Pick<LiveSimulation, "problems">;
  /** The refusals that no function of the test reports. */
  readonly refusals: () => readonly Refusal[];
}

export interface EarlyEnd {
  /** The refusals because of which the test was ended. */
  readonly endedBy: () => readonly Refusal[];
  readonly stop: () => void;
}

const LOOK_EVERY_MS = 100;

/** So many looks without anything new: a second of real time. */
const QUIET_LOOKS = 10;

/** Codes after which no one can sign in, since the world has not what the app asks for. */
const HOPELESS: ReadonlySet<number> = new Set([50011, 700016, 90002]);

/** Watches a test from the beginning, until `stop`. */
export function endEarly({ context, session, refusals }: EarlyEndOptions): EarlyEnd {
  let found = 0;
  let quiet = 0;
  let endedBy: readonly Refusal[] = [];

  const look = (): void => {
    const hosts = unmockedHosts(session.problems());
    const hopeless = refusals().filter(({ code, isPage }) => isPage && HOPELESS.has(code));
    const count = hosts.length + hopeless.length;
    quiet = count === found ? quiet + 1 : 0;
    found = count;
    if (count === 0 || quiet < QUIET_LOOKS) return;
    clearInterval(timer);
    endedBy = hopeless;
    const what = hosts.length > 0 ? hosts.join(", ") : `AADSTS${hopeless[0]?.code}`;
    // What the test waits for rejects with this.
    void context
      .close({
        reason: `Brownout ended the test, as it cannot pass: ${what}. The lines to add follow.`,
      })
      .catch(() => undefined);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);

  return {
    endedBy: () => endedBy,
    stop: () => clearInterval(timer),
  };
}
