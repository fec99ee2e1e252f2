/** Playwright has fake timers of its own, `page.clock`: two clocks in one page would fight. */
import type { BrowserContext, Clock } from "@playwright/test";
import { explain } from "../../core/explain.ts";
import { HarnessError } from "../../core/errors.ts";

const methods = [
  "install",
  "fastForward",
  "runFor",
  "pauseAt",
  "resume",
  "setFixedTime",
  "setSystemTime",
] as const satisfies readonly (keyof Clock)[];

/** From now on `page.clock` and `context.clock` refuse, and say what there is instead. */
export function refusePlaywrightsClock({ clock }: BrowserContext): void {
  for (const name of methods) {
    const refuse = (): Promise<never> => Promise.reject(explain(refusal(name)));
    Object.defineProperty(clock, name, { value: refuse, configurable: true });
  }
}

function refusal(name: string): HarnessError {
  return new HarnessError(
    "bad-usage",
    "this page has the clock of entra, which moves Entra as well",
    {
      place: `page.clock.${name}`,
      hint: 'Let time pass by entra.clock.advance("30m"); when a test begins, entraOptions.startsAt says.',
    },
  );
}
