/** The tests of code that runs in Node: a job, or a program with a managed identity. */
import type { DetectedApp } from "./detect.ts";
import type { Runner } from "./find-runner.ts";
import { importing, specifierOf } from "./source-text.ts";
import { worldImport } from "./write-world.ts";

interface RunnerWords {
  /** The lines that import the runner's own functions. */
  readonly imports: (app: DetectedApp, isExpected: boolean) => readonly string[];
  readonly entry: string;
  /** `expect(entra)` or `expectEntra(entra)`. */
  readonly expect: string;
  readonly test: string;
  readonly mount: string;
}

const words: Readonly<Record<Exclude<Runner, "playwright">, RunnerWords>> = {
  vitest: {
    imports: (app, isExpected) => [
      importing(app, isExpected ? ["expect", "test"] : ["test"], "vitest"),
    ],
    entry: "brownout/vitest",
    expect: "expect",
    test: "test",
    // Needs no package; the entry's default is msw.
    mount: ', mount: "https"',
  },
  jest: {
    imports: () => [],
    entry: "brownout/jest",
    expect: "expectEntra",
    test: "test",
    mount: "",
  },
  mocha: {
    imports: () => [],
    entry: "brownout/mocha",
    expect: "expectEntra",
    test: "it",
    mount: "",
  },
  "node-test": {
    imports: (app) => [importing(app, ["test"], "node:test")],
    entry: "brownout/node-test",
    expect: "expectEntra",
    test: "test",
    mount: "",
  },
};

/** The first test: the app gets a token. */
export function nodeSignInText(app: DetectedApp): string {
  const { asked } = wordsFor(app);
  const { loading, call } = loadingLines(app);
  return testText(app, {
    about: "The app signs in: without a tenant, without a network.",
    title: `${title(app)} gets a token from Entra`,
    body: [
      ...loading,
      `await entra.operate(${call});`,
      `${expectation(app)}.toHaveRequested("${asked}");`,
    ],
  });
}

/** The second: an outage that the token which the app holds outlasts. */
export function nodeOutageText(app: DetectedApp): string {
  const { outage } = wordsFor(app);
  const { loading, call } = loadingLines(app);
  return testText(app, {
    about:
      "An outage of an hour, in milliseconds: the token that the app holds is valid for longer.",
    title: `${title(app)} works through half an hour without Entra`,
    body: [
      ...loading,
      `await entra.operate(${call});`,
      `entra.outage(${outage});`,
      'await entra.clock.advance("30m");',
      "// The expectation says why this call fails, if it does.",
      `await entra.operate(${call}).catch(() => undefined);`,
      `${expectation(app)}.toHaveKeptWorkingFromCache();`,
    ],
  });
}

function wordsFor({ kind }: DetectedApp): { readonly asked: string; readonly outage: string } {
  return kind === "managed-identity"
    ? { asked: "managed-identity", outage: '"identity-endpoint-down", { for: "1h" }' }
    : { asked: "token", outage: '{ for: "1h" }' };
}

function title({ call }: DetectedApp): string {
  return call?.method ?? call?.name ?? "the app";
}

/** `expect(entra)` where the runner has an `expect` that can be extended. */
export function expectation(app: DetectedApp): string {
  return `${wordsOf(app).expect}(entra)`;
}

function wordsOf({ runner }: DetectedApp): RunnerWords {
  if (runner === "playwright") throw new TypeError("a page has tests of its own");
  return words[runner];
}

interface TestParts {
  readonly about: string;
  readonly title: string;
  /** Imports of more packages. */
  readonly imports?: readonly string[];
  /** The statements of the test. */
  readonly body: readonly string[];
}

/** A test file in the words of the project's runner. */
export function testText(
  app: DetectedApp,
  { about, title: named, imports = [], body }: TestParts,
): string {
  const runner = wordsOf(app);
  const machine = app.kind === "managed-identity" ? ', machine: "web-vm"' : "";
  const isExpected = body.some((line) => line.includes(expectation(app)));
  const entryNames =
    runner.expect === "expectEntra" && isExpected ? ["expectEntra", "useEntra"] : ["useEntra"];
  const isInDescribe = app.runner === "mocha";
  const test = [
    `const entra = useEntra({ world${machine}${runner.mount} });`,
    "",
    `${runner.test}(${JSON.stringify(named)}, async () => {`,
    ...body.map((line) => `  ${line}`),
    "});",
  ];
  return [
    `/** ${about} */`,
    ...imports,
    ...runner.imports(app, isExpected),
    importing(app, entryNames, runner.entry),
    worldImport(app),
    "",
    ...(isInDescribe
      ? [
          'describe("without a tenant", () => {',
          ...test.map((line) => (line === "" ? "" : `  ${line}`)),
          "});",
        ]
      : test),
    "",
  ].join("\n");
}

/** The app is loaded inside the test: a client of an earlier test would hold its tokens. */
function loadingLines(app: DetectedApp): {
  readonly loading: readonly string[];
  readonly call: string;
} {
  const { call, style } = app;
  if (call === undefined) throw new TypeError("code in Node needs a call");
  const from = JSON.stringify(specifierOf(app, call.path));
  const isCommonJs = style.modules === "cjs";
  const loaded = isCommonJs ? `require(${from})` : `await import(${from})`;
  const name =
    call.of === "function" ? call.name : call.exported === "default" ? call.name : call.exported;
  const names = call.exported === "default" ? `{ default: ${name} }` : `{ ${name} }`;
  const isWhole = call.exported === "default" && isCommonJs;
  const loading = [`const ${isWhole ? name : names} = ${loaded};`];
  const label = JSON.stringify(call.method ?? name);
  if (call.of === "function") return { loading, call: `${label}, () => ${name}()` };
  const instance = call.of === "class" ? `new ${name}()` : `${name}()`;
  return {
    loading: [...loading, `const app = ${instance};`],
    call: `${label}, () => app.${call.method ?? ""}()`,
  };
}
