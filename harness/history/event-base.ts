/** What every event of a history has. */

/** Where an event stands: `index` in the history, `at` in ms since the Unix epoch, virtual. */
export interface EventBase {
  readonly index: number;
  readonly at: number;
}
