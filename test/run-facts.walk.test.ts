/** run.json as commands leave it: what was loaded, where and when; and results.json, which has none of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parseRunFacts, type RunFacts } from "../harness/reporting/model/run-facts.ts";
import { main } from "../harness/cli/main.ts";
import { createFolder, type Folder } from "./command-line.ts";
import { interruptedIo } from "./support/interrupted-io.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("package.json", '{ "name": "orders", "version": "1.0.0", "type": "module" }');
  folder.write(
    "orders.js",
    'import { request } from "acme-http";\nexport const load = () => request("https://graph.microsoft.com/v1.0/me");\n',
  );
  folder.write(
    "node_modules/acme-http/package.json",
    '{ "name": "acme-http", "version": "3.0.0" }',
  );
  folder.write(
    "node_modules/acme-http/index.js",
    'require("@azure/msal-node");\nexports.request = (url) => fetch(url);\n',
  );
  folder.write(
    "orders.scenario.ts",
    `import { defineScenario, minutes, throttled } from "brownout";
import { load } from "./orders.js";
export default defineScenario({
  name: "orders",
  title: "The token endpoint throttles for a minute",
  story: { standsFor: "A", asserts: "B", failureMeans: "C", fix: "D" },
  app: { name: "orders", version: "1.4.0" },
  needs: [],
  asserts: [],
  faults: [throttled({ from: 0, for: minutes(1) })],
  script: async ({ operate }) => { await operate("load", async () => void (await load())); },
});
`,
  );
});
afterAll(() => folder.remove());

/** Installs what the app's own dependency loads. */
function install(version: string): void {
  const folderOfMsal = "node_modules/@azure/msal-node";
  folder.write(
    `${folderOfMsal}/package.json`,
    JSON.stringify({ name: "@azure/msal-node", version, main: "lib/index.cjs" }),
  );
  folder.write(`${folderOfMsal}/lib/index.cjs`, "");
}

const read = (name: string): string => readFileSync(join(folder.path, name), "utf8");
const factsIn = (out: string): RunFacts => parseRunFacts(read(`${out}/run.json`), out);

it("names the version of MSAL that the app's own packages load, and sees its upgrade", () => {
  const run = (out: string) =>
    folder.brownout("run", "./orders.scenario.ts", "--out", out, "--archive", "none");
  install("6.0.1");
  run("before");
  install("7.2.3");
  run("after");

  expect(factsIn("before").clients).toEqual([{ name: "@azure/msal-node", version: "6.0.1" }]);
  expect(factsIn("after").clients).toEqual([{ name: "@azure/msal-node", version: "7.2.3" }]);
  expect(read("after/results.json")).toBe(read("before/results.json"));
});

it("is left by replay and matrix, too", () => {
  folder.brownout("run", "token-throttled", "--out", "out", "--archive", "none");
  folder.brownout("replay", "out/journals/token-throttled--msal-node.jsonl", "--out", "again");
  const { version = "" } =
    factsIn("out").clients.find(({ name }) => name === "@azure/msal-node") ?? {};
  folder.brownout(
    "matrix",
    `msal-node@${version}`,
    "--scenario",
    "token-throttled",
    "--out",
    "matrix",
  );

  expect(factsIn("again")).toMatchObject({ outcome: "finished", exitCode: 0 });
  expect(factsIn("again").clients).toEqual(factsIn("out").clients);
  expect(factsIn("matrix").clients).toContainEqual({ name: "@azure/msal-node", version });
  expect(factsIn("again").runs).toMatchObject([{ scenario: "token-throttled" }]);
  const played = { scenario: "token-throttled", client: "msal-node", mount: "https" };
  expect(factsIn("matrix").runs).toMatchObject([played]);
  // Its build for CommonJS contains the part that MSAL's clients have in common.
  expect(factsIn("matrix").clients).toEqual(factsIn("out").clients);
  expect(factsIn(`matrix/msal-node-${version}`).runs).toMatchObject([played]);
});

it("is left by a replay that is interrupted", async () => {
  const journal = "out/journals/token-throttled--msal-node.jsonl";
  const io = interruptedIo(folder.path);
  expect(await main(["replay", journal, "--out", "cut"], io)).toBe(143);
  expect(factsIn("cut")).toMatchObject({ outcome: "interrupted", exitCode: 143, runs: [] });
});

it("is not overwritten by a replay into the folder of a run", () => {
  folder.brownout("run", "token-throttled", "--out", "kept", "--archive", "none");
  const before = read("kept/run.json");
  folder.brownout("replay", "out/journals/token-throttled--msal-node.jsonl", "--out", "kept");

  expect(read("kept/run.json")).toBe(before);
});
