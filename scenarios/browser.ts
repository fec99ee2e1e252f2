/** The scenarios in a real browser, in the order in which a reader would ask for them. */
import type { Scenario } from "../harness/scenario.ts";
import { cacheScenarios } from "./browser-cache.ts";
import { networkScenarios } from "./browser-network.ts";
import { turnedAwayScenarios } from "./browser-throttled.ts";

export const browserScenarios: readonly Scenario[] = [
  ...cacheScenarios,
  ...turnedAwayScenarios,
  ...networkScenarios,
];
