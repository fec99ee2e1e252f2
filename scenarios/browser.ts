/** The scenarios in a real browser, in the order in which a reader would ask for them. */
import type { Scenario } from "../harness/scenario.ts";
import { cacheScenarios } from "./browser-cache.ts";

export const browserScenarios: readonly Scenario[] = [...cacheScenarios];
