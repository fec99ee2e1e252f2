/**
 * Files as users write them, loaded by a plain Node process: Vitest has a module loader of
 * its own, which would hide what Node does. One process loads them all and reports.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const files: Readonly<Record<string, string>> = {
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

  "enum.ts": "export const before = 1;\nenum Plan { A }\nexport default Plan;\n",
  "syntax.ts": "const a: number = 1;\n\nconst b = = 2;\n",
  "syntax.mjs": "const a = 1;\n\nconst b = = 2;\n",
  "imports-syntax.ts": 'import "./syntax.ts";\nexport default {};\n',
  "throws.ts": 'export default {};\n\nthrow new TypeError("boom");\n',
  "no-default.ts": "export const scenario = {};\n",
  "nothing.ts": "const scenario: object = {};\n",
  "missing-import.ts": '// first\nimport { x } from "./sintax.ts";\nexport default x;\n',
  "missing-package.ts": 'import { x } from "no-such-package";\nexport default x;\n',
  "type-import.ts": 'import { Scenario } from "brownout";\nexport default {} as Scenario;\n',
  "notes.md": "# Notes\n",
};

interface Loaded {
  readonly value?: { readonly answer: unknown };
  readonly error?: {
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly place: string;
    readonly hint?: string;
  };
}

const loader = `
  import { loadScenarioFile } from ${JSON.stringify(new URL("./load-scenario.ts", import.meta.url).href)};
  const report = {};
  for (const path of process.argv.slice(1)) {
    try {
      report[path] = { value: await loadScenarioFile(path) };
    } catch ({ name, code, message, place, hint }) {
      report[path] = { error: { name, code, message, place, hint } };
    }
  }
  console.log(JSON.stringify(report));
`;

let folder = "";
let report: Readonly<Record<string, Loaded>> = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-load-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const wanted = [...Object.keys(files), "none", "enun.ts", "nowhere/x.ts"].map((name) =>
    join(folder, name),
  );
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", loader, "--", ...wanted],
    {
      encoding: "utf8",
    },
  );
  report = JSON.parse(output);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (name: string): Loaded => report[join(folder, name)] ?? {};

describe("a scenario file loads whatever package.json says", () => {
  const good = Object.keys(files).filter((name) => /(?:esm|common|compiled|text)\.\w+$/.test(name));
  it.each(good)("%s", (name) => {
    expect(load(name)).toEqual({ value: { answer: 42 } });
  });

  it("and finds brownout without having installed it: the copy that runs it", () => {
    expect(load("brownout.js")).toEqual({ value: { answer: "function" } });
  });
});

describe("a file that cannot be loaded", () => {
  it.each([
    ["enum.ts", ":2", /enum is not supported/, /union of literals/],
    ["throws.ts", ":3", /it threw TypeError: boom/, /^no hint$/],
    ["syntax.ts", ":3", /Expression expected/, /^no hint$/],
    ["syntax.mjs", ":3", /Unexpected token '='/, /^no hint$/],
    ["no-default.ts", "", /no default export/, /exports scenario;/],
    ["nothing.ts", "", /no default export/, /export default defineScenario/],
    ["missing-import.ts", ":2", /Cannot find module/, /Did you mean .*syntax\.ts/],
    ["missing-package.ts", ":1", /Cannot find package/, /npm install no-such-package/],
    [
      "type-import.ts",
      ":1",
      /does not provide an export named 'Scenario'/,
      /import type \{ Scenario \}/,
    ],
    ["notes.md", "", /not a TypeScript or JavaScript file/, /\.ts, \.mts/],
    ["none", "", /is a folder/, /Name a file in it: /],
    ["enun.ts", "", /there is no file/, /Did you mean .*enum\.ts/],
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

  it("names the file in which the mistake is, not the one that imports it", () => {
    expect(load("imports-syntax.ts").error).toMatchObject({
      message: expect.stringContaining("imports-syntax.ts cannot be loaded"),
      place: `${join(folder, "syntax.ts")}:3`,
    });
  });
});
