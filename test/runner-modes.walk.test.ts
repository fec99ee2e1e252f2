/**
 * The packed package under the runners in the ways in which people set them up: TypeScript with
 * enums, decorators, `.js` specifiers, aliases, JSX and CommonJS through each compiler, ES modules under Jest, the
 * interfaces of Mocha. Each suite passes one test and fails another, at the line of its source.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanEnvironment, installPacked, packInto, SLOW_MS } from "./clean-machine.ts";
import { root } from "./support/guides.ts";

/** Exact versions, so that no new release changes what is tested. */
const packages =
  "@azure/msal-node@7.2.1 jest@29.7.0 babel-jest@29.7.0 ts-jest@29.4.6 jest-environment-jsdom@29.7.0 @babel/preset-env@7.28.5 @babel/preset-typescript@7.28.5 @babel/preset-react@7.28.5 @babel/plugin-proposal-decorators@7.28.0 mocha@11.8.0 tsx@4.21.0 vitest@3.2.7 typescript@5.9.3 @types/node@24.19.4";

let place = "";
const folderOf = (name: string): string => join(place, "project", name);

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-runners-"));
  packInto(place);
  mkdirSync(folderOf("."), { recursive: true });
  writeFileSync(folderOf("package.json"), '{ "private": true }');
  installPacked(place, folderOf("."), "--ignore-scripts", ...packages.split(" "));
}, 2 * SLOW_MS);

afterAll(() => rmSync(place, { recursive: true, force: true }), SLOW_MS);

const environment = {
  ...cleanEnvironment,
  NO_COLOR: "1",
  PATH: [join(process.execPath, ".."), cleanEnvironment["PATH"]].join(delimiter),
};

function start(folder: string, line: string, more: Readonly<Record<string, string>> = {}) {
  const [command = "", ...values] = line.split(" ");
  const options = {
    cwd: folderOf(folder),
    encoding: "utf8",
    env: { ...environment, ...more },
  } as const;
  const { status, stdout, stderr } = spawnSync(command, values, options);
  return { status, printed: stdout + stderr };
}

const suite = readFileSync(`${root}test/runner-modes/suite.ts.txt`, "utf8");
const failingLine = suite.split("\n").findIndex((line) => line.includes("times: 7")) + 1;

const jestConfig = (transform: object): string =>
  `module.exports = ${JSON.stringify({
    transform: { "^.+\\.tsx?$": transform },
    moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1", "^@/(.*)\\.js$": "<rootDir>/$1" },
  })};`;

/** The suite as it is; `file` is its name, `line` runs it. */
const ofTypeScript = {
  Vitest: {
    runner: "vitest",
    entry: "brownout/vitest",
    file: "suite.test.ts",
    line: "npx vitest run",
    type: "module",
  },
  "Mocha with tsx": {
    runner: "mocha",
    entry: "brownout/mocha",
    file: "suite.spec.ts",
    line: "npx mocha --require tsx --timeout 120000 suite.spec.ts",
    type: "module",
  },
  "node:test with tsx": {
    runner: "node:test",
    entry: "brownout/node-test",
    file: "suite.test.ts",
    line: "node --import tsx --test suite.test.ts",
    type: "module",
  },
  "ts-jest": {
    runner: "@jest/globals",
    entry: "brownout/jest",
    file: "suite.test.ts",
    line: "npx jest --testTimeout=120000",
    type: "commonjs",
    config: jestConfig(["ts-jest", { tsconfig: "tsconfig.json" }]),
  },
  "babel-jest": {
    runner: "@jest/globals",
    entry: "brownout/jest",
    file: "suite.test.ts",
    line: "npx jest --testTimeout=120000",
    type: "commonjs",
    config: jestConfig([
      "babel-jest",
      {
        presets: [
          ["@babel/preset-env", { targets: { node: "current" } }],
          "@babel/preset-typescript",
          ["@babel/preset-react", { runtime: "classic", pragma: "h" }],
        ],
        plugins: [["@babel/plugin-proposal-decorators", { version: "legacy" }]],
      },
    ]),
  },
} as const;

const halfPassed = { status: 1, passed: true, failed: true, atItsLine: true, printed: "" };

/** What came of a suite; with all that was printed when it is not as it should be. */
function resultOf({ status, printed }: ReturnType<typeof start>, file: string): typeof halfPassed {
  const place = new RegExp(`${file.replaceAll(".", "\\.")}:${failingLine}:\\d+`);
  const message = "toHaveRequested: the token endpoint was asked once; expected: exactly 7";
  const result = {
    status: status ?? -1,
    passed: /1 passed|1 passing|pass 1/.test(printed),
    failed: /1 failed|1 failing|fail 1/.test(printed) && printed.includes(message),
    atItsLine: place.test(printed),
  };
  const isGood = result.status === 1 && result.passed && result.failed && result.atItsLine;
  return { ...result, printed: isGood ? "" : printed };
}

describe("TypeScript with an enum, a decorator, .js specifiers, an alias, JSX and a CommonJS module", () => {
  it.each(Object.entries(ofTypeScript))("under %s", { timeout: SLOW_MS }, (name, how) => {
    const folder = name.replace(/\W+/g, "-");
    mkdirSync(folderOf(folder));
    for (const file of ["orders.ts", "parts.ts", "label.tsx", "settings.cjs"])
      cpSync(`${root}test/runner-modes/${file}.txt`, folderOf(`${folder}/${file}`));
    const write = (file: string, text: string): void =>
      writeFileSync(folderOf(`${folder}/${file}`), text);
    const named = suite.replace('"RUNNER"', `"${how.runner}"`).replace('"ENTRY"', `"${how.entry}"`);
    // Vitest has `expect`; the line keeps its number.
    const ofVitest = named
      .replace("expectEntra, useEntra", "useEntra")
      .replace("import { it }", 'import { expectEntra } from "brownout/suite"; import { it }')
      .replace("useEntra()", 'useEntra({ mount: "https" })');
    write(how.file, how.entry === "brownout/vitest" ? ofVitest : named);
    write("package.json", JSON.stringify({ type: how.type }));
    const compilerOptions = {
      module: "nodenext",
      target: "es2022",
      strict: true,
      experimentalDecorators: true,
      isolatedModules: true,
      skipLibCheck: true,
      types: ["node"],
      jsx: "react",
      jsxFactory: "h",
      paths: { "@/*": ["./*"] },
    };
    write("tsconfig.json", JSON.stringify({ compilerOptions }));
    if ("config" in how) write("jest.config.js", how.config);
    if (how.runner === "vitest")
      write(
        "vitest.config.js",
        'export default { resolve: { alias: { "@": import.meta.dirname } } };\n',
      );
    expect(resultOf(start(folder, how.line), how.file)).toEqual(halfPassed);
  });
});

/** The suite in JavaScript, about the program of `examples/runners/`. */
function inJavaScript(runner: string, entry: string): string {
  return suite
    .replace('import { it } from "RUNNER";', runner)
    .replace('"ENTRY"', `"${entry}"`)
    .replace(": Promise<void>", "")
    .replace(
      'import { Orders, Wait } from "./orders.js"',
      'import { createOrders } from "./orders.js"',
    )
    .replace('orders: Orders = new Orders("api://orders/.default")', "orders = createOrders()")
    .replace("Wait.HalfAnHour", '"30m"');
}

describe("a suite of ES modules", () => {
  const put = (folder: string, file: string, text: string): void => {
    mkdirSync(folderOf(folder), { recursive: true });
    cpSync(`${root}examples/node/orders.ts`, folderOf(`${folder}/orders.ts`));
    cpSync(`${root}examples/runners/orders.js`, folderOf(`${folder}/common/orders.js`));
    writeFileSync(folderOf(`${folder}/common/package.json`), '{ "type": "commonjs" }');
    writeFileSync(folderOf(`${folder}/package.json`), '{ "type": "module" }');
    writeFileSync(folderOf(`${folder}/${file}`), text);
  };

  it("under Jest with --experimental-vm-modules", { timeout: SLOW_MS }, () => {
    const text = inJavaScript('import { it } from "@jest/globals";', "brownout/jest");
    put("jest-esm", "suite.test.js", text.replace("./orders.js", "./common/orders.js"));
    writeFileSync(folderOf("jest-esm/jest.config.js"), "export default {};");
    const modules = { NODE_OPTIONS: "--experimental-vm-modules" };
    const ended = start("jest-esm", "npx jest --testTimeout=120000", modules);
    expect(resultOf(ended, "suite.test.js")).toEqual(halfPassed);
  });

  it.each(["", " --parallel"])(
    "under Mocha with the interface qunit%s",
    { timeout: SLOW_MS },
    (how) => {
      const text = inJavaScript("const it = test;", "brownout/mocha");
      put("qunit", "suite.mjs", text.replace("./orders.js", "./common/orders.js"));
      const ended = start("qunit", `npx mocha --ui qunit --timeout 120000${how} suite.mjs`);
      expect(resultOf(ended, "suite.mjs")).toEqual(halfPassed);
    },
  );

  it("under node:test, which strips types", { timeout: SLOW_MS }, () => {
    const text = inJavaScript('import { it } from "node:test";', "brownout/node-test");
    const typed = text.replace("const orders =", "const orders: ReturnType<typeof createOrders> =");
    put("strip", "suite.test.ts", typed.replace("./orders.js", "./orders.ts"));
    const ended = start("strip", "node --test suite.test.ts");
    expect(resultOf(ended, "suite.test.ts")).toEqual(halfPassed);
  });

  it("names what to use under Mocha with the interface exports", { timeout: SLOW_MS }, () => {
    put("exports", "suite.mjs", 'import { useEntra } from "brownout/mocha";\nuseEntra();\n');
    const { status, printed } = start("exports", "npx mocha --ui exports suite.mjs");
    expect(printed).toMatch(
      /Mocha has no global beforeEach .*\n.*createEntra\(\) of brownout\/suite/,
    );
    expect(status).not.toBe(0);
  });

  it("names the environment to use under Jest with jsdom", { timeout: SLOW_MS }, () => {
    const text = 'require("brownout/jest").useEntra();\ntest("one", () => {});\n';
    put("jsdom", "suite.test.cjs", text);
    writeFileSync(
      folderOf("jsdom/jest.config.cjs"),
      'module.exports = { testMatch: ["**/*.test.cjs"] };',
    );
    const { status, printed } = start("jsdom", "npx jest --env jsdom");
    expect(printed).toMatch(
      /does not work in a test environment with a document, such as jsdom or happy-dom\n.*@jest-environment node/,
    );
    expect(status).toBe(1);
  });
});

const entries = {
  "brownout/vitest": "Vitest",
  "brownout/jest": "Jest",
  "brownout/mocha": "Mocha",
  "brownout/node-test": "node:test",
} as const;

/** A file that asks for each entry, and prints what it is answered; its last line is a test, for runners that want one. */
const asking = (test: string): string => `
const entries = ${JSON.stringify(Object.keys(entries))};
for (const entry of entries) {
  try { require(entry).useEntra(); } catch (error) { process.stdout.write(entry + " SAYS " + error.message.replace("\\n", " ") + " END\\n"); }
}
${test}
`;

const runners = {
  Vitest: ["wrong.vitest.test.ts", "npx vitest run --dir ."],
  Jest: ["wrong.jest.test.js", "npx jest --testMatch **/wrong.jest.test.js"],
  Mocha: ["wrong.spec.js", "npx mocha wrong.spec.js"],
  "node:test": ["wrong.test.cjs", "node --test wrong.test.cjs"],
  none: ["wrong.cjs", "node wrong.cjs"],
} as const;

describe.each(Object.entries(runners))("under %s", (runner, [file, line]) => {
  const ofRunner = Object.entries(entries).find(([, name]) => name === runner)?.[0];
  const next = ofRunner ?? "brownout/suite";

  it("each entry of another runner names the one to take", { timeout: SLOW_MS }, () => {
    const folder = `wrong-${runner.replace(":", "-")}`;
    mkdirSync(folderOf(folder), { recursive: true });
    const head =
      runner === "Vitest"
        ? 'import { createRequire } from "node:module"; import { it } from "vitest"; const require = createRequire(import.meta.url);'
        : "";
    const test =
      runner === "none"
        ? ""
        : runner === "node:test"
          ? 'require("node:test")("one", () => {});'
          : 'it("one", () => {});';
    writeFileSync(folderOf(`${folder}/${file}`), head + asking(test));
    writeFileSync(folderOf(`${folder}/package.json`), "{}");
    const { printed } = start(folder, line);
    const said = new Map(
      [...printed.matchAll(/(brownout\/[\w-]+) SAYS ([^]*?) END/g)].map(
        ([, entry = "", text = ""]) => [entry, text],
      ),
    );
    for (const [entry, name] of Object.entries(entries)) {
      // A file of node:test can be run by itself.
      if (entry === ofRunner || (runner === "none" && name === "node:test")) continue;
      const what =
        runner === "none" ? "which does not run this file" : `and ${runner} runs this file`;
      expect(`${said.get(entry)}\n${printed}`).toContain(`${entry} is for ${name}, ${what}`);
      expect(said.get(entry)).toContain(`"${next}"`);
    }
  });
});
