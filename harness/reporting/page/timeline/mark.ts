/** What the timeline draws of an event. */
import type { MarkStyle } from "./styles.ts";

/** The rows that a lane can have. */
export type RowKind = "faults" | "signs" | "screens" | "calls" | "requests" | "tokens";

/** Something to draw, in ms since the start of the run; `event` is the index of the event that it stands for. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly event: number;
  readonly style: MarkStyle;
}
