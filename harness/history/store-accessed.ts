/** The event of an access to the store of a client's tokens. */
import type { EventBase } from "./event-base.ts";

/**
 * A client read or wrote the store of its tokens while a fault window was open at `cache-store`.
 * What happens at a healthy store is not recorded, and neither is the storage of pages.
 *
 * @example
 * const failed = history.events.filter(
 *   (event) => event.kind === "store-accessed" && event.outcome === "fail",
 * );
 */
export interface StoreAccessed extends EventBase {
  readonly kind: "store-accessed";
  readonly client: string;
  readonly operation?: number;
  readonly access: "read" | "write";
  readonly outcome: "ok" | "fail";
  /** Ids of the fault windows. */
  readonly faults: readonly string[];
}
