/** The event of a wait that outlasted its limit. */
import type { WaitKind } from "../core/time/waits/wait-limits.ts";
import type { EventBase } from "./event-base.ts";

/**
 * This process waited for the machine, such as for a child process or a database, and the limit of
 * real time for it passed: virtual time went on without it. From there on the machine's speed decides
 * what happens.
 *
 * @example
 * const abandoned = history.events.filter((event) => event.kind === "wait-abandoned");
 */
export interface WaitAbandoned extends EventBase {
  readonly kind: "wait-abandoned";
  readonly wait: WaitKind;
  /** What was waited for, such as `an answer from 127.0.0.1:5432`. */
  readonly what: string;
  /** The limit, ms of the machine's time. */
  readonly limitMs: number;
  /** The operations that were open. */
  readonly operations: readonly number[];
}
