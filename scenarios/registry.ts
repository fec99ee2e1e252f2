/** Finds scenarios by name: those of the library, or a user's file. */
import { isAbsolute } from "node:path";
import { HarnessError, suggestNames } from "../harness/core/errors.ts";
import { loadScenarioFile } from "../harness/runner/loading/load-scenario.ts";
import { checkScenario } from "../harness/runner/scenario-schema.ts";
import type { Scenario } from "../harness/runner/scenario.ts";
import { library } from "./library.ts";

/** The scenarios of the library, in the order in which they are listed and run. */
export function listScenarios(): readonly Scenario[] {
  return library;
}

/** A scenario of the library by name, or the default export of a file by absolute path. */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  if (isAbsolute(nameOrPath)) return checkScenario(await loadScenarioFile(nameOrPath), nameOrPath);
  const found = library.find((scenario) => scenario.name === nameOrPath);
  if (found !== undefined) return found;
  const names = library.map((scenario) => scenario.name);
  throw new HarnessError("unknown-scenario", `there is no scenario "${nameOrPath}"`, {
    hint: suggestNames(nameOrPath, names, 'See "brownout list".'),
  });
}
