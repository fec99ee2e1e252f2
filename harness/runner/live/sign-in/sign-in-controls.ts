/** `signIn`, `signOut` and `tokenFor` of one live simulation. */
import type { Simulation } from "../../simulation/compose.ts";
import { createWorldControls } from "../../simulation/recorded-world-controls.ts";
import type { Refusals } from "../refusals.ts";
import { createSignIn } from "./create-sign-in.ts";
import type { DeviceCodes } from "./device-codes.ts";
import type { SignIn, SignInControls } from "./sign-in.ts";
import { createTokenFor } from "./token-for.ts";

/** The layers around the service that a sign-in reads. */
interface SignInLayers {
  readonly service: Simulation["layers"]["service"];
  readonly refusals: Refusals;
  readonly deviceCodes: DeviceCodes;
}

/** Creates them; `client` is the code under test in the history, and `timed` lets time pass until its work settles. */
export function createSignInControls(
  simulation: Simulation<SignInLayers>,
  client: string,
  timed: <T>(work: () => Promise<T>) => Promise<T>,
): SignInControls {
  const { clock, recorder, operations, layers, mounted, directory } = simulation;
  const world = createWorldControls(directory, recorder);
  const parts = {
    clock,
    recorder,
    operations,
    mounted,
    client,
    world: directory.world,
    userOf: (name: string) => world.user(name),
    appOf: (name: string) => world.app(name),
    refusals: layers.refusals.all,
    deviceCodes: layers.deviceCodes,
    now: () => clock.now(),
  };
  const { signIn, signOut } = createSignIn(parts);
  const tokenFor = createTokenFor(parts);
  return {
    signIn: (async (...values: Parameters<SignIn>) => timed(() => signIn(...values))) as SignIn,
    signOut: async (...values) => timed(() => signOut(...values)),
    tokenFor: async (...values) => timed(() => tokenFor(...values)),
  };
}
