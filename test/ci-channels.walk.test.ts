/** Addresses of channels in the templates: the report has them, and neither a package that is installed nor a test. */
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { templates } from "./ci-parts.ts";
import { azure, bash, circleci, gitlabBefore, read, root, stepsIn, workflow } from "./ci-steps.ts";
import { createFolder, type Folder, IMPATIENT, scenarioText } from "./command-line.ts";
import { createReceivers } from "./support/night-receivers.ts";

vi.setConfig({ testTimeout: 900_000, hookTimeout: 60_000 });

const SEES = `
    const { appendFileSync } = await import("node:fs");
    appendFileSync("seen", [process.env.SLACK_WEBHOOK, process.env.BROWNOUT_WEBHOOK].join() + "\\n");`;

function projectFolder(): Folder {
  const project = createFolder(process.execPath, "brownout my app-");
  mkdirSync(join(project.path, "node_modules"));
  symlinkSync(root, join(project.path, "node_modules/brownout"));
  project.write("mine.scenario.ts", scenarioText({ name: "mine", script: IMPATIENT + SEES }));
  const slack = { name: "slack", kind: "slack", address: "SLACK_WEBHOOK" };
  project.write("reports/channels.json", JSON.stringify([slack]));
  project.write(
    "tools/npm",
    '#!/bin/sh\necho "npm: ${SLACK_WEBHOOK:-},${BROWNOUT_WEBHOOK:-}" >> seen\n',
  );
  chmodSync(join(project.path, "tools/npm"), 0o755);
  return project;
}

const seenIn = ({ path }: Folder): readonly string[] =>
  existsSync(join(path, "seen"))
    ? readFileSync(join(path, "seen"), "utf8").trimEnd().split("\n")
    : [];

/** A project's variables are those of each of its jobs. */
const EVERYWHERE: readonly string[] = ["GitLab", "CircleCI"];

describe.each(Object.entries(templates))("channels by the template of %s", (name, template) => {
  it("hear once what is new, and nothing that is played sees their addresses", async () => {
    const project = projectFolder();
    const receivers = await createReceivers();
    try {
      const secrets = {
        SLACK_WEBHOOK: `${receivers.address}/slack`,
        BROWNOUT_WEBHOOK: `${receivers.address}/hook`,
      };
      const asked = {
        SCENARIOS: "./mine.scenario.ts",
        OPTIONS: "--mount direct --no-control",
        CHANNELS: "BROWNOUT_WEBHOOK SLACK_WEBHOOK",
        PROJECT: ".",
      };
      const args = ["./mine.scenario.ts", "--mount", "direct", "--no-control"];
      const everywhere = EVERYWHERE.includes(name) ? secrets : {};
      for (const part of [1, 2, 3]) {
        const env = { ...asked, ...everywhere, ...template.shardEnv(part) };
        expect((await bash(project.path, template.shard, env, ...args)).code).toBe(0);
      }
      expect(seenIn(project)).toEqual([","]);
      const report = { ...asked, ...template.reportEnv, ...secrets };
      for (const heard of [["new mine retry-after"], []]) {
        const ended = await bash(project.path, template.report, report);
        expect([ended.code, ended.stderr]).toEqual([1, ""]);
        expect([receivers.heard("slack"), receivers.heard("hook")]).toEqual([heard, heard]);
      }
      expect(seenIn(project)).toEqual([","]);
    } finally {
      receivers.close();
      project.remove();
    }
  });
});

describe("where a service gives every job all variables", () => {
  const runs = stepsIn(circleci).flatMap(({ run }) => (typeof run === "string" ? run : []));
  it.each([
    ["GitLab", [gitlabBefore("installs").slice(0, 3).join("\n")]],
    ["CircleCI", runs.filter((line) => line.includes("npm ci"))],
  ])("%s installs packages without them", async (_, installing) => {
    const project = projectFolder();
    try {
      for (const script of installing) {
        const env = {
          CHANNELS: "SLACK_WEBHOOK BROWNOUT_WEBHOOK",
          PROJECT: ".",
          BROWNOUT_PROJECT: ".",
        };
        const secrets = { SLACK_WEBHOOK: "https://a", BROWNOUT_WEBHOOK: "https://b" };
        expect((await bash(project.path, script, { ...env, ...secrets })).code).toBe(0);
      }
      expect(seenIn(project)).toEqual(installing.map(() => "npm: ,"));
      expect(installing.length).toBeGreaterThan(0);
    } finally {
      project.remove();
    }
  });
});

describe("where a job has only what it is given", () => {
  const given = /\b(?:SLACK_WEBHOOK|BROWNOUT_WEBHOOK|channels?|CHANNELS)\b/;
  it.each([
    ["GitHub", workflow, "Put the shards together"],
    ["Azure Pipelines", azure, "merge"],
  ])("%s gives the addresses to one step", (_, of, step) => {
    const having = stepsIn(of).filter(({ env }) => given.test(JSON.stringify(env ?? {})));
    expect(having.map(({ name, displayName }) => name ?? displayName)).toEqual([step]);
  });

  it("Jenkins and Kubernetes give them to the report", () => {
    const [, report = ""] = read("jenkins/Jenkinsfile").split("stage('Report')");
    expect(report).toMatch(/withCredentials\(\(env\.CHANNELS \?: ''\)/);
    expect(read("jenkins/Jenkinsfile").split("withCredentials")).toHaveLength(2);
    const jobs = read("kubernetes/brownout.yml")
      .split("\n---\n")
      .map((text) => parse(text) as { readonly metadata: { readonly name: string } });
    const having = jobs.filter((job) => JSON.stringify(job).includes("brownout-channels"));
    expect(having.map(({ metadata }) => metadata.name)).toEqual(["brownout-report"]);
  });
});
