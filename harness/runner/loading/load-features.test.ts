/**
 * What a user's TypeScript and JavaScript may contain: one fixture a language feature, written
 * to a folder outside this repository and loaded by a plain Node process. Each default export
 * has the answer 42.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { mkdtempSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadInNode, type LoadReport } from "../../../test/support/load-in-node.ts";

interface Fixture {
  /** The file that is loaded. */
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
}

const esmPackage = '{ "type": "module" }';
const commonJsPackage = '{ "type": "commonjs" }';
const answer = (expression: string): string => `export default { answer: ${expression} };\n`;

const fixtures: Readonly<Record<string, Fixture>> = {
  "an enum, a const enum and a namespace": {
    entry: "main.ts",
    files: {
      "main.ts": `enum Plan { A = 40 }\nconst enum Size { One = 1 }\nnamespace Counts { export const one = 1; }\n${answer("Plan.A + Size.One + Counts.one")}`,
    },
  },
  "a parameter property": {
    entry: "main.ts",
    files: {
      "main.ts": `class Box { constructor(readonly answer: number) {} }\n${answer("new Box(42).answer")}`,
    },
  },
  "import = require()": {
    entry: "main.ts",
    files: {
      "main.ts": `import fs = require("node:fs");\n${answer('typeof fs.existsSync === "function" ? 42 : 0')}`,
    },
  },
  "legacy decorators, also on parameters, where the tsconfig asks for them": {
    entry: "main.ts",
    files: {
      "tsconfig.json": `{ // a comment\n "compilerOptions": { "experimentalDecorators": true, }, }`,
      "main.ts": `
        function twice(_: object, __: string, method: PropertyDescriptor) {
          const once = method.value;
          method.value = function () { return once.call(this) * 2; };
        }
        function injected(_: object, __: string | undefined, ___: number) {}
        class A { @twice answer(@injected x?: number) { return 21; } }
        ${answer("new A().answer()")}`,
    },
  },
  "standard decorators": {
    entry: "main.ts",
    files: {
      "main.ts": `
        function twice(value: () => number, context: ClassMethodDecoratorContext) {
          return function (this: unknown) { return context.kind === "method" ? value.call(this) * 2 : 0; };
        }
        class A { @twice answer() { return 21; } }
        ${answer("new A().answer()")}`,
    },
  },
  "JSX with the factory of the tsconfig": {
    entry: "main.tsx",
    files: {
      "tsconfig.json": '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }',
      "main.tsx": `const h = (tag: string, props: { n: number }) => props.n;\n${answer("<b n={42} />")}`,
    },
  },
  "JSX with the import source of the tsconfig, in .tsx and .jsx": {
    entry: "main.tsx",
    files: {
      "tsconfig.json": '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "tiny" } }',
      "node_modules/tiny/package.json":
        '{ "name": "tiny", "type": "module", "exports": { "./jsx-runtime": "./jsx.js" } }',
      "node_modules/tiny/jsx.js": "export const jsx = (tag, props) => props.n;\n",
      "half.jsx": "export const half = <b n={21} />;\n",
      "main.tsx": `import { half } from "./half.jsx";\n${answer("<b n={21} /> + half")}`,
    },
  },
  'JSX under "jsx": "preserve", which a framework would compile': {
    entry: "main.tsx",
    files: {
      "tsconfig.json": '{ "compilerOptions": { "jsx": "preserve", "jsxImportSource": "tiny" } }',
      "node_modules/tiny/package.json":
        '{ "name": "tiny", "type": "module", "exports": { "./jsx-runtime": "./jsx.js" } }',
      "node_modules/tiny/jsx.js": "export const jsx = (tag, props) => props.n;\n",
      "main.tsx": answer("<b n={42} />"),
    },
  },
  "path aliases of an extended tsconfig": {
    entry: "test/main.ts",
    files: {
      "base.json":
        '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "~lib": ["./src/lib/index.ts"] } } }',
      "tsconfig.json": '{ "extends": "./base.json" }',
      "src/lib/index.ts": "export const half: number = 21;\n",
      "src/deep/other.ts": 'import { half } from "~lib";\nexport const other = half;\n',
      "test/main.ts": `import { other } from "@/deep/other";\nimport { half } from "~lib";\n${answer("half + other")}`,
    },
  },
  "path aliases of the project that includes the file, where the tsconfig only references projects":
    {
      entry: "src/main.ts",
      files: {
        "tsconfig.json": '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
        "tsconfig.app.json":
          '{ "compilerOptions": { "composite": true, "paths": { "@/*": ["./src/*"] } }, "include": ["src"] }',
        "src/half.ts": "export const half: number = 21;\n",
        "src/main.ts": `import { half } from "@/half";\n${answer("half * 2")}`,
      },
    },
  "baseUrl of the tsconfig": {
    entry: "src/main.ts",
    files: {
      "tsconfig.json": '{ "compilerOptions": { "baseUrl": "./src" } }',
      "src/lib/a.ts": "export const a: number = 42;\n",
      "src/main.ts": `import { a } from "lib/a";\n${answer("a")}`,
    },
  },
  'specifiers of "module": "nodenext", .js, .jsx and .mjs for TypeScript': {
    entry: "main.ts",
    files: {
      "package.json": esmPackage,
      "tsconfig.json": '{ "compilerOptions": { "module": "nodenext" } }',
      "app.ts":
        "export interface App { n: number }\nexport const make = (n: number): App => ({ n });\n",
      "component.tsx": "export const one: number = 1;\n",
      "young.mts": "export const one: number = 1;\n",
      "main.ts": `import { App, make } from "./app.js";\nimport { one } from "./component.jsx";\nimport { one as uno } from "./young.mjs";\nconst app: App = make(40);\n${answer("app.n + one + uno")}`,
    },
  },
  "specifiers without an extension, and of a folder": {
    entry: "main.ts",
    files: {
      "half.ts": "export const half: number = 21;\n",
      "folder/index.ts": "export const other: number = 21;\n",
      "main.ts": `import { half } from "./half";\nimport { other } from "./folder";\n${answer("half + other")}`,
    },
  },
  "TypeScript of a CommonJS package: import, require and __dirname in one file": {
    entry: "main.ts",
    files: {
      "package.json": commonJsPackage,
      "half.ts": "export const half: number = 20;\n",
      "old.js": "exports.other = 20;\n",
      "main.ts": `import { half } from "./half";\nconst old = require("./old");\n${answer("half + old.other + (__filename.startsWith(__dirname) ? 2 : 0)")}`,
    },
  },
  "CommonJS beside ESM": {
    entry: "main.ts",
    files: {
      "package.json": esmPackage,
      "old.cjs": "exports.half = 20; exports.other = 20;\n",
      "young.mjs": "export const two = 2;\n",
      "main.ts": `import old from "./old.cjs";\nimport { other } from "./old.cjs";\nimport { two } from "./young.mjs";\n${answer("old.half + other + two")}`,
    },
  },
  "import and export in a .cts file, which compile to CommonJS": {
    entry: "main.cts",
    files: {
      "package.json": esmPackage,
      "half.cts": "export const half: number = 21;\n",
      "main.cts": `import { half } from "./half.cjs";\n${answer("half * 2")}`,
    },
  },
  "module.exports in .tsx and .jsx": {
    entry: "main.tsx",
    files: {
      "half.jsx": "module.exports.half = 21;\n",
      "main.tsx": `const { half } = require("./half");\nmodule.exports = { answer: half * 2 };\n`,
    },
  },
  "TypeScript of a package in node_modules": {
    entry: "main.ts",
    files: {
      "node_modules/raw/package.json": '{ "name": "raw", "exports": "./src/index.ts" }',
      "node_modules/raw/src/index.ts": "export enum Plan { A = 42 }\n",
      "main.ts": `import { Plan } from "raw";\n${answer("Plan.A")}`,
    },
  },
  "a binding of its own that is called require": {
    entry: "main.ts",
    files: {
      "old.cjs": "exports.answer = 42;\n",
      "main.ts": `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nexport default require("./old.cjs");\n`,
    },
  },
  "await at the top level": {
    entry: "main.ts",
    files: {
      "package.json": commonJsPackage,
      "main.ts": `const value = await Promise.resolve(42);\n${answer("value")}`,
    },
  },
  "import.meta": {
    entry: "main.ts",
    files: {
      "package.json": commonJsPackage,
      "main.ts": `import { existsSync } from "node:fs";\n${answer('existsSync(new URL("./main.ts", import.meta.url)) && import.meta.resolve("./x.ts").endsWith("/x.ts") && import.meta.filename.startsWith(import.meta.dirname) ? 42 : 0')}`,
    },
  },
  "JSON, with and without an import attribute": {
    entry: "main.ts",
    files: {
      "half.json": '{ "half": 21 }',
      "main.ts": `import a from "./half.json";\nimport b from "./half.json" with { type: "json" };\n${answer("a.half + b.half")}`,
    },
  },
  "packages of the folder: ESM with await, CommonJS, and the ESM half of one with two": {
    entry: "main.ts",
    files: {
      "node_modules/young/package.json":
        '{ "name": "young", "type": "module", "exports": "./i.js" }',
      "node_modules/young/i.js": "await null; export const half = 21;\n",
      "node_modules/old/package.json": '{ "name": "old" }',
      "node_modules/old/index.js": "module.exports = () => 19; module.exports.two = 2;\n",
      "node_modules/both/package.json":
        '{ "name": "both", "exports": { "import": "./i.mjs", "require": "./i.cjs" } }',
      "node_modules/both/i.mjs": "export const zero = 0; export default class Both {}\n",
      "node_modules/both/i.cjs": "exports.zero = 1;\n",
      "main.ts": `import { half } from "young";\nimport old from "old";\nimport Both, { zero } from "both";\n${answer('typeof Both === "function" ? half + old() + old.two + zero : 0')}`,
    },
  },
  "one instance of a module, however it is imported": {
    entry: "main.ts",
    files: {
      "package.json": esmPackage,
      "counter.ts": "globalThis.loads = (globalThis.loads ?? 0) + 1;\nexport const token = {};\n",
      "side.mjs": 'export { token } from "./counter.ts";\n',
      "side.js": 'export { token } from "./counter.js";\n',
      "side.cts": 'exports.token = require("./counter.ts").token;\n',
      "main.ts": `
        import { token } from "./counter.js";
        import { token as b } from "./side.mjs";
        import { token as c } from "./side.js";
        import d from "./side.cts";
        const { token: e } = await import("./counter.ts");
        const all = new Set([token, b, c, d.token, e]).size;
        ${answer("all + globalThis.loads === 2 ? 42 : [all, globalThis.loads]")}`,
    },
  },
  "modules that import each other": {
    entry: "main.ts",
    files: {
      "other.ts": 'import { half } from "./main.ts";\nexport const whole = () => half() * 2;\n',
      "main.ts": `import { whole } from "./other.ts";\nexport function half() { return 21; }\n${answer("whole()")}`,
    },
  },
  "the brownout that is running, in one instance, from every module system": {
    entry: "main.ts",
    files: {
      "package.json": esmPackage,
      "node_modules/brownout/package.json": '{ "name": "brownout", "exports": "./i.js" }',
      "node_modules/brownout/i.js": "exports.checkFaultPlan = exports.HarnessError = null;\n",
      "old.cjs": 'exports.HarnessError = require("brownout").HarnessError;\n',
      "young.mjs": 'export { HarnessError } from "brownout";\n',
      "main.ts": `
        import { checkFaultPlan, HarnessError } from "brownout";
        import old from "./old.cjs";
        import { HarnessError as young } from "./young.mjs";
        let thrown: unknown;
        try { checkFaultPlan("no plan"); } catch (error) { thrown = error; }
        ${answer("thrown instanceof HarnessError && old.HarnessError === HarnessError && young === HarnessError ? 42 : 0")}`,
    },
  },
};

let folder = "";
let report: LoadReport = {};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-features-"));
  const entries = Object.values(fixtures).map(({ entry, files }, index) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, String(index), name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return join(folder, String(index), entry);
  });
  report = loadInNode(entries);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a user's file may contain", () => {
  it.each(
    Object.entries(fixtures).map(([title, { entry }], index) => [title, index, entry] as const),
  )("%s", (_, index, entry) => {
    expect(report[join(folder, String(index), entry)]).toEqual({ value: { answer: 42 } });
  });
});
