/** What every event of a history has. */

/**
 * The place and time of an event.
 *
 * @example
 * const sinceStartMs = ({ header }: History, { at }: EventBase) => at - header.startedAt;
 */
export interface EventBase {
  /** The place in the history, from 0. */
  readonly index: number;
  /** Virtual time, in ms since the Unix epoch. */
  readonly at: number;
}
