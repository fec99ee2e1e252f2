/**
 * `npm run versions`: writes `docs/versions.md` from `docs/data/versions.json`.
 *
 * `npm run versions -- --play FOLDER`: first plays the newest version of each major of MSAL through
 * the library, and bisects the widest differences, with what they leave in FOLDER; then writes the
 * data, with today's date, and the page. That takes an hour, and packages are taken from the
 * npm registry. Called again with the same folder and the same brownout it goes on where it was
 * interrupted. `--bisections N` sets how many differences are bisected, 12 by default;
 * `--cache FOLDER` where versions are kept.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Matrix } from "../harness/reporting/client-versions/version-matrix.ts";
import {
  type BisectResult,
  stepsToBisect,
  versionsDataOf,
  type VersionsData,
  versionsPage,
} from "./site/versions-page.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const dataFile = join(root, "docs/data/versions.json");
/** The arguments of each matrix. Node's clients need no sockets: `direct` shows the same, sooner. */
const asked = ["msal-node@1,2,3,5,6,7 --mount direct", "msal-browser@2,3,4,5 msal@1"];

/** What the command prints; ends with its error unless it ended with one of the codes. */
function brownout(codes: readonly number[], ...args: readonly string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "bin/brownout.js"), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status === null || !codes.includes(status)) process.exit(status ?? 1);
  return stdout;
}

/** A run was not finished: the page names it. */
const UNFINISHED = 2;
/** Both ends of a bisection say the same, which a matrix with another order of runs cannot exclude. */
const SAME = 3;

/** Plays the matrices, or judges anew what an earlier call has played. */
function playMatrices(folder: string, cache: readonly string[]): readonly Matrix[] {
  return asked.map((args, index) => {
    const out = ["--resume", "--out", join(folder, `matrix-${index}`), "--json", ...cache];
    return JSON.parse(brownout([0, UNFINISHED], "matrix", ...args.split(" "), ...out)) as Matrix;
  });
}

/** Bisects the widest differences but for those that an earlier call has bisected. */
function bisectSteps(
  matrices: readonly Matrix[],
  { folder, cache, max }: { folder: string; cache: readonly string[]; max: number },
): readonly BisectResult[] {
  const out = join(folder, "bisect");
  mkdirSync(out, { recursive: true });
  return stepsToBisect(matrices, max).map(({ client, rule, scenario, from, to }) => {
    const file = join(out, `${client}-${from}-${to}-${rule}-${scenario}.json`);
    if (!existsSync(file)) {
      const where = ["--rule", rule, `${client}@${from}..${to}`, "--out", out, "--json", ...cache];
      writeFileSync(file, brownout([0, SAME], "bisect", scenario, ...where));
    }
    return JSON.parse(readFileSync(file, "utf8")) as BisectResult;
  });
}

const { values } = parseArgs({
  options: {
    play: { type: "string" },
    bisections: { type: "string", default: "12" },
    cache: { type: "string" },
  },
});
if (values.play !== undefined) {
  const folder = resolve(values.play);
  const cache = values.cache === undefined ? [] : ["--cache", resolve(values.cache)];
  const matrices = playMatrices(folder, cache);
  const found = bisectSteps(matrices, { folder, cache, max: Number(values.bisections) });
  const date = new Date().toISOString().slice(0, 10);
  const played = versionsDataOf(matrices, found, { date, asked });
  writeFileSync(dataFile, `${JSON.stringify(played, null, 2)}\n`);
}
const data = JSON.parse(readFileSync(dataFile, "utf8")) as VersionsData;
writeFileSync(join(root, "docs/versions.md"), versionsPage(data));
execFileSync("oxfmt", ["docs/versions.md", "docs/data/versions.json"], {
  cwd: root,
  // What npm installs on Windows are scripts of its shell.
  shell: process.platform === "win32",
});
