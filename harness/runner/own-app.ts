import type { Scenario } from "./scenario.ts";

/** The user's own code that a scenario is about, if it is: one that needs no flow of a client must not be called msal-node. */
export function ownAppOf({ app, needs }: Pick<Scenario, "app" | "needs">): Scenario["app"] {
  return app ?? (needs.length === 0 ? { name: "own-code" } : undefined);
}
