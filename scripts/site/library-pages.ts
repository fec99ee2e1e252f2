/** The pages of the library of scenarios and of the rules, with what they are made from. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rules } from "../../harness/rules/rules.ts";
import { parseBaseline } from "../../harness/reporting/model/baseline.ts";
import type { Scenario } from "../../harness/runner/scenario.ts";
import { library } from "../../scenarios/library.ts";
import { scenarioPages, type Written } from "./scenario-pages.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Text by path, below the repository, where the pages would be if they were written there. */
export async function libraryPages(): Promise<ReadonlyMap<string, string>> {
  const text = readFileSync(`${root}reports/baseline.json`, "utf8");
  const baseline = parseBaseline(text, {
    place: "reports/baseline.json",
    rules: rules.map(({ id }) => id),
  });
  const files = await filesOf();
  const scenarios = library.map((scenario): Written => {
    const file = files.get(scenario);
    if (file === undefined) throw new Error(`no file exports ${scenario.name}`);
    return { scenario, file };
  });
  return scenarioPages({ scenarios, rules, baseline });
}

/** Where each scenario is written: the file that exports it, alone or in a list. */
async function filesOf(): Promise<ReadonlyMap<Scenario, string>> {
  const found = new Map<Scenario, string>();
  const names = readdirSync(`${root}scenarios`).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "library.ts",
  );
  // A file that lists the scenarios of others exports more: the one with fewer wrote them.
  const exported: { readonly file: string; readonly scenarios: readonly unknown[] }[] = [];
  for (const name of names) {
    const module = (await import(pathToFileURL(`${root}scenarios/${name}`).href)) as object;
    exported.push({ file: `scenarios/${name}`, scenarios: Object.values(module).flat() });
  }
  exported.sort((a, b) => b.scenarios.length - a.scenarios.length);
  for (const { file, scenarios } of exported)
    for (const scenario of scenarios)
      if (library.includes(scenario as Scenario)) found.set(scenario as Scenario, file);
  return found;
}
