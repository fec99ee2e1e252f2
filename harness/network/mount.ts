/**
 * A mount hangs the simulated service under a real HTTP stack. It translates and decides
 * nothing. One mount a process: msw and nock both patch `fetch` and hang together.
 */
import type { BrowserContext, BrowserContextOptions } from "@playwright/test";
import type { PageTime } from "../browser/page-time.ts";
import type { Device } from "../core/device.ts";
import type { Gate } from "../core/time/gate.ts";
import type { Clock } from "../core/time/clock.ts";
import type { VirtualClock } from "../core/time/virtual-clock.ts";
import type { HarnessError } from "../core/errors.ts";
import type { Service } from "../core/http/service.ts";
import type { MountName } from "./mount-names.ts";
import type { PageFile } from "./browser-mounts/page-file.ts";
import type { Suite } from "./suite.ts";

/** The clock as far as a mount needs it. */
export type MountClock = Clock & Partial<Pick<VirtualClock, "join">>;

export interface MountContext {
  readonly service: Service;
  /** Sleeps here count as the request's own, see `clock/gate.ts`. */
  readonly clock: MountClock;
  readonly gate: Gate;
  /** The browser or computer of the clients, which faults change; default: nothing is wrong with it. */
  readonly device?: Device;
  /** Where the chance of pages begins; absent: they keep the browser's. */
  readonly seed?: number;
  /** Whether hidden iframes take part in the person's session; default: as the browser's cookies have it. */
  readonly sessionInFrames?: "visible" | "blocked";
  /** No fault breaks connections, so that one may carry many requests, as it does in production. Default: each request makes its own, and meets every fault of connections. */
  readonly keepsConnections?: boolean;
  /** Present in a person's own test suite, which has mocks and neighbours of its own. */
  readonly suite?: Suite;
  /** Runs work whose requests the program of that name has caused; for mounts of other programs. */
  readonly causedByProgram?: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Called with an error of the harness, not of the client: an unmocked host, a handler that throws. The client sees a failed request. */
  readonly onHarnessError?: (error: unknown) => void;
}

/** A profile of a browser: its own cookies, storage and tabs, and its pages' time is the clock's. */
export interface BrowserProfile {
  readonly context: BrowserContext;
  readonly time: PageTime;
  /** The browser ends and starts again: what is kept is what outlives it, tabs and session cookies do not. */
  readonly restart: () => Promise<BrowserProfile>;
  readonly close: () => Promise<void>;
}

/** What a mount under a browser adds. */
export interface MountedBrowser {
  /** The files of an application's own origin; they are no part of the history. */
  readonly serve: (origin: string, files: (path: string) => PageFile | undefined) => void;
  readonly openProfile: () => Promise<BrowserProfile>;
  /** The error for a browser that died, if one did: calls that fail because of it may be reported first. */
  readonly died: () => Promise<HarnessError | undefined>;
  /** For a browser context that somebody else opens: a test runner. */
  readonly prepareProfile: () => Promise<PreparedProfile>;
}

/** How other programs reach the service. */
export interface MountedPrograms {
  /** The environment variables with which a program reaches it; its requests are then known by that name. */
  readonly environmentOf: (name: string) => Promise<Readonly<Record<string, string>>>;
  /** How many requests of the program of that name have arrived and are not over. */
  readonly underway: (name: string) => number;
}

/** The way of one browser context to the service, before the context is there. */
export interface PreparedProfile {
  /** What the context must be opened with. */
  readonly contextOptions: Pick<BrowserContextOptions, "proxy">;
  /** Puts the context on the clock and in reach of the service; before it has a page. */
  readonly attach: (context: BrowserContext) => Promise<PageTime>;
  /** Requests that have reached the service, each time they did. */
  readonly arrivals: () => number;
  /** After the context is closed. */
  readonly stop: () => Promise<void>;
}

/** Sets the JSON that an address answers, without its query. */
export type AnswerFor = (address: URL, data: object) => void;

export interface Mounted {
  /** Present when the clients of this mount are pages in a browser. */
  readonly browser?: MountedBrowser;
  /** Present when the clients of this mount are other programs. */
  readonly programs?: MountedPrograms;
  /** Where a browser that another program starts finds the simulator. Present when the mount is for such browsers. */
  readonly proxy?: { readonly url: string; readonly bypass: string };
  /** Sends a request the way this mount's clients do; redirects are never followed. Where nothing of the process is reached, it fails as `stack` does, by default `fetch`. */
  readonly fetch: (request: Request, stack?: "fetch" | "http") => Promise<Response>;
  /**
   * True when the process's own `fetch`, `http` and `https` reach the service. False for
   * the direct mount, where a client must be handed `fetch` as its transport.
   */
  readonly reachesProcess: boolean;
  /** Sets the JSON that an address of another host answers to every request, unrecorded. Absent where the mount cannot stand in for other hosts. */
  readonly answerFor?: AnswerFor;
  readonly stop: () => Promise<void>;
}

export interface Mount {
  readonly name: MountName;
  /** Its clients are pages in a browser, with a clock of their own: this process keeps the machine's time. */
  readonly inBrowser?: true;
  /** Its clients are other programs, with a clock of their own: this process keeps the machine's time. */
  readonly hasPrograms?: true;
  /** Turns of the event loop that must pass without activity before time may jump. */
  readonly quietTurns: number;
  /**
   * The folder of a library that draws from `Math.random` for each request, which the client
   * under test must not notice: its pauses would differ from those under another mount.
   */
  readonly ownDraws?: string;
  readonly start: (context: MountContext) => Promise<Mounted>;
}
