/** The scenarios in a real browser, in the order in which they are listed and run. */
import type { Scenario } from "../harness/runner/scenario.ts";
import { cacheScenarios } from "./browser-cache.ts";
import { challengeScenarios } from "./browser-challenge.ts";
import { deviceScenarios } from "./browser-device.ts";
import { networkScenarios } from "./browser-network.ts";
import { sessionScenarios } from "./browser-sessions.ts";
import { signInScenarios } from "./browser-sign-in.ts";
import { tabScenarios } from "./browser-tabs.ts";
import { rejectedScenarios } from "./browser-throttled.ts";
import { browserRows } from "./browser-twelve-hours.ts";

export const browserScenarios: readonly Scenario[] = [
  ...cacheScenarios,
  ...rejectedScenarios,
  ...networkScenarios,
  ...deviceScenarios,
  ...sessionScenarios,
  ...signInScenarios,
  ...tabScenarios,
  ...challengeScenarios,
  ...browserRows,
];
