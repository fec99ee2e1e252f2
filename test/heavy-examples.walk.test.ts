/**
 * The examples whose packages are too heavy for this repository, with the packed package in a
 * folder of their own: Angular's and Next's own command builds and serves the app.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";
import { cleanEnvironment, installPacked, packInto } from "./clean-machine.ts";
import { guardedAngular } from "./support/guarded-angular.ts";
import { root } from "./support/guides.ts";

/** An installation and a build of an app, on a slow machine. */
const SLOW_MS = 900_000;

let place = "";

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-heavy-"));
  packInto(place);
}, SLOW_MS);

afterAll(() => rmSync(place, { recursive: true, force: true }), SLOW_MS);

/** Copies and installs an example; returns what starts a command in it. */
function install(name: string): (command: string) => { status: number | null; printed: string } {
  const folder = join(place, name);
  cpSync(`${root}examples/${name}`, folder, { recursive: true });
  installPacked(place, folder, "--ignore-scripts");
  const path = [join(process.execPath, ".."), cleanEnvironment["PATH"]].join(delimiter);
  const env = {
    ...cleanEnvironment,
    PATH: path,
    NO_COLOR: "1",
    NG_CLI_ANALYTICS: "false",
    NEXT_TELEMETRY_DISABLED: "1",
  };
  return (command) => {
    const options = { cwd: folder, encoding: "utf8", env, shell: true } as const;
    const { status, stdout, stderr } = spawnSync(command, options);
    return { status, printed: stdout + stderr };
  };
}

describe.skipIf(wantsNoBrowser())("the Angular example", () => {
  it(
    "passes its tests, and its careless variant fails as they expect",
    { timeout: SLOW_MS },
    () => {
      const start = install("angular");
      expect(start("npx playwright test --reporter=list").printed).toMatch(/3 passed/);
    },
  );

  it(
    "with its profile behind a guard gets a test from init that opens it and fails in the outage",
    { timeout: SLOW_MS },
    () => {
      const start = install("angular");
      for (const [file, text] of Object.entries(guardedAngular))
        writeFileSync(join(place, "angular/src", file), text);
      const first = start("npx brownout init --yes");
      expect(first.printed).toMatch(/The sign-in test passes; the outage test fails/);
      expect(first.printed).toMatch(/toPassAllRules: backoff: app sent another request/);
      expect(first.status).toBe(1);
      const written = (file: string): string =>
        readFileSync(join(place, "angular/brownout", file), "utf8");
      expect(written("open-app.ts")).toContain('() => page.goto("/account/profile")');
      expect(written("outage.spec.ts")).toContain('await page.goto("/account/profile");');
      const second = start("npx brownout init --no-run");
      expect(second.printed).toMatch(/\nNothing to write\.\n/);
      expect(second.status).toBe(0);
    },
  );
});

describe("the Next.js example", () => {
  it(
    "passes its tests, and fails without a page for errors as red.txt shows",
    {
      timeout: SLOW_MS,
    },
    () => {
      const start = install("nextjs");
      const good = start("npm test");
      expect(good.printed).toMatch(/pass 2/);
      expect(good.status).toBe(0);

      const auth = join(place, "nextjs/auth.ts");
      const text = readFileSync(auth, "utf8");
      writeFileSync(auth, text.replace(/^ *pages: .*\n/m, ""));
      const careless = start("npm test");
      expect(careless.printed).toMatch(/fail 1/);
      const red = readFileSync(`${root}examples/nextjs/test/red.txt`, "utf8").trim();
      expect(careless.printed.replaceAll(/^ +/gm, "")).toContain(red);
    },
  );
});
