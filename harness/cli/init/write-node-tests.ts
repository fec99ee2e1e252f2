/** The tests of code that runs in Node: a job, or a program with a managed identity. */
import type { DetectedApp } from "./detect.ts";
import type { Runner } from "./find-runner.ts";
import { importing, loading } from "./source-text.ts";
import { worldImport } from "./write-world.ts";

interface RunnerWords {
  /** Where its functions are imported from; global ones are not. */
  readonly from?: string;
  readonly entry: string;
  /** `expect(entra)` or `expectEntra(entra)`. */
  readonly expect: string;
  readonly test: string;
  readonly mount: string;
}

const words: Readonly<Record<Exclude<Runner, "playwright">, RunnerWords>> = {
  vitest: {
    from: "vitest",
    entry: "brownout/vitest",
    expect: "expect",
    test: "test",
    // Needs no package; the entry's default is msw.
    mount: ', mount: "https"',
  },
  jest: {
    entry: "brownout/jest",
    expect: "expectEntra",
    test: "test",
    mount: "",
  },
  mocha: {
    entry: "brownout/mocha",
    expect: "expectEntra",
    test: "it",
    mount: "",
  },
  "node-test": {
    from: "node:test",
    entry: "brownout/node-test",
    expect: "expectEntra",
    test: "test",
    mount: "",
  },
};

/** The first test: the app gets a token. */
export function nodeSignInText(app: DetectedApp): string {
  const { asked } = wordsFor(app);
  const { lines, call, ...parts } = opening(app);
  return testText(app, {
    ...parts,
    about: "The app signs in: without a tenant, without a network.",
    title: `${title(app)} gets a token from Entra`,
    body: [
      ...lines,
      `await entra.operate(${call});`,
      `${expectation(app)}.toHaveRequested("${asked}");`,
    ],
  });
}

/** The second: an outage that the token which the app holds outlasts. */
export function nodeOutageText(app: DetectedApp): string {
  const { outage } = wordsFor(app);
  const { lines, call, ...parts } = opening(app);
  return testText(app, {
    ...parts,
    about:
      "An outage of an hour, in milliseconds: the token that the app holds is valid for longer.",
    title: `${title(app)} works through half an hour without Entra`,
    body: [
      ...lines,
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
  /** Statements between `useEntra` and the test that stop what the test starts, with `afterEach`. */
  readonly stop?: readonly string[];
  /** The statements of the test. */
  readonly body: readonly string[];
}

/** A test file in the words of the project's runner. */
export function testText(
  app: DetectedApp,
  { about, title: named, imports = [], stop = [], body }: TestParts,
): string {
  const runner = wordsOf(app);
  const machine = app.kind === "managed-identity" ? ', machine: "web-vm"' : "";
  const isExpected = body.some((line) => line.includes(expectation(app)));
  const entryNames =
    runner.expect === "expectEntra" && isExpected ? ["expectEntra", "useEntra"] : ["useEntra"];
  const runnerNames = [
    ...(stop.length > 0 ? ["afterEach"] : []),
    ...(runner.expect === "expect" && isExpected ? ["expect"] : []),
    runner.test,
  ];
  const isInDescribe = app.runner === "mocha";
  const test = [
    `const entra = useEntra({ world${machine}${runner.mount} });`,
    ...stop,
    "",
    `${runner.test}(${JSON.stringify(named)}, async () => {`,
    ...body.map((line) => `  ${line}`),
    "});",
  ];
  return [
    `/** ${about} */`,
    ...imports,
    ...(runner.from === undefined ? [] : [importing(app, runnerNames, runner.from)]),
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

interface Opening extends Pick<TestParts, "imports" | "stop"> {
  readonly lines: readonly string[];
  /** The arguments of `entra.operate`. */
  readonly call: string;
}

/** The app is loaded inside the test: a client of an earlier test would hold its tokens. */
function opening(app: DetectedApp): Opening {
  const { call } = app;
  if (call === undefined) throw new TypeError("code in Node needs a call");
  const name = call.of === "function" || call.exported === "default" ? call.name : call.exported;
  const load = loading(app, call, name);
  const label = JSON.stringify(call.method ?? name);
  const callOn = (object: string): string => `${label}, () => ${object}.${call.method ?? ""}()`;
  switch (call.of) {
    case "function":
      return { lines: [load], call: `${label}, () => ${name}()` };
    case "class":
      return { lines: [load, `const app = new ${name}();`], call: callOn("app") };
    case "factory":
      return { lines: [load, `const app = ${name}();`], call: callOn("app") };
    case "handler":
      return { ...handlerOpening(app, load, name), call: `${label}, invoke` };
    case "injectable":
      return { ...nestOpening(app, load, name), call: callOn("service") };
  }
}

/** The test calls the handler as the host does; outside of the host `app.http` registers nothing. */
function handlerOpening(app: DetectedApp, load: string, name: string): Omit<Opening, "call"> {
  const { functionName = "", route = "" } = app.call?.trigger ?? {};
  const url = `http://localhost:7071/api/${route.replaceAll(/\/?\{[^}]*\}/g, "")}`;
  return {
    imports: [importing(app, ["HttpRequest", "InvocationContext"], "@azure/functions")],
    lines: [
      load,
      "const invoke = async () =>",
      `  ${name}(`,
      `    new HttpRequest({ method: "GET", url: ${JSON.stringify(url)} }),`,
      `    new InvocationContext({ functionName: ${JSON.stringify(functionName)} }),`,
      "  );",
    ],
  };
}

/** The container of NestJS makes the class with all that it injects. */
function nestOpening(app: DetectedApp, load: string, name: string): Omit<Opening, "call"> {
  const { nestModule, style } = app;
  if (nestModule === undefined) throw new TypeError("a class that is injected needs a module");
  const isTyped = style.language === "ts";
  return {
    imports: [
      importing(app, ["Test", ...(isTyped ? ["type TestingModule"] : [])], "@nestjs/testing"),
    ],
    stop: [
      `let app${isTyped ? ": TestingModule | undefined" : ""};`,
      "afterEach(() => app?.close());",
    ],
    lines: [
      loading(app, nestModule, nestModule.name),
      load,
      `app = await Test.createTestingModule({ imports: [${nestModule.name}] }).compile();`,
      "await app.init();",
      `const service = app.get(${name}, { strict: false });`,
    ],
  };
}
