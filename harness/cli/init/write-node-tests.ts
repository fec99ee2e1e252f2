/** The tests of code that runs in Node: a job, or a program with a managed identity. */
import type { DetectedApp } from "./detect.ts";
import type { AppCall } from "./find-calls.ts";
import type { Trigger } from "./find-functions.ts";
import type { Runner } from "./find-runner.ts";
import { indentedBlock, literal } from "../../core/source-literal.ts";
import { importing, loading } from "./source-text.ts";
import { expressOpening, nestOpening, supertest } from "./write-servers.ts";
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
  const { lines, label, action, ...parts } = opening(app);
  return testText(app, {
    ...parts,
    about: "The app signs in: without a tenant, without a network.",
    title:
      app.kind === "native"
        ? `adele signs in to ${title(app)}`
        : `${title(app)} gets a token from Entra`,
    body: [
      ...lines,
      app.kind === "native"
        ? `await entra.signIn("adele", ${action});`
        : `await entra.operate(${label}, ${action});`,
      `${expectation(app)}.toHaveRequested("${asked}");`,
    ],
  });
}

/** The second: an outage that the token which the app holds outlasts. */
export function nodeOutageText(app: DetectedApp): string {
  const { outage } = wordsFor(app);
  const { lines, label, action, ...parts } = opening(app);
  return testText(app, {
    ...parts,
    about:
      "An outage of an hour, in milliseconds: the token that the app holds is valid for longer.",
    title: `${title(app)} works through half an hour without Entra`,
    body: [
      ...lines,
      ...(app.kind === "native" ? [`await entra.signIn("adele", ${action});`] : []),
      `await entra.operate(${label}, ${action});`,
      `entra.outage(${outage});`,
      'await entra.clock.advance("30m");',
      "// The expectation says why this call fails, if it does.",
      `await entra.operate(${label}, ${action}).catch(() => undefined);`,
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

/** What a test file is made of. */
export interface TestParts {
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
  const stubs = app.apis.elsewhere.map(
    (address) => `entra.api(${JSON.stringify(address)}, { value: [] });`,
  );
  const test = [
    `const entra = useEntra({ world${machine}${runner.mount} });`,
    ...stop,
    "",
    `${runner.test}(${JSON.stringify(named)}, async () => {`,
    ...[...stubs, ...body].map((line) => `  ${line}`),
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
  /** The name of the call, quoted, and a function that makes it: the arguments of `entra.operate`. */
  readonly label: string;
  readonly action: string;
}

/** The app is loaded inside the test: a client of an earlier test would hold its tokens. */
function opening(app: DetectedApp): Opening {
  const { call } = app;
  if (call === undefined) throw new TypeError("code in Node needs a call");
  const name = call.of === "function" || call.exported === "default" ? call.name : call.exported;
  const label = JSON.stringify(call.method ?? name);
  if (call.of === "route") return { ...routeOpening(app, call), label: JSON.stringify(call.name) };
  const load = loading(app, call, name);
  const callOn = (object: string): string => `() => ${object}.${call.method ?? ""}()`;
  switch (call.of) {
    case "function":
      return { lines: [load], label, action: `() => ${name}()` };
    case "class":
      return { lines: [load, `const app = new ${name}();`], label, action: callOn("app") };
    case "factory":
      return { lines: [load, `const app = ${name}();`], label, action: callOn("app") };
    case "handler":
      return { ...handlerOpening(app, load, name), label, action: "invoke" };
    case "injectable":
      return { ...serviceOpening(app, load, name), label, action: callOn("service") };
  }
}

/** The test calls the handler as the host does; outside of the host `app.http` registers nothing. */
function handlerOpening(
  app: DetectedApp,
  load: string,
  name: string,
): Omit<Opening, "label" | "action"> {
  const trigger = app.call?.trigger;
  if (trigger === undefined) throw new TypeError("a handler has a trigger");
  const isHttp = trigger.kind === "http";
  const given = trigger.kind === "http" ? requestText(trigger) : GIVEN[trigger.kind];
  return {
    imports: [
      importing(app, [...(isHttp ? ["HttpRequest"] : []), "InvocationContext"], "@azure/functions"),
    ],
    lines: [
      load,
      ...(trigger.kind === "timer" ? TIMER : []),
      ...(trigger.kind === "http" && trigger.verb !== "GET"
        ? ["// The body is what your function expects in it."]
        : []),
      ...(trigger.kind !== "http" && trigger.kind !== "timer"
        ? ["// The first argument is what your function expects of its trigger."]
        : []),
      "const invoke = async () =>",
      `  ${name}(`,
      `    ${indentedBlock(given, 4)},`,
      `    new InvocationContext({ functionName: ${JSON.stringify(trigger.functionName)} }),`,
      "  );",
    ],
  };
}

/** The first argument of a handler without a request. */
const GIVEN = {
  timer: "timer",
  message: "{}",
  batch: "[{}]",
  blob: 'Buffer.from("")',
} as const satisfies Record<Exclude<Trigger["kind"], "http">, string>;

/** What the host gives to a timer. */
const TIMER = [
  'const at = "2026-03-02T08:00:00Z";',
  "const timer = {",
  "  isPastDue: false,",
  "  schedule: { adjustForDST: false },",
  "  scheduleStatus: { last: at, lastUpdated: at, next: at },",
  "};",
];

function requestText({ verb, route, parameters }: Extract<Trigger, { kind: "http" }>): string {
  const url = `http://localhost:7071/api/${route}`;
  const hasBody = verb === "POST" || verb === "PUT" || verb === "PATCH";
  const fields = [
    `method: "${verb}"`,
    `url: ${JSON.stringify(url)}`,
    ...(Object.keys(parameters).length === 0 ? [] : [`params: ${literal(parameters)}`]),
    ...(hasBody
      ? ['headers: { "content-type": "application/json" }', 'body: { string: "{}" }']
      : []),
  ];
  return fields.length === 2
    ? `new HttpRequest({ ${fields.join(", ")} })`
    : `new HttpRequest({\n${fields.map((field) => `  ${field},\n`).join("")}})`;
}

/** The container of NestJS makes the class with all that it injects. */
function serviceOpening(
  app: DetectedApp,
  load: string,
  name: string,
): Omit<Opening, "label" | "action"> {
  const { imports, stop, lines } = nestOpening(app, "module");
  const [loadModule = "", ...start] = lines;
  return {
    imports,
    stop,
    lines: [loadModule, load, ...start, `const service = app.get(${name}, { strict: false });`],
  };
}

/** A route of a web app, by supertest. */
function routeOpening(app: DetectedApp, { route }: AppCall): Omit<Opening, "label"> {
  if (route === undefined) throw new TypeError("a route has a path");
  const { verb, path } = route;
  const send = verb === "get" || verb === "delete" ? "" : ".send({})";
  const ask = (server: string): string =>
    `() => request(${server}).${verb}(${JSON.stringify(path)})${send}`;
  const note = send === "" ? [] : ["// The body is what your route expects in it."];
  if (route.app.of === "nest") {
    const { imports, stop, lines } = nestOpening(app, "server");
    return {
      imports: [...(imports ?? []), supertest(app)],
      stop,
      lines: [...lines, "const server = app.getHttpServer();", ...note],
      action: ask("server"),
    };
  }
  return {
    imports: [supertest(app)],
    lines: [...expressOpening(app, route.app), ...note],
    action: ask("app"),
  };
}
