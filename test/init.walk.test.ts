/**
 * `brownout init` as a new user calls it: the packed package in clean folders beside real packages,
 * with each test runner. The first sign-in test passes at once, and the outage test has a verdict.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";
import { cleanEnvironment, installPacked, packInto, SLOW_MS } from "./clean-machine.ts";
import { kindProjects } from "./support/init-walk-kinds.ts";
import { type WalkProject, walkProjects } from "./support/init-walk-projects.ts";

/** Installs, then runs each test twice, on a slow machine. */
const WALK_MS = 3 * SLOW_MS;

let place = "";
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-init-"));
  packInto(place);
}, SLOW_MS);
afterAll(() => rmSync(place, { recursive: true, force: true }), SLOW_MS);

function settle(name: string, { manifest, packages, files }: WalkProject): string {
  const folder = join(place, name.replaceAll(/\W+/g, "-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  installPacked(place, folder, "--save-dev", "--ignore-scripts", ...packages);
  return folder;
}

function init(folder: string, ...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("npx", ["brownout", "init", ...argv], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...cleanEnvironment,
      NO_COLOR: "1",
      PATH: [join(process.execPath, ".."), cleanEnvironment["PATH"]].join(delimiter),
    },
  });
  return { status, stdout, printed: stdout + stderr };
}

describe("the first tests", () => {
  for (const [name, project] of Object.entries({ ...walkProjects, ...kindProjects })) {
    const needsBrowser = project.packages.some((one) => one.startsWith("@playwright/"));
    it.skipIf(needsBrowser && wantsNoBrowser())(`in ${name}`, { timeout: WALK_MS }, () => {
      const folder = settle(name, project);
      const first = init(folder, "--yes");
      expect(first.printed).toMatch(/The sign-in test passes; the outage test (?:passes|fails)/);
      for (const part of project.printed) expect(first.printed).toMatch(part);
      expect(first.stdout.trimEnd().split("\n").slice(-5).join("\n")).toMatch(
        /^The sign-in test passes.*\n.*results\.md\n.*worlds\.md\n.*faults\.md\n.*ci\.md$/,
      );
      expect(first.status).toBe(project.code);

      const second = init(folder, "--no-run");
      expect(second.printed).toMatch(/\nNothing to write\.\n/);
      expect(second.status).toBe(0);
      for (const [path, text] of Object.entries(project.files))
        expect(readFileSync(join(folder, path), "utf8")).toBe(text);
    });
  }
});
