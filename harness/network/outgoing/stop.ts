/** How a guard stops something: it reports, and gives the program its error. */
import type { HarnessError } from "../../core/errors.ts";
import type { Suite } from "../suite.ts";

export interface StopOptions {
  /** Called with everything that was stopped. */
  readonly onHarnessError?: ((error: HarnessError) => void) | undefined;
  /** Called with what a child was stopped from after the end: no test or run can fail by it any more. Default: a line on stderr. */
  readonly onLateError?: ((error: HarnessError) => void) | undefined;
  /** Called with a line about a program that is started and cannot be held, or that lives on. Default: a line on stderr. */
  readonly onUnheld?: ((line: string) => void) | undefined;
  /** What the program sees instead of that error. Default: the same. */
  readonly shown?: ((error: HarnessError) => HarnessError) | undefined;
  /** Whose allowed hosts pass. */
  readonly suite?: Suite | undefined;
}

/** Reports an error, and returns the one for the program. */
export function stop({ onHarnessError, shown }: StopOptions, error: HarnessError): HarnessError {
  onHarnessError?.(error);
  return shown?.(error) ?? error;
}
