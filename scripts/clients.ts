/**
 * `npm run clients`: writes `docs/clients.md` from `docs/data/clients.json`.
 *
 * `npm run clients -- --play FOLDER`: first plays the outages of the page with each client, leaves
 * journals and reports in FOLDER, and writes the data with today's date. The drivers must be there:
 * `brownout drivers` says what is missing.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Results } from "../harness/reporting/model/results.ts";
import { library } from "../scenarios/library.ts";
import {
  clientsDataOf,
  type ClientsData,
  clientsOfPage,
  clientsPage,
  outagesOfPage,
} from "./site/clients-page.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const dataFile = join(root, "docs/data/clients.json");

/** Findings are what the page is about; a run that was not finished has none. */
const HARNESS_FAILED = 2;

function play(folder: string): Results {
  const how = ["--client", clientsOfPage.join(","), "--no-control", "--archive", "none"];
  const args = ["run", ...outagesOfPage, ...how, "--out", resolve(folder), "--json"];
  const { status, stdout } = spawnSync(process.execPath, [join(root, "bin/brownout.js"), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status === null || status === HARNESS_FAILED) process.exit(status ?? 1);
  return JSON.parse(stdout) as Results;
}

const { values } = parseArgs({ options: { play: { type: "string" } } });
if (values.play !== undefined) {
  const date = new Date().toISOString().slice(0, 10);
  const titleOf = (outage: string): string =>
    library.find(({ name }) => name === outage)?.title ?? outage;
  const played = clientsDataOf(play(values.play), { date, titleOf });
  writeFileSync(dataFile, `${JSON.stringify(played, null, 2)}\n`);
}
const data = JSON.parse(readFileSync(dataFile, "utf8")) as ClientsData;
writeFileSync(join(root, "docs/clients.md"), clientsPage(data));
execFileSync("oxfmt", ["docs/clients.md", "docs/data/clients.json"], {
  cwd: root,
  // What npm installs on Windows are scripts of its shell.
  shell: process.platform === "win32",
});
