/** The templates for pipelines when something is lost, and what their jobs may do. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it, vi } from "vitest";
import {
  action,
  bash as bashIn,
  circleci,
  gitlab,
  jenkins,
  kubernetesScript,
  read,
  root,
  scriptOf,
  workflow,
} from "./ci-steps.ts";
import type { Results } from "../harness/reporting/model/results.ts";
import { createFolder, scenarioText } from "./command-line.ts";

/** Tests with a runner of their own. */
const TESTS = `import { createEntra } from "brownout/suite";
const entra = createEntra();
await entra.start({ title: "asks" });
await entra.stop();
`;

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const github = {
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: "output",
  GITHUB_STEP_SUMMARY: "summary",
  GITHUB_SHA: "abc123",
};

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
  interface Template {
    readonly shard: string;
    readonly report: string;
    readonly shardEnv: (part: number) => Readonly<Record<string, string>>;
    readonly reportEnv: Readonly<Record<string, string>>;
    /** Where the folders of the parts are. */
    readonly shards: string;
  }
  const asked = {
    SCENARIOS: "./*.scenario.ts",
    OPTIONS: "--mount direct --no-control",
    SUITE: "node tests.mjs",
    PROJECT: ".",
  };
  const inGitlab = (job: string): string =>
    [...(gitlab[".brownout"]?.before_script ?? []).slice(2), ...(gitlab[job]?.script ?? [])].join(
      "\n",
    );
  const inPod = (name: string): string => {
    const shared = `cat > brownout.sh <<'END'\n${kubernetesScript("brownout.sh")}END\n`;
    return `${shared}cat > ${name} <<'END'\n${kubernetesScript(name)}END\nbash ${name} "$@"`;
  };
  const templates: Readonly<Record<string, Template>> = {
    GitHub: {
      shard: scriptOf(action, "Run the scenarios"),
      report: scriptOf(workflow, "Put the shards together"),
      shardEnv: (part) => ({ ...github, SHARD: `${part}/3`, OUT: `shards/brownout-shard-${part}` }),
      reportEnv: { ...github, ARCHIVE: "reports/archive", BROWNOUT_WEBHOOK: "" },
      shards: "shards",
    },
    GitLab: {
      shard: inGitlab("brownout:shard"),
      report: inGitlab("brownout:report"),
      shardEnv: (part) => ({ CI_NODE_INDEX: String(part), CI_NODE_TOTAL: "3" }),
      reportEnv: { CI_PIPELINE_SOURCE: "schedule" },
      shards: "shards",
    },
    CircleCI: {
      shard: scriptOf(circleci, "Run the scenarios").replaceAll("/tmp/shards", "shards"),
      report:
        scriptOf(circleci, "Put the shards together").replaceAll("/tmp/shards", "shards") +
        scriptOf(circleci, "Say how it ended"),
      shardEnv: (part) => ({ CIRCLE_NODE_INDEX: String(part - 1), CIRCLE_NODE_TOTAL: "3" }),
      reportEnv: { NIGHTLY: "true" },
      shards: "shards",
    },
    Jenkins: {
      shard: jenkins[0] ?? "",
      report: jenkins[1] ?? "",
      shardEnv: (part) => ({ SHARD: String(part), BROWNOUT_SHARD: `${part}/3` }),
      reportEnv: {},
      shards: "shards",
    },
    Kubernetes: {
      shard: inPod("shard.sh"),
      report: inPod("report.sh"),
      shardEnv: (part) => ({
        JOB_COMPLETION_INDEX: String(part - 1),
        BROWNOUT_SHARDS: "3",
        JOB_NAME: "brownout-1",
        DATA: "data",
      }),
      reportEnv: { DATA: "data" },
      shards: "data/nights/brownout-1",
    },
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
