/** One seed gives one history, byte for byte: with one worker and with four, in another time zone and language, and on a busy machine. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";

const command = fileURLToPath(new URL("../bin/brownout.js", import.meta.url));
const scenarios = [
  "token-throttled",
  "capacity-collapse",
  "cache-store-down",
  "many-users",
  "restart-in-outage",
];
const inBrowser = ["browser-throttled", "browser-restart-staying-signed-in"];

/** What hangs is killed; how fast a machine is does not matter here. Real ms. */
const PLAY_MS = 600_000;
/** It ends by itself if its parent was killed. */
const BUSY = `const end = Date.now() + ${2 * PLAY_MS}; while (Date.now() < end);`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-equal-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The journals and the results of a session, by the name of the file. */
function play(out: string, workers: number, environment = {}): Readonly<Record<string, string>> {
  const at = join(folder, out);
  const played = [...scenarios, ...(wantsNoBrowser() ? [] : inBrowser)];
  const options = [
    "--seed",
    "1",
    "--no-control",
    "--workers",
    String(workers),
    "--out",
    at,
    "--archive",
    "none",
  ];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [command, "run", ...played, ...options],
    {
      cwd: folder,
      timeout: PLAY_MS,
      encoding: "utf8",
      env: { ...process.env, ...environment },
    },
  );
  // Some of them fail, as they are to: 1. A signal, or a mistake of ours, is neither.
  expect([0, 1], `${stdout}${stderr}`).toContain(status);
  const names = readdirSync(join(at, "journals"));
  expect(names.length).toBeGreaterThanOrEqual(played.length);
  const journals = names.map((name) => [name, readFileSync(join(at, "journals", name), "utf8")]);
  return {
    ...(Object.fromEntries(journals) as Record<string, string>),
    "results.json": readFileSync(join(at, "results.json"), "utf8"),
  };
}

it("is the same", { timeout: 2 * PLAY_MS }, () => {
  const first = play("first", 1);
  expect(Object.keys(first).length).toBeGreaterThan(scenarios.length);
  const elsewhere = { TZ: "Asia/Kolkata", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" };
  const busy = Array.from({ length: 4 }, () => spawn(process.execPath, ["-e", BUSY]));
  try {
    expect(play("busy", 4, elsewhere)).toEqual(first);
  } finally {
    for (const one of busy) one.kill("SIGKILL");
  }
});
