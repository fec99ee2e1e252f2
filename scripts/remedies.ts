/**
 * `npm run remedies`: writes `docs/remedies.md` from `docs/data/remedies.json`.
 *
 * `npm run remedies -- --play FOLDER`: first plays all runs of which the baseline knows findings with
 * each remedy, with the journals in FOLDER, and writes the data with today's date. That takes
 * about ten minutes on two cores.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type RemediesData, remediesPage } from "./site/remedies-page.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const dataFile = join(root, "docs/data/remedies.json");

const { values } = parseArgs({ options: { play: { type: "string" } } });
if (values.play !== undefined) play(resolve(values.play));
const data = JSON.parse(readFileSync(dataFile, "utf8")) as RemediesData;
writeFileSync(join(root, "docs/remedies.md"), remediesPage(data));
spawnSync("oxfmt", [dataFile, join(root, "docs/remedies.md")], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
});

function play(out: string): void {
  const command = [join(root, "bin/brownout.js"), "remedies", "--known", "--out", out, "--json"];
  const { status, stdout } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // 2: a run was not finished; the page names it.
  if (status !== 0 && status !== 2) process.exit(status ?? 1);
  const date = new Date().toISOString().slice(0, "2026-11-30".length);
  const { schema, ...rest } = JSON.parse(stdout) as RemediesData;
  writeFileSync(dataFile, `${JSON.stringify({ schema, ...rest, date }, null, 2)}\n`);
}
