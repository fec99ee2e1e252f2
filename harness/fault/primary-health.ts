/**
 * Whether the primary is well at an instant, as far as a plan tells: what the backup system
 * goes by when it decides which changes of a directory it still learns of.
 */
import type { FaultEffectKind, FaultPlan } from "./plan.ts";
import { isOpenAt } from "./window.ts";

/** Effects after which the front door asks the backup. */
const FAILS_OVER: ReadonlySet<FaultEffectKind> = new Set<FaultEffectKind>([
  "server-error",
  "hang",
  "refused",
  "reset",
  "dns-failure",
  "connect-timeout",
  "tls-failure",
]);

/** False while a window is open that can keep the primary from signing somebody in; `elapsedMs` since the scenario began. */
export function isPrimaryWellAt(plan: FaultPlan, elapsedMs: number): boolean {
  return !plan.some(
    (window) =>
      window.at === "primary" &&
      window.chance !== 0 &&
      (window.on === "all" || window.on.includes("token") || window.on.includes("authorize")) &&
      FAILS_OVER.has(window.effect.kind) &&
      isOpenAt(window, elapsedMs),
  );
}
