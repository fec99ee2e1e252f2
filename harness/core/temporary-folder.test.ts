/** Folders of processes that were killed are removed by the next, and no others. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeTemporaryFolder, removeLeftovers } from "./temporary-folder.ts";

const { TMPDIR } = process.env;
let place = "";
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-leftovers-"));
  process.env["TMPDIR"] = place;
});
afterEach(() => {
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
  rmSync(place, { recursive: true });
});

const module = new URL("./temporary-folder.ts", import.meta.url).href;

/** Makes a folder in a process that is killed before it can remove anything. */
function killed(): void {
  const { signal } = spawnSync(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { makeTemporaryFolder } from ${JSON.stringify(module)};
import { writeFileSync } from "node:fs";
writeFileSync(makeTemporaryFolder("browser") + "/profile", "");
process.kill(process.pid, "SIGKILL");`,
  ]);
  expect(signal).toBe("SIGKILL");
}

it("removes what a killed process has left", () => {
  killed();
  expect(readdirSync(place)).toHaveLength(1);
  removeLeftovers();
  expect(readdirSync(place)).toEqual([]);
});

it("is done by the next process that makes a folder", () => {
  killed();
  killed();
  expect(readdirSync(place)).toHaveLength(1);
});

it("keeps folders of living processes, of other machines and of others' names", () => {
  const own = makeTemporaryFolder("children");
  const names = [
    // Of this process, of another machine, without a number, of another program.
    basename(own).replace(/-[0-9a-f]{8}-\d+-/, "-00000000-999999999-"),
    "brownout-children-a1b2c3",
    "brownout-mine",
    "playwright_chromiumdev_profile-a1b2c3",
  ];
  for (const name of names) mkdirSync(join(place, name));
  removeLeftovers();
  expect(readdirSync(place).toSorted()).toEqual([basename(own), ...names].toSorted());
});

it("follows no link out of the folder", () => {
  const own = makeTemporaryFolder("arc");
  const elsewhere = join(place, "elsewhere");
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, "mine"), "");
  const dead = basename(own).replace(/-\d+-(\w{6})$/, "-999999999-$1");
  symlinkSync(elsewhere, join(place, dead));
  removeLeftovers();
  expect(existsSync(join(elsewhere, "mine"))).toBe(true);
});
