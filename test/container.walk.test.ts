/** The steps of ci/container/Dockerfile, executed in a clean folder: no container engine runs here. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { cleanEnvironment, installPacked, packInto, SLOW_MS } from "./clean-machine.ts";
import { root } from "./support/guides.ts";

const dockerfile = readFileSync(`${root}ci/container/Dockerfile`, "utf8").replaceAll("\\\n", "");

/** The words of an instruction in its exec form. */
function wordsOf(instruction: string): readonly string[] {
  const [, list = "[]"] = new RegExp(`^\\s*${instruction} (\\[.*\\])$`, "m").exec(dockerfile) ?? [];
  return JSON.parse(list) as string[];
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-container-"));
  mkdirSync(join(folder, "srv"));
  packInto(folder);
  installPacked(folder, join(folder, "srv"));
}, SLOW_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("serves from the installed package, and is healthy", { timeout: SLOW_MS }, async () => {
  // Inside a container the ports are its own; on this machine they may be taken.
  const here = (word: string): string =>
    word
      .replace("/srv/brownout", join(folder, "srv"))
      .replace("/work", folder)
      .replaceAll("8443", "18443")
      .replaceAll("8444", "18444");
  const [program = "", ...values] = [...wordsOf("ENTRYPOINT"), ...wordsOf("CMD")].map(here);
  expect([program, values[1]]).toEqual(["node", "serve"]);
  const served = spawn(process.execPath, values, {
    cwd: folder,
    env: cleanEnvironment,
    stdio: "ignore",
  });
  onTestFinished(() => void served.kill());
  await expect
    .poll(() => existsSync(join(folder, "ready.json")), { timeout: SLOW_MS, interval: 200 })
    .toBe(true);
  const [, check = ""] = /HEALTHCHECK .*?CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const [, ...checkValues] = (JSON.parse(check) as string[]).map(here);
  expect(spawnSync(process.execPath, checkValues, { env: cleanEnvironment }).status).toBe(0);
});
