import { HarnessError } from "../../core/errors.ts";
import type { ChildReport } from "./child-settings.ts";

/** The error for a request of a program or thread that the simulated process has started. */
export function stoppedInChild({ program, place }: ChildReport): HarnessError {
  return new HarnessError("unmocked-request", `${program} was stopped from reaching ${place}`, {
    place: `${program}, ${place}`,
    hint: "The simulator answers the process of the test or scenario alone, not the programs and threads that it starts. Run that code in the process itself, or stub it; in a test suite, allow lets a host pass.",
  });
}
