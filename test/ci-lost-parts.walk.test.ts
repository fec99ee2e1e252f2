/** The templates for pipelines when something is lost, and what their jobs may do. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it, vi } from "vitest";
import { bash as bashIn, read, root, type workflow } from "./ci-steps.ts";
import { templates } from "./ci-parts.ts";
import type { Results } from "../harness/reporting/model/results.ts";
import { createFolder, scenarioText } from "./command-line.ts";

/** Tests with a runner of their own. */
const TESTS = `import { createEntra } from "brownout/suite";
const entra = createEntra();
await entra.start({ title: "asks" });
await entra.stop();
`;

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

/**
 * Jobs that may write although they run code that is not to be trusted with it. Code of the
 * repository may write issues, and nothing else, where no pull request gets to and no package runs a script.
 */
function unsafeWrites(source: string): readonly string[] {
  const { permissions, jobs, on } = parse(source) as typeof workflow & { readonly on: object };
  const found = Object.entries(jobs).flatMap(
    ([name, { permissions: own = {}, steps, if: when }]) => {
      const writes = Object.keys(own).filter((scope) => own[scope] === "write");
      const runs = steps.map(({ uses = "", run = "" }) => `${uses} ${run}`).join("\n");
      if (writes.length === 0 || !/actions\/checkout|npm |\.\/node_modules/.test(runs)) return [];
      const isApart =
        !("pull_request" in on) ||
        /&& github\.event_name != 'pull_request' &&[^|]*$/.test(when ?? "");
      const isQuiet = !/npm (?!ci --ignore-scripts)/.test(runs);
      return isApart && isQuiet && writes.join() === "issues" ? [] : [name];
    },
  );
  const isReading = JSON.stringify(permissions) === '{"contents":"read"}';
  return isReading && !("pull_request_target" in on) ? found : ["the workflow", ...found];
}

describe("templates and what they may do", () => {
  const files = ["ci/github/brownout.yml", "ci/github/action.yml"].concat(
    readdirSync(join(root, ".github/workflows")).map((name) => `.github/workflows/${name}`),
  );
  it.each(files)("%s names each action by its commit, with the version beside it", (file) => {
    const uses = readFileSync(join(root, file), "utf8").matchAll(/uses: (?!\.\/)(.*)$/gm);
    for (const [, action = ""] of uses)
      expect(action).toMatch(/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(files.filter((file) => !file.endsWith("action.yml")))(
    "%s keeps no credentials, and writes nowhere where code of a pull request runs",
    (file) => {
      const source = readFileSync(join(root, file), "utf8");
      expect(unsafeWrites(source)).toEqual([]);
      const checkouts = source.split("actions/checkout@").slice(1);
      for (const rest of checkouts)
        expect(rest.split("- ", 1)[0]).toContain("persist-credentials: false");
    },
  );

  it("a job that writes is found when a pull request could run it, or a package's script", () => {
    const source = read("github/brownout.yml");
    const writing = "&& needs.report.result != 'skipped'";
    const abuses = [
      source.replace(`github.event_name != 'pull_request' ${writing}`, "needs.report.result"),
      source.replace(`&& github.event_name != 'pull_request' ${writing}`, "|| true"),
      source.replace("npm ci --ignore-scripts", "npm ci"),
      source.replace("contents: read\n      issues: write", "contents: write"),
      source.replace("permissions:\n  contents: read", "permissions:\n  contents: write"),
    ];
    for (const abuse of abuses) {
      expect(abuse).not.toBe(source);
      expect(unsafeWrites(abuse)).not.toEqual([]);
    }
  });

  it("none fetches brownout by its name", () => {
    for (const file of readdirSync(join(root, "ci"), { recursive: true, encoding: "utf8" })) {
      if (!/\.(?:yml|sh)$|Jenkinsfile$/.test(file)) continue;
      const lines = read(file).split("\n");
      expect(lines.filter((line) => /^[^#/]*\bnpx\b/.test(line.replaceAll('"npx"', "")))).toEqual(
        [],
      );
    }
  });
});

describe("a night of three parts of which one is lost, in a sub-folder with a blank", () => {
  const asked = {
    SCENARIOS: "./*.scenario.ts",
    OPTIONS: "--mount direct --no-control",
    SUITE: "node tests.mjs",
    CHANNELS: "BROWNOUT_WEBHOOK",
    PROJECT: ".",
  };
  it.each(Object.entries(templates))("%s", async (_, template) => {
    const project = createFolder(process.execPath, "brownout my app-");
    try {
      mkdirSync(join(project.path, "node_modules"));
      symlinkSync(root, join(project.path, "node_modules/brownout"));
      for (const name of ["one", "two", "three"])
        project.write(`${name}.scenario.ts`, scenarioText({ name }));
      project.write("tests.mjs", TESTS);
      const args = ["./*.scenario.ts", "--mount", "direct", "--no-control"];
      for (const part of [1, 2, 3]) {
        const env = { ...asked, ...template.shardEnv(part) };
        expect((await bashIn(project.path, template.shard, env, ...args)).code).toBe(0);
      }
      // The very first night, with all of its parts.
      const report = () =>
        bashIn(project.path, template.report, { ...asked, ...template.reportEnv });
      const whole = await report();
      expect([whole.code, whole.stderr]).toEqual([0, ""]);
      const own = () => project.files().filter((file) => !file.startsWith("node_modules"));
      const [results = ""] = own().filter((file) => file.endsWith("out/results.json"));
      const { runs } = JSON.parse(readFileSync(join(project.path, results), "utf8")) as Results;
      expect(runs.map(({ scenario }) => scenario).toSorted()).toEqual([
        expect.stringMatching(/^asks-[\da-f]{8}$/),
        "one",
        "three",
        "two",
      ]);
      // A job that was cancelled has left a folder without results.
      const cancelled = join(project.path, template.shards, "brownout-shard-2");
      rmSync(cancelled, { recursive: true, force: true });
      rmSync(join(project.path, template.shards, "brownout-shard-1", "results.json"));
      const partial = await report();
      expect(partial.stdout).toMatch(/^partial without shard \d\/3, shard \d\/3/m);
      expect(partial.code).toBe(2);
      const archives = own().filter((file) => file.endsWith("archive/runs.db"));
      expect(archives).toHaveLength(1);
    } finally {
      project.remove();
    }
  });
});
