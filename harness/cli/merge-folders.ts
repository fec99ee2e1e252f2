/** Reads the output folders that `brownout merge` puts together. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { expected } from "../core/validation.ts";
import { brownoutVersion } from "../core/version.ts";
import { parseJournal } from "../history/journal.ts";
import { parseResults } from "../reporting/files/read-results.ts";
import { parseShard, SHARD_FILE } from "../reporting/files/shard.ts";
import { parseRunFacts, RUN_FILE } from "../reporting/model/run-facts.ts";
import { isScenarioName } from "../runner/scenario-schema.ts";
import type { Folder, UnusableFolder } from "./merge-order.ts";
import { runName } from "./selection.ts";
import { readTextFile } from "./text-file.ts";

/** The paths of the folders, absolute; throws `bad-usage`. */
export function checkFolders(
  named: readonly string[],
  { cwd, out }: { readonly cwd: string; readonly out: string },
): readonly string[] {
  if (named.length === 0) {
    throw new HarnessError("bad-usage", "merge needs the output folders of shards", {
      hint: "Name them: brownout merge shard-1 shard-2 shard-3 --out reports/out",
    });
  }
  const paths = named.map((folder) => resolve(cwd, folder));
  named.forEach((folder, index) => {
    const path = paths[index] ?? "";
    if (paths.indexOf(path) < index)
      throw new HarnessError("bad-usage", "it is named twice", { place: folder });
    if (path === out) {
      throw new HarnessError("bad-usage", "it is read and written", {
        place: folder,
        hint: "Let the whole go into a folder of its own: --out DIR.",
      });
    }
  });
  return paths;
}

/** The folder, or why it is no use. */
export function tryFolder(named: string, path: string): Folder | UnusableFolder {
  try {
    return readFolder(named, path);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { named, error, ...partOf(path) };
  }
}

/** What `brownout suite --out FOLDER/suite` left beside a shard, if anything. */
export function suiteIn(named: string, path: string): readonly (Folder | UnusableFolder)[] {
  const folder = join(path, SUITE_FOLDER);
  return existsSync(folder) ? [tryFolder(join(named, SUITE_FOLDER), folder)] : [];
}

/** The folder of a test suite in the output folder of a shard. */
const SUITE_FOLDER = "suite";

/** Which shard a folder is whose results are lost. */
function partOf(path: string): Pick<UnusableFolder, "part"> {
  try {
    const { part } = parseShard(readTextFile(join(path, SHARD_FILE), path), path);
    return { part };
  } catch {
    return {};
  }
}

function readFolder(named: string, path: string): Folder {
  const place = join(named, "results.json");
  const results = parseResults(readTextFile(join(path, "results.json"), place), place);
  if (results.brownout !== brownoutVersion) {
    throw new HarnessError(
      "bad-results",
      `it is of brownout ${results.brownout}, and this is ${brownoutVersion}`,
      { place, hint: "Run and merge with one version: others judge by other rules." },
    );
  }
  const shardFile = join(path, SHARD_FILE);
  const shard = existsSync(shardFile)
    ? { shard: parseShard(readTextFile(shardFile, named), join(named, SHARD_FILE)) }
    : {};
  return { named, results, ...shard, ...factsIn(named, path), journals: readJournals(named, path) };
}

/** A shard of an older version leaves none. */
function factsIn(named: string, path: string): Pick<Folder, "facts"> {
  const file = join(path, RUN_FILE);
  if (!existsSync(file)) return {};
  return { facts: parseRunFacts(readTextFile(file, named), join(named, RUN_FILE)) };
}

function noName(scenario: string, place: string): HarnessError {
  return new HarnessError(
    "bad-journal",
    `${expected("the name of a scenario in kebab-case", scenario)}: it names the files of the run`,
    { place: `${place}:1`, hint: "Run that shard again." },
  );
}

function readJournals(named: string, path: string): Folder["journals"] {
  const folder = join(path, "journals");
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  return new Map(
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
      .map(({ name }) => name)
      .toSorted()
      .flatMap((file) => {
        const place = join(named, "journals", file);
        const text = readTextFile(join(folder, file), place);
        // Other people's files may lie there too.
        if (!text.startsWith('{"schema":"brownout/journal/')) return [];
        const history = parseJournal(text, place);
        const { scenario, client } = history.header;
        if (!isScenarioName(scenario)) throw noName(scenario, place);
        return [[runName(scenario, client.name), { history, text }] as const];
      }),
  );
}
