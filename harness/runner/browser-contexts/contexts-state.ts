/** The browser contexts of one run, as the functions of this folder share them. */
import type { ClientBrowser, SignInPerson } from "../../clients/client.ts";
import type { Gate } from "../../core/time/gate.ts";
import type { Thoroughness } from "../../core/time/participants.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { Cause } from "../../history/ledger.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { BrowserProfile, MountedBrowser } from "../../network/mount.ts";
import type { Attribution } from "../simulation/attribution.ts";
import type { PageErrors } from "./page-errors.ts";
import type { Tabs } from "./tab-register.ts";
import type { Turns } from "./turns.ts";

export interface BrowserContexts {
  /** The browser context of that name, for an application by its name in the history. */
  readonly of: (context: string, client: string) => ClientBrowser;
  /** Called when all is quiet: true when time may go on, false when something has begun. A `thorough` call also records screens and lets people act. */
  readonly settle: (thoroughness: Thoroughness) => Promise<boolean>;
  /** Whether a page was opened, so that its errors were watched. */
  readonly isUsed: () => boolean;
  /** Whether a request, or the end of a call, waits for its turn. */
  readonly isWaiting: () => boolean;
}

export interface BrowserContextsParts {
  readonly mounted: MountedBrowser;
  readonly recorder: Recorder;
  readonly attribution: Attribution;
  readonly turns: Turns;
  readonly gate: Gate;
  readonly clock: Pick<VirtualClock, "now" | "setTimer">;
}

export interface NamedContext {
  opening: Promise<BrowserProfile>;
  /** Absent until it is open. */
  profile?: BrowserProfile;
  /** Who fills in sign-in pages, and the operation that asked for it. */
  signIn?: { readonly person: SignInPerson; readonly cause: Cause };
}

/** What the functions of this folder share in one run. */
export interface ContextsState extends BrowserContextsParts {
  readonly byName: Map<string, NamedContext>;
  readonly tabs: Tabs;
  readonly pageErrors: PageErrors;
  /** Calls of applications into pages that have not returned. */
  pendingCalls: number;
  /** Runs what a browser does later outside of the call that happened to start it. */
  readonly outsideOfCalls: <T>(work: () => T) => T;
  /** Keeps time still during work in a browser. */
  readonly holding: <T>(work: () => Promise<T>) => Promise<T>;
}
