/**
 * The packed package in projects as they are: beside older majors of everything that it can be
 * used with, many at once, since an installation is slow. The examples of `examples/runners/` and
 * the Vitest suite of `examples/node/` run there under each test runner.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanEnvironment, installPacked, packInto, SLOW_MS } from "./clean-machine.ts";
import { root } from "./support/guides.ts";

/**
 * What is installed with it: the newest majors and the ones before, then the ones before those.
 * Exact versions, so that no new release changes what is tested.
 */
const projects = {
  newer:
    "jest@30.5.2 mocha@12.0.3 vitest@4.1.12 msw@3.0.5 nock@15.0.6 @azure/identity@3.4.2 @azure/msal-browser@4.30.0 openid-client@5.7.1 @node-saml/node-saml@4.0.5 @playwright/test@1.50.1 typescript@5.9.3 @types/node@24.19.4",
  older:
    "jest@29.7.0 mocha@11.8.0 vitest@3.2.7 msw@1.3.5 nock@13.5.6 @azure/identity@2.1.0 @azure/msal-browser@3.30.0 @azure/msal-node@2.16.3 openid-client@4.9.1 @playwright/test@1.40.1 typescript@5.9.3 @types/node@22.20.7",
} as const;
type Project = keyof typeof projects;

/** Two installations, on a slow machine. */
const INSTALL_MS = 2 * SLOW_MS;

let place = "";
const folderOf = (project: string): string => join(place, project.replaceAll(" ", "-"));

/** The Node of this process first, as npm scripts find it in a project that has it. */
const environment = {
  ...cleanEnvironment,
  NO_COLOR: "1",
  PATH: [join(process.execPath, ".."), cleanEnvironment["PATH"]].join(delimiter),
};

function start(project: string, command: string, ...values: readonly string[]) {
  const options = { cwd: folderOf(project), encoding: "utf8", env: environment } as const;
  const { status, stdout, stderr } = spawnSync(command, values, options);
  return { status, stdout, printed: stdout + stderr };
}

/** Throws with all that was printed unless the command ends with that status. */
function printedBy(project: string, line: string, wanted: 0 | 1): string {
  const [command = "", ...values] = line.split(" ");
  const { status, stdout, printed } = start(project, command, ...values);
  if (status !== wanted) throw new Error(`${line} ended with ${status}\n${printed}`);
  // Node and npm may warn on stderr, where of those that pass Jest alone reports.
  return wanted === 1 || line.startsWith("npx jest") ? printed : stdout;
}

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-install-"));
  packInto(place);
  for (const [project, peers] of Object.entries(projects)) {
    cpSync(`${root}examples/runners`, folderOf(project), { recursive: true });
    const manifest = { private: true, jest: { roots: ["<rootDir>/jest"] } };
    writeFileSync(join(folderOf(project), "package.json"), JSON.stringify(manifest));
    // No --force and no --legacy-peer-deps: a refusal fails here.
    installPacked(place, folderOf(project), "--ignore-scripts", ...peers.split(" "));
    for (const file of ["orders.ts", "orders.test.ts"])
      cpSync(`${root}examples/node/${file}`, join(folderOf(project), "vitest", file));
  }
}, INSTALL_MS);

afterAll(() => rmSync(place, { recursive: true, force: true }), SLOW_MS);

const commands = {
  Jest: "npx jest --testTimeout=120000",
  Mocha: "npx mocha --timeout 120000 mocha/*.spec.js",
  "node:test": "node --test node-test/*.test.mjs",
  "no test runner": "node any.mjs",
} as const;

const passed = {
  Jest: /Tests: +2 passed/,
  Mocha: /2 passing/,
  "node:test": /pass 2/,
  "no test runner": /^$/,
} as const;

describe.each(Object.keys(projects) as Project[])("a project with packages of %s", (project) => {
  const runners = Object.entries(commands);

  it.each(runners)("passes its suite under %s", { timeout: SLOW_MS }, (runner, line) => {
    expect(printedBy(project, line, 0)).toMatch(passed[runner as keyof typeof commands]);
  });

  it("passes its suite under Vitest", { timeout: SLOW_MS }, () => {
    const file = join(folderOf(project), "vitest", "orders.test.ts");
    const text = readFileSync(`${root}examples/node/orders.test.ts`, "utf8");
    writeFileSync(file, text.replace("useEntra()", 'useEntra({ mount: "https" })'));
    expect(printedBy(project, "npx vitest run vitest", 0)).toMatch(/Tests .*1 passed/);
  });

  it("fails under each with the careless program, and says why", { timeout: SLOW_MS }, () => {
    const good = join(folderOf(project), "orders.js");
    const text = readFileSync(good, "utf8");
    // A new client for each call, as the careless program of `examples/node/` has.
    writeFileSync(
      good,
      `${text}\nconst { createOrders } = exports;\nexports.createOrders = () => ({ load: () => createOrders().load().catch(() => undefined) });\n`,
    );
    try {
      for (const [runner, line] of runners) {
        const printed = printedBy(project, line, 1);
        expect(printed).toMatch(/toHaveKeptWorkingFromCache: cached-token: /);
        // Where a test stops the simulation itself, it did not pass its error to stop().
        expect(printed.includes("What happened in")).toBe(runner !== "no test runner");
      }
    } finally {
      writeFileSync(good, text);
    }
  });
});

const program = `import { defineScenario, minutes } from "brownout";
import { createEntra, expectEntra } from "brownout/suite";
import { useEntra as useMocha } from "brownout/mocha";
import { useEntra as useNodeTest } from "brownout/node-test";
import { useEntra as useJest } from "brownout/jest";
import { expect } from "vitest";
import { useEntra } from "brownout/vitest";
import { test } from "brownout/playwright";
import { type TokenSource, withLastGoodToken } from "brownout/remedies";

export const all = [defineScenario, minutes, useMocha, useNodeTest, useJest, test];
const source: TokenSource<string, { expiresOn: Date }> = async () => ({ expiresOn: new Date() });
withLastGoodToken(source, { marginMs: 60_000 }).keep("scope", { expiresOn: new Date() });
expectEntra(createEntra({ mount: "https" })).toHaveRequested("token", { times: 1 });
expect(useEntra()).toHaveRecovered();
// @ts-expect-error -- no such option
createEntra({ mounts: "https" });
// @ts-expect-error -- no such endpoint
expect(useEntra()).toHaveRequested("tokens");
`;

const resolutions = [
  ["node10", "plain.ts", ["--module", "commonjs", "--moduleResolution", "node10"]],
  ["node16", "module.mts", ["--module", "node16"]],
  ["node16, in CommonJS", "common.cts", ["--module", "node16"]],
  ["nodenext", "module.mts", ["--module", "nodenext"]],
  ["nodenext, in CommonJS", "common.cts", ["--module", "nodenext"]],
  ["bundler", "plain.ts", ["--module", "esnext", "--moduleResolution", "bundler"]],
] as const;

describe.each(Object.keys(projects) as Project[])("the types, with packages of %s", (project) => {
  it.each(resolutions)("resolve under %s", { timeout: SLOW_MS }, (_name, file, options) => {
    writeFileSync(join(folderOf(project), file), program);
    const strictly = ["--noEmit", "--strict", "--target", "es2022", "--skipLibCheck", ...options];
    const line = ["npx", "tsc", ...strictly, "--lib", "es2023,dom", "--types", "node", file];
    expect(printedBy(project, line.join(" "), 0)).toBe("");
  });
});

describe("what cannot be used as it is installed", () => {
  it.each([
    ["newer", "msw", /the mount msw works with msw 2, and 3\.\S+ is installed\n.*msw@2\.\d/],
    ["newer", "nock", /the mount nock works with nock 14, and 15\.\S+ is installed\n.*nock@14\.\d/],
    ["older", "msw", /works with msw 2, and 1\.\S+ is installed\n.*the mount https/],
    ["older", "nock", /works with nock 14, and 13\.\S+ is installed\n/],
  ])("%s: the mount %s says so, with the command", { timeout: SLOW_MS }, (project, mount, said) => {
    const file = join(folderOf(project), "mount.mjs");
    const text = readFileSync(`${root}examples/runners/any.mjs`, "utf8");
    writeFileSync(file, text.replace("createEntra()", `createEntra({ mount: "${mount}" })`));
    expect(printedBy(project, "node mount.mjs", 1)).toMatch(said);
  });

  const [oldNode] = (cleanEnvironment["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .filter((node) =>
      /^v(?:20|22)\./.test(spawnSync(node, ["--version"]).stdout?.toString() ?? ""),
    );
  it.skipIf(oldNode === undefined).each(["any.mjs", "common.cjs"])(
    "a Node that is too old is one sentence: %s",
    { timeout: SLOW_MS },
    (file) => {
      writeFileSync(join(folderOf("newer"), "common.cjs"), 'require("brownout/suite");\n');
      expect(printedBy("newer", `${oldNode} ${file}`, 1)).toMatch(
        /virtual time needs Node 24\.14 or newer for the tests, and this is 2[02]\./,
      );
    },
  );

  const misuses = [
    [
      "npx mocha wrong.spec.mjs",
      /brownout\/vitest is for Vitest, and Mocha runs this file\n.*mocha"/,
    ],
    ["node --test wrong.spec.mjs", /and node:test runs this file\n.*"brownout\/node-test"/],
    [
      "npx jest --roots=. --testMatch=**/wrong.test.js",
      /and Jest runs this file\n.*brownout\/jest/,
    ],
    ["node wrong.spec.mjs", /which does not run this file\n.*"brownout\/suite"/],
  ] as const;
  it.each(misuses)(
    "%s: brownout/vitest names the entry to take",
    { timeout: SLOW_MS },
    (line, said) => {
      const folder = folderOf("newer");
      writeFileSync(join(folder, "wrong.spec.mjs"), 'import "brownout/vitest";\n');
      writeFileSync(join(folder, "wrong.test.js"), 'require("brownout/vitest");\n');
      expect(printedBy("newer", line, 1)).toMatch(said);
    },
  );
});
