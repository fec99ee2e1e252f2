/** What the entry points for test runners give a test: outages, clock, world and history, and who signs in. */
import { explaining } from "../../core/explain.ts";
import { currentControls } from "../../runner/live/current-controls.ts";
import type { LiveControls } from "../../runner/live/live-controls.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import type { SignIn, SignInControls } from "../../runner/live/sign-in/sign-in.ts";

/** All of it; each use is of the test that runs at the moment. */
export interface SuiteControls extends LiveControls, SignInControls {}

/** Looks the simulation up at each use; `current` throws when there is none. */
export function suiteControls(current: () => LiveSimulation): SuiteControls {
  const controls = currentControls(current);
  const signIn = async (...values: unknown[]): Promise<unknown> =>
    explaining(async () =>
      (current().signIn as (...values: unknown[]) => Promise<unknown>)(...values),
    );
  const added: SignInControls = {
    signIn: signIn as SignIn,
    signOut: async (...values) => explaining(async () => current().signOut(...values)),
    tokenFor: async (...values) => explaining(async () => current().tokenFor(...values)),
  };
  // Not spread: `world` is looked up at each use.
  return Object.defineProperties(
    added,
    Object.getOwnPropertyDescriptors(controls),
  ) as SuiteControls;
}
