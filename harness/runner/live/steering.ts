/** What whoever writes tests holds in their hands of a session. */
import type { WorldControls } from "../../entra/directory/world-controls.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { History } from "../../history/event.ts";
import type { PresetArguments, PresetName, PresetOptions } from "./presets.ts";
import type { RequestFilter, RequestSeen } from "./requests.ts";
import type { SessionClock } from "./session-time.ts";

/** Breaks by the name of an outage; without one, nothing gets past the gateway. */
export interface BreakByName {
  (options?: PresetOptions<"outage">): readonly string[];
  <Name extends PresetName>(name: Name, ...options: PresetArguments<Name>): readonly string[];
}

export interface Steering {
  readonly clock: SessionClock;
  /** People, apps and policies, and what can be done to them. Every change is recorded. */
  readonly world: WorldControls;
  /** Runs code, lets time pass until it settles, and records it as one operation; settles as the code does. Calls for the same have the same name. */
  readonly operate: <T>(name: string, call: () => T | Promise<T>) => Promise<T>;
  /** Breaks the service from now on: the outage of that name, or nothing at all at the gateway. Returns the ids to clear it by. */
  readonly outage: BreakByName;
  /** Breaks it by a plan, whose `from` counts from now, in ms. Returns the ids to clear it by. */
  readonly faults: (plan: FaultPlan) => readonly string[];
  /** Ends what is broken, and takes back what would break later: everything, or the faults of these ids. */
  readonly clear: (...ids: readonly string[]) => void;
  /** What a protected API of the world answers, as JSON, at an address to whoever shows a good token. */
  readonly api: (address: string, data: object) => void;
  /** A remark for the reader of the timeline. */
  readonly note: (text: string) => void;
  /** What has happened so far. */
  readonly history: () => History;
  /** The requests so far, each with its end. */
  readonly requests: (filter?: RequestFilter) => readonly RequestSeen[];
  /** The history as JSON Lines. */
  readonly journal: () => string;
  /** The history as a text, a line an event. */
  readonly timeline: () => string;
}
