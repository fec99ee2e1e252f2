/**
 * The packed package under pnpm and yarn, on the Node that is first on the path: what is
 * installed, and the command that it brings, also from a workspace and a folder with a space;
 * under pnpm from an empty project to a red outage test.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanEnvironment, packInto, run, SLOW_MS } from "./clean-machine.ts";

/** An installation by a package manager without a cache, on a slow machine. */
const INSTALL_MS = 2 * SLOW_MS;

let place = "";
let tarball = "";

beforeAll(() => {
  // People have spaces in their paths.
  place = mkdtempSync(join(tmpdir(), "brownout package managers-"));
  packInto(place);
  tarball = join(place, readdirSync(place).find((file) => file.endsWith(".tgz")) ?? "");
  write("tools/package.json", '{ "private": true }');
  const exact = ["pnpm@10.24.0", "yarn@1.22.22", "@yarnpkg/cli-dist@4.12.0"];
  run(join(place, "tools"), "npm", "install", "--no-audit", "--no-fund", ...exact);
}, INSTALL_MS);

afterAll(() => rmSync(place, { recursive: true, force: true }), SLOW_MS);

function write(file: string, text: string): void {
  mkdirSync(dirname(join(place, file)), { recursive: true });
  writeFileSync(join(place, file), text);
}

const managers = {
  pnpm: "pnpm/bin/pnpm.cjs",
  "yarn 1": "yarn/bin/yarn.js",
  "yarn 4": "@yarnpkg/cli-dist/bin/yarn.js",
} as const;

function start(
  manager: keyof typeof managers,
  folder: string,
  values: readonly string[],
  linker = "pnp",
) {
  const script = join(place, "tools/node_modules", managers[manager]);
  const { status, stdout, stderr } = spawnSync("node", [script, ...values], {
    cwd: join(place, folder),
    encoding: "utf8",
    env: {
      ...cleanEnvironment,
      NO_COLOR: "1",
      CI: "1",
      YARN_GLOBAL_FOLDER: join(place, "yarn-berry"),
      YARN_ENABLE_TELEMETRY: "0",
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
      YARN_NODE_LINKER: linker,
    },
  });
  return { status, printed: stdout + stderr };
}

const command = [
  "brownout",
  "run",
  "token-throttled",
  "--mount",
  "direct",
  "--client",
  "bare-fetch",
];
const passed = { status: 0, printed: expect.stringMatching(/^pass +token-throttled +bare-fetch/m) };
/** A test runner stands for any program: this one says on which Node it runs. */
const onOwnNode = ["brownout", "with-node", "node", "--print", "process.versions.node"];
const onNewNode = { status: 0, printed: expect.stringMatching(/^(?:2[4-9]|[3-9]\d)\.\d/m) };
const installed = { status: 0, printed: expect.any(String) };

describe("pnpm", () => {
  const pnpm = (folder: string, ...values: readonly string[]) => start("pnpm", folder, values);
  const store = (): string => `--store-dir=${join(place, "pnpm-store")}`;

  it.each([
    ["", "node-linker=isolated\n"],
    [", hoisted", "node-linker=hoisted\n"],
  ])(
    "installs it in a package of a workspace%s, and runs it",
    { timeout: INSTALL_MS },
    (name, settings) => {
      const folder = `pnpm workspace${name}`;
      write(`${folder}/package.json`, '{ "private": true }');
      write(`${folder}/pnpm-workspace.yaml`, "packages: ['packages/*']\n");
      write(`${folder}/.npmrc`, settings);
      write(`${folder}/packages/app/package.json`, '{ "name": "app", "private": true }');
      const app = `${folder}/packages/app`;
      expect(pnpm(app, "add", "-D", tarball, store())).toEqual(installed);
      expect(pnpm(app, "exec", ...command)).toEqual(passed);
      expect(pnpm(app, "exec", ...onOwnNode)).toEqual(onNewNode);
    },
  );

  it(
    "has a script test:outage from init that passes, and fails after a careless change",
    { timeout: INSTALL_MS },
    () => {
      const folder = "pnpm job";
      const making =
        "const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET);\n";
      const source = (
        outside: string,
        inside: string,
      ): string => `import { ClientSecretCredential } from "@azure/identity";
const { TENANT_ID, CLIENT_ID, CLIENT_SECRET } = process.env;
${outside}export async function listUsers() {
  ${inside}const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  const headers = { authorization: \`Bearer \${token}\` };
  return (await fetch("https://graph.microsoft.com/v1.0/users", { headers })).json();
}
`;
      write(`${folder}/package.json`, '{ "private": true, "type": "module" }');
      write(`${folder}/src/graph.js`, source(making, ""));
      const packages = [tarball, "@azure/identity@3.4.2", "vitest@3.2.4"];
      expect(pnpm(folder, "add", "-D", ...packages, store())).toEqual(installed);
      const first = pnpm(folder, "exec", "brownout", "init", "--yes");
      expect(first.printed).toMatch(
        /The sign-in test passes; the outage test passes\. Both again: pnpm run test:outage\n/,
      );
      expect(first.printed).toContain("other outages: pnpm exec brownout list,");
      expect(first.status).toBe(0);

      write(`${folder}/src/graph.js`, source("", making));
      const careless = pnpm(folder, "run", "test:outage");
      expect(careless.printed).toMatch(/toHaveKeptWorkingFromCache: cached-token: /);
      expect(careless.printed).toMatch(/Tests +1 failed \| 1 passed/);
      expect(careless.status).toBe(1);
    },
  );
});

describe("yarn 1", () => {
  it("installs it in a workspace, and runs it", { timeout: INSTALL_MS }, () => {
    const folder = "yarn workspace";
    write(`${folder}/package.json`, '{ "private": true, "workspaces": ["packages/*"] }');
    write(
      `${folder}/packages/app/package.json`,
      '{ "name": "app", "version": "1.0.0", "private": true }',
    );
    const app = `${folder}/packages/app`;
    const yarn = (...values: readonly string[]) => start("yarn 1", app, values);
    const cache = `--cache-folder=${join(place, "yarn-cache")}`;
    // Without it, yarn 1 refuses the package on a Node that is too old for virtual time.
    expect(yarn("add", "-D", tarball, "--ignore-engines", cache)).toEqual(installed);
    expect(yarn("-s", ...command)).toEqual(passed);
    expect(yarn("-s", ...onOwnNode)).toEqual(onNewNode);
  });
});

describe("yarn 4", () => {
  it.each([
    ["without node_modules (Plug'n'Play)", "pnp"],
    ["with node_modules", "node-modules"],
  ])("installs it %s, and runs it", { timeout: INSTALL_MS }, (_name, linker) => {
    const folder = `yarn 4 ${linker}`;
    write(`${folder}/package.json`, '{ "private": true }');
    write(`${folder}/yarn.lock`, "");
    const yarn = (...values: readonly string[]) => start("yarn 4", folder, values, linker);
    expect(yarn("add", "-D", `brownout@${tarball}`)).toEqual(installed);
    expect(yarn(...command)).toEqual(passed);
    expect(yarn(...onOwnNode)).toEqual(onNewNode);
  });
});
