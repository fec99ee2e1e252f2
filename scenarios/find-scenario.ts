/** Finds scenarios: those of the library by name, and users' scenarios by file. */
import { isAbsolute } from "node:path";
import { HarnessError, suggestNames } from "../harness/core/errors.ts";
import { loadScenarioFile } from "../harness/runner/loading/load-default-export.ts";
import { checkScenario } from "../harness/runner/scenario-schema.ts";
import type { Scenario } from "../harness/runner/scenario.ts";
import { library } from "./library.ts";

/**
 * Returns the scenarios of the library, in the order in which they are listed and run.
 *
 * @example
 * for (const { name, title } of listScenarios()) console.log(name, title);
 */
export function listScenarios(): readonly Scenario[] {
  return library;
}

/**
 * Loads a scenario of the library by name, or the default export of a scenario file by its
 * absolute path.
 *
 * @throws HarnessError `unknown-scenario`, with the nearest names; for a file also the errors of
 * loading and checking it, with the place of the mistake.
 * @example
 * const scenario = await loadScenario("token-throttled");
 */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  if (isAbsolute(nameOrPath)) return checkScenario(await loadScenarioFile(nameOrPath), nameOrPath);
  const found = library.find((scenario) => scenario.name === nameOrPath);
  if (found !== undefined) return found;
  const names = library.map((scenario) => scenario.name);
  throw new HarnessError("unknown-scenario", `there is no scenario "${nameOrPath}"`, {
    hint: suggestNames(nameOrPath, names, 'See "brownout list".'),
  });
}
