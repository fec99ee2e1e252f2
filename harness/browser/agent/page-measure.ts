/**
 * What one document measures time with: `performance.now`, and the frames of animations,
 * which libraries compare with it. Sent to the browser as text (see `page-agent.ts`), so it
 * may use nothing but what is inside the function.
 */
import type { PageTimers } from "./page-timers.ts";

/** Puts them on the document's clock, whose jumps they take part in; they never turn back. */
export function installPageMeasure({ now, time }: Pick<PageTimers, "now" | "time">): void {
  const real = {
    dateNow: Date.now.bind(Date),
    performanceNow: performance.now.bind(performance),
    requestAnimationFrame: requestAnimationFrame.bind(globalThis),
  };
  const bornAtMs = Math.floor(now());
  const aheadMs = bornAtMs - real.dateNow();
  const realAtBirthMs = real.performanceNow();
  // The document is older than its first script; where time stands still, by nothing.
  const ageMs = "stillAtMs" in time() ? 0 : realAtBirthMs;
  let latestMs = 0;
  const performanceNow = (): number => {
    const at = time();
    const lived =
      "stillAtMs" in at
        ? Math.floor(at.stillAtMs) - bornAtMs
        : real.performanceNow() - realAtBirthMs + at.flowingByMs - aheadMs;
    latestMs = Math.max(latestMs, ageMs + lived);
    return latestMs;
  };
  const timeOrigin = bornAtMs - ageMs;
  for (const [name, value] of Object.entries({ now: performanceNow, timeOrigin }))
    Object.defineProperty(performance, name, { value, configurable: true });
  Object.assign(globalThis, {
    requestAnimationFrame: (callback: FrameRequestCallback): number =>
      real.requestAnimationFrame(() => callback(performanceNow())),
  });
}
