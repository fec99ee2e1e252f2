/** What the harness and the agent in each document say to each other. */
import type { DeviceState } from "../../core/device.ts";
import type { SeenScreen } from "./screen.ts";

/** How time goes in a document: it stands still at an instant, or runs a fixed number of ms ahead of the machine's. */
export type DocumentTime = { readonly stillAtMs: number } | { readonly flowingByMs: number };

export interface AgentStart {
  readonly time: DocumentTime;
  readonly device: DeviceState;
  /** Where chance begins. Default: the browser's own chance. */
  readonly seed?: number;
}

/** The state of a document. */
export interface PageState {
  /** Grows with everything that happens; equal readings mean that nothing did. */
  readonly activity: number;
  /** Work under way that no request shows: cryptography, timers of zero delay. */
  readonly busy: number;
  /** Addresses that the document has requested or navigated to since it began. */
  readonly going: readonly string[];
  /** The windows that the document has opened, in order: whether each is still open. */
  readonly windows: readonly boolean[];
  /** After `setTime`: nothing happened but timers that looked, found nothing, and will look again. */
  readonly onlyPolled?: true;
  /** After `state`: something happened between its readings. */
  readonly unsteady?: true;
  /** After `state`, of a main document that was asked for it: what a person sees there. */
  readonly screen?: PageScreen;
  /** When the next timer is due; ms since the Unix epoch, virtual. */
  readonly nextDueMs?: number;
}

/** What a person sees in a document, and whether it asks for a name and a password. */
export interface PageScreen extends SeenScreen {
  readonly asksForSignIn?: true;
}

/** How `state` reads. */
export interface PageReading {
  /** Turns of the event loop before each reading, so that what is under way has arrived. */
  readonly turns: number;
  /** How often it reads; the last reading is the answer. */
  readonly times: number;
  /** Whether to read the screen, too. */
  readonly screen: boolean;
}

/** What the harness calls, as `globalThis.__brownout`. */
export interface PageAgent {
  /** Several readings in one call: each call is a round trip through three processes. */
  state(reading: PageReading): Promise<PageState>;
  time(): DocumentTime;
  device(): DeviceState;
  /** Brings the device into that state, and fires what is due by then, in order. Time never turns back. */
  setTime(time: DocumentTime, device: DeviceState): Promise<PageState>;
  /**
   * As `setTime`, but stops at the instant at which something outside could notice what a timer
   * does, and calls `__brownoutAt` with that instant at once. Called again with the same name, it
   * reports where that leap ended.
   */
  leap(leap: LeapRequest): Promise<PageLeap>;
}

export interface LeapRequest {
  /** Another number for each leap. */
  readonly name: number;
  /** Ms since the Unix epoch, virtual. */
  readonly untilMs: number;
  readonly company: Company;
  /** As of the last look; where something has happened since, there is no leap. */
  readonly activity: number;
}

/** Whether other documents share the clock, which would notice what this one stores. */
export type Company = "alone" | "others";

/** Where a leap ended, ms since the Unix epoch, virtual, and whether something is to be seen there. */
export interface PageLeap extends PageState {
  readonly reachedMs: number;
  readonly stopped: boolean;
}
