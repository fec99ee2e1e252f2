/** Files of either module system under any package.json, and the errors of files that cannot be loaded. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loaded, loadInNode, type LoadReport } from "../../../test/support/load-in-node.ts";

/** A file for each entry point of the package but those that need their test runner; it asks for the class of this very copy. */
const entryFiles: Readonly<Record<string, string>> = Object.fromEntries(
  ["suite", "jest", "mocha", "node-test"].map((entry) => [
    `entry-${entry}.js`,
    `const { HarnessError } = require("brownout");
const { expectEntra } = require("brownout/${entry}");
let answer = false;
try {
  expectEntra({}).toPassAllRules();
} catch (error) {
  answer = error instanceof HarnessError;
}
module.exports = { answer };
`,
  ]),
);

const files: Readonly<Record<string, string>> = {
  ...entryFiles,
  "none/esm.ts": "const answer: number = 42;\nexport default { answer };\n",
  "none/esm.js": "export default { answer: 42 };\n",
  "none/common.js": "module.exports = { answer: 42 };\n",
  "none/esm.mts": "export default { answer: 42 as number };\n",
  "none/common.cts": "const answer: number = 42;\nmodule.exports = { answer };\n",
  "none/esm.mjs": "export default { answer: 42 };\n",
  "none/common.cjs": "module.exports = { answer: 42 };\n",
  "none/compiled.cjs": "exports.__esModule = true;\nexports.default = { answer: 42 };\n",

  "commonjs/package.json": '{ "type": "commonjs" }',
  "commonjs/helper.ts": "export const answer: number = 42;\n",
  "commonjs/esm.ts": 'import { answer } from "./helper.ts";\nexport default { answer };\n',
  "commonjs/esm.js": "export default { answer: 42 };\n",
  "commonjs/common.ts":
    'import type { Scenario } from "brownout";\nconst answer: number = 42;\nmodule.exports = { answer };\n',
  "commonjs/common.js": "module.exports = { answer: 42 };\n",
  "commonjs/text.js":
    "const text = `\nexport default 1;\n`;\nmodule.exports = { answer: text.length + 23 };\n",

  "module/package.json": '{ "type": "module" }',
  "module/esm.ts": "export default { answer: 42 };\n",
  "module/helper.js": "exports.answer = 42;\n",
  "module/common.ts":
    'const answer: number = require("./helper.js").answer;\nmodule.exports = { answer };\n',

  "brownout.js":
    'const { HarnessError } = require("brownout");\nmodule.exports = { answer: typeof HarnessError };\n',

  "tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./module/*"] } } }',
  "syntax.ts": "const a: number = 1;\n\nconst b = = 2;\n",
  "syntax.mjs": "const a = 1;\n\nconst b = = 2;\n",
  "imports-syntax.ts": 'import "./syntax.ts";\nexport default {};\n',
  "throws.ts": 'export default {};\n\nthrow new TypeError("boom");\n',
  "no-default.ts": "export const scenario = {};\n",
  "nothing.ts": "const scenario: object = {};\n",
  "missing-import.ts": '// first\nimport { x } from "./sintax.ts";\nexport default x;\n',
  "missing-package.ts": 'import { x } from "no-such-package";\nexport default x;\n',
  "no-such-folder.ts": '\nimport { x } from "./no/such.ts";\nexport default x;\n',
  "alias.ts": 'import fs from "node:fs";\nimport { x } from "~/helpr";\nexport default [fs, x];\n',
  "required.ts": 'enum A {\n  B,\n}\nconst x = require("./sintax.ts");\nexport default [A, x];\n',
  "wrong-export.ts":
    'interface A {\n  a: number;\n}\nimport { answer } from "./commonjs/helper.ts";\nimport { ansver } from "./commonjs/helper.ts";\nexport default [answer, ansver];\n',
  "wrong-brownout.ts":
    '// first\nimport { defineScenaro } from "brownout";\nexport default defineScenaro({});\n',
  "wrong-name.ts": "interface A {\n  a: number;\n}\nenum B {\n  C,\n}\nexport default answr;\n",
  "throws-deep.ts": 'import { f } from "./throws-inside.ts";\nexport default f();\n',
  "throws-inside.ts":
    'enum A {\n  B,\n}\nexport const f = () => {\n  throw new RangeError("inside " + A.B);\n};\n',
  "markup.tsx": "export const a = 1;\nexport default <b></c>;\n",
  "notes.md": "# Notes\n",
  "broken/tsconfig.json": '{ "extends": "@tsconfig/not-installed" }',
  "broken/main.ts": "export default {};\n",
  "validation-error.ts":
    'throw Object.assign(new Error("boom"), { errors: { name: "is required" } });\n',
  "no-tsconfig/tsconfig.json": '{ "extends": "@nope/tsconfig" }\n',
  "no-tsconfig/common.mjs": "export default { answer: 42 };\n",
};

let folder = "";
let report: LoadReport = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-load-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const wanted = [...Object.keys(files), "none", "wrong-nane.ts", "nowhere/x.ts"].map((name) =>
    join(folder, name),
  );
  report = loadInNode(wanted);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (name: string): Loaded => report[join(folder, name)] ?? {};

describe("a scenario file loads under any package.json", () => {
  const good = Object.keys(files).filter((name) => /(?:esm|common|compiled|text)\.\w+$/.test(name));
  it.each(good)("%s", (name) => {
    expect(load(name)).toEqual({ value: { answer: 42 } });
  });

  it("imports the brownout that runs it, without having installed it", () => {
    expect(load("brownout.js")).toEqual({ value: { answer: "function" } });
  });

  it.each(Object.keys(entryFiles))("finds the same brownout behind %s", (name) => {
    expect(load(name)).toEqual({ value: { answer: true } });
  });
});

describe("a file that cannot be loaded", () => {
  it.each([
    ["throws.ts", ":3", /it threw TypeError: boom/, /^no hint$/],
    ["validation-error.ts", ":1", /it threw Error: boom/, /^no hint$/],
    ["syntax.ts", ":3", /Unexpected "="/, /^no hint$/],
    ["syntax.mjs", ":3", /Unexpected "="/, /^no hint$/],
    ["markup.tsx", ":2", /closing "c" tag does not match opening "b" tag/, /^no hint$/],
    ["no-default.ts", "", /no default export/, /exports scenario;/],
    ["nothing.ts", "", /no default export/, /export default defineScenario/],
    ["missing-import.ts", ":2", /Cannot find module/, /Did you mean .*syntax\.ts/],
    ["no-such-folder.ts", ":2", /Cannot find module/, /There is no folder .*no\./],
    ["required.ts", ":4", /Cannot find module/, /Did you mean .*syntax\.ts/],
    ["alias.ts", ":2", /Cannot find module .*module.helpr'/, /Did you mean "helper"/],
    ["missing-package.ts", ":1", /Cannot find package/, /npm install no-such-package/],
    ["wrong-export.ts", ":5", /not provide an export named 'ansver'/, /Did you mean "answer"/],
    ["wrong-brownout.ts", ":2", /export named 'defineScenaro'/, /Did you mean "defineScenario"/],
    ["wrong-name.ts", ":7", /it threw ReferenceError: answr is not defined/, /^no hint$/],
    [
      "broken/main.ts",
      "",
      /tsconfig\.json .*cannot be read: .*not-installed/,
      /install what it extends/,
    ],
    ["notes.md", "", /not a TypeScript or JavaScript file/, /\.ts, \.tsx, \.mts/],
    ["none", "", /is a folder/, /Name a file in it: /],
    ["wrong-nane.ts", "", /there is no file/, /Did you mean .*wrong-name\.ts/],
    ["nowhere/x.ts", "", /there is no file/, /There is no folder .*nowhere/],
  ] as const)("%s is a bad scenario, with its place and a hint", (name, line, message, hint) => {
    const { error } = load(name);
    expect(error).toMatchObject({
      name: "HarnessError",
      code: "bad-scenario",
      place: join(folder, name) + line,
    });
    expect(error?.message).toMatch(message);
    expect(error?.hint ?? "no hint").toMatch(hint);
  });

  it("names the line of an imported file that throws while it is loaded", () => {
    expect(load("throws-deep.ts").error?.place).toBe(`${join(folder, "throws-inside.ts")}:5`);
  });

  it("names the file in which the mistake is, not the one that imports it", () => {
    expect(load("imports-syntax.ts").error).toMatchObject({
      message: expect.stringContaining("imports-syntax.ts cannot be loaded"),
      place: `${join(folder, "syntax.ts")}:3`,
    });
  });
});
