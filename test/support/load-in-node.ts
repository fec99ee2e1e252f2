/**
 * Loads files of users in a plain Node process: Vitest has a module loader of its own, which
 * would hide what Node does. One process loads them all.
 */
import { execFileSync } from "node:child_process";

/** What came of loading each file, by its path. */
export type LoadReport = Readonly<Record<string, Loaded>>;

export interface Loaded {
  readonly value?: { readonly answer: unknown };
  readonly error?: {
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly place: string;
    readonly hint?: string;
  };
}

const loader = `
  import { loadScenarioFile } from ${JSON.stringify(new URL("../../harness/runner/loading/load-default-export.ts", import.meta.url).href)};
  const report = {};
  for (const path of process.argv.slice(1)) {
    try {
      report[path] = { value: await loadScenarioFile(path) };
    } catch ({ name, code, message, place, hint }) {
      report[path] = { error: { name, code, message, place, hint } };
    }
  }
  console.log(JSON.stringify(report));
`;

/** The default export of each file, or the error that loading it threw. Paths are absolute. */
export function loadInNode(paths: readonly string[]): LoadReport {
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", loader, "--", ...paths],
    { encoding: "utf8" },
  );
  return JSON.parse(output) as LoadReport;
}
