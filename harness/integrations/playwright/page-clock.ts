/** Refuses Playwright's own fake timers, `page.clock`: a page can follow only one clock. */
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

/** Makes the methods of `page.clock` and `context.clock` reject, with a hint what to use instead. */
export function refusePlaywrightsClock({ clock }: BrowserContext): void {
  for (const name of methods) {
    const refuse = (): Promise<never> => Promise.reject(explain(refusal(name)));
    Object.defineProperty(clock, name, { value: refuse, configurable: true });
  }
}

function refusal(name: string): HarnessError {
  return new HarnessError(
    "bad-usage",
    "this page follows entra.clock, which also moves the simulator",
    {
      place: `page.clock.${name}`,
      hint: 'Use entra.clock.advance("30m") to let time pass, and entraOptions.startsAt to set when a test begins.',
    },
  );
}
