/** Real runs' output for the specs of the page: the command line runs them once, into a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { History } from "../history/event.ts";
import { parseJournal } from "../history/journal.ts";
import type { Results } from "../report/results.ts";

export interface MadeReport {
  /** The address of `report.html`. */
  readonly url: string;
  readonly results: Results;
  /** By the name of the journal, which is the run's id in the report. */
  readonly histories: ReadonlyMap<string, History>;
}

/** Runs what the arguments of `brownout run` say, with a baseline that knows nothing: every finding is new. */
export function makeReport(...args: readonly string[]): MadeReport {
  const out = mkdtempSync(join(tmpdir(), "brownout-report-"));
  const baseline = join(out, "baseline.json");
  writeFileSync(baseline, "[]\n");
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, "bin", "brownout.js"), "run", ...args, "--out", out, "--baseline", baseline],
    { cwd: root, encoding: "utf8" },
  );
  if (status !== 0 && status !== 1) throw new Error(`brownout run ended with ${status}: ${stderr}`);
  const journals = readdirSync(join(out, "journals"));
  return {
    url: pathToFileURL(join(out, "report.html")).href,
    results: JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as Results,
    histories: new Map(
      journals.map((file) => [
        file.replace(/\.jsonl$/, ""),
        parseJournal(readFileSync(join(out, "journals", file), "utf8"), file),
      ]),
    ),
  };
}
