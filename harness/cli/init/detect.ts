/**
 * Puts together what was found in a project and what was given on the command line, and names all
 * that is missing at once.
 */
import { HarnessError } from "../../core/errors.ts";
import type { AppSketch } from "../../entra/directory/world-sketch.ts";
import type { AppKind, Choices } from "./choices.ts";
import { chooseClient, leftOutLines } from "./choose-client.ts";
import { type ClientFields, environmentOf, fieldsOf } from "./client-fields.ts";
import { detectNest } from "./detect-nest.ts";
import { detectNext, type DetectedNext } from "./detect-next.ts";
import { type DetectedWebApp, detectWebApp } from "./detect-web.ts";
import { readEnvironment } from "./environment.ts";
import { createEvaluator, type Evaluator } from "./evaluate.ts";
import { findApis, type FoundApis } from "./find-apis.ts";
import { type AppCall, callName, findCalls, findNamedCall } from "./find-calls.ts";
import type { FoundCertificate } from "./find-certificate.ts";
import { findClients } from "./find-clients.ts";
import type { FoundClient } from "./found-client.ts";
import { findHandlers } from "./find-functions.ts";
import type { NestModule } from "./find-nest.ts";
import { findPage, type FoundPage } from "./find-page.ts";
import { findScopes } from "./find-scopes.ts";
import {
  findPackageManager,
  findPlacement,
  findRunner,
  findStyle,
  type PackageManager,
  type Placement,
  type Runner,
  runners,
  type Style,
} from "./find-runner.ts";
import { mochaOptions } from "./mocha-options.ts";
import type { Project } from "./read-project.ts";
import { readAliases } from "./resolve-specifier.ts";
import { type Registration, registeredApp, registrationOf, withSaml } from "./registration.ts";
import { parseSources, type SourceModule } from "./source-module.ts";

/** All that the files of init are made from. */
export interface DetectedApp {
  readonly kind: AppKind;
  readonly client: FoundClient;
  readonly runner: Runner;
  readonly packageManager: PackageManager;
  readonly style: Style;
  readonly placement: Placement;
  /** Arguments for the runner, in place of its own configuration. */
  readonly runnerOptions: readonly string[];
  /** A JavaScript module in a package of CommonJS is called `.mjs`. */
  readonly usesModuleExtension: boolean;
  /** Packages that the tests need and the project does not have. */
  readonly packages: readonly string[];
  readonly registration: Registration;
  /** The registration itself, where it was given; it counts in place of what the sources show. */
  readonly registered?: AppSketch;
  /** What the tests set before the app is loaded; a secret is that of the simulated registration. */
  readonly environment: Readonly<Record<string, string>>;
  /** Set for an app that proves itself by a certificate. */
  readonly certificate?: FoundCertificate;
  /** The APIs that the app asks. */
  readonly apis: FoundApis;
  readonly call?: AppCall;
  /** Other calls that could have been taken. */
  readonly otherCalls: readonly string[];
  readonly page?: FoundPage & { readonly origin: string };
  readonly web?: DetectedWebApp;
  readonly next?: DetectedNext;
  /** The module of NestJS whose container makes the class of the call. */
  readonly nestModule?: NestModule;
  /** What people should know before they agree. */
  readonly notes: readonly string[];
}

/** What the parts of a detection read, and where they say what is missing. */
interface Sources {
  readonly project: Project;
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly evaluator: Evaluator;
  readonly variables: ReadonlyMap<string, string>;
  readonly choices: Choices;
  readonly missing: string[];
}

/** Finds out; throws `bad-usage` that names everything that is missing. */
export async function detect(project: Project, choices: Choices): Promise<DetectedApp> {
  const { modules, leftOut } = await parseSources(project.files.values());
  const notRead = [...project.leftOut, ...leftOut];
  const evaluator = createEvaluator(modules, readAliases(modules));
  const clients = findClients(modules, evaluator);
  const missing: string[] = [];
  const variables = readEnvironment(project);
  const sources: Sources = { project, modules, evaluator, variables, choices, missing };
  const { kind, client } = chooseClient(project, clients, { modules, leftOut: notRead, choices });
  const runner = runnerFor(kind, project, choices);
  // Beside Next's own compiler: it would check tests in TypeScript with the app.
  const style = kind === "next" ? modulesOfNode : findStyle(project, modules, runner);
  const page = kind === "page" ? pageOf(sources) : undefined;
  const { call, otherCalls } = callOf(kind, clients, sources);
  const isNestWeb = kind === "web" && project.manifest.dependencies["@nestjs/core"] !== undefined;
  const usesNest = isNestWeb || call?.of === "injectable" || call?.route?.app.of === "nest";
  const nest = usesNest ? detectNest(project, { modules, evaluator, runner, missing }) : undefined;
  const { registered, fields } = fieldsFor(kind, client, page?.origin, sources);
  const web =
    kind === "web" || kind === "saml"
      ? detectWebApp(client, { ...sources, isNest: isNestWeb })
      : undefined;
  const next = kind === "next" ? detectNext(client, modules) : undefined;
  const apis = findApis(modules, evaluator, variables);
  const scopes = findScopes(modules, evaluator, {
    environment: new Map([...variables, ...Object.entries(apis.variables)]),
    invents: kind !== "page",
  });
  if (missing.length > 0) throw missingError(client, missing, notRead);
  return {
    kind,
    client,
    runner,
    packageManager: findPackageManager(project),
    style,
    placement: findPlacement(project, modules, evaluator, runner, style.language),
    runnerOptions: runner === "mocha" ? mochaOptions(project, modules, evaluator) : [],
    usesModuleExtension:
      kind === "next" ||
      (style.language === "js" &&
        style.modules === "esm" &&
        !project.manifest.isModule &&
        (runner === "node-test" || runner === "mocha")),
    packages: missingPackages(project, runner, style, [
      ...(web === undefined && call?.route === undefined ? [] : ["supertest"]),
      ...(nest === undefined ? [] : ["@nestjs/testing"]),
    ]),
    registration: registrationOf(kind, fields, scopes.texts, {
      origin: page?.origin,
      redirectUris:
        next === undefined ? (web?.redirectUris ?? []) : [next.origin + next.callbackPath],
      hosts: apis.hosts,
    }),
    ...(registered === undefined
      ? {}
      : { registered: withSaml(registered, fields, web?.redirectUris ?? []) }),
    environment: {
      ...scopes.variables,
      ...apis.variables,
      ...web?.environment,
      ...next?.environment,
      ...environmentOf(client, fields),
    },
    ...(fields.certificate === undefined ? {} : { certificate: fields.certificate }),
    apis,
    ...(web === undefined ? {} : { web }),
    ...(next === undefined ? {} : { next }),
    ...(nest === undefined ? {} : { nestModule: nest.module }),
    ...(call === undefined ? {} : { call }),
    otherCalls,
    ...(page === undefined ? {} : { page }),
    notes: [...notRead, ...fields.notes, ...(nest?.notes ?? [])],
  };
}

/** What the tests of a program call. */
function callOf(
  kind: AppKind,
  clients: readonly FoundClient[],
  { modules, evaluator, choices, missing }: Sources,
): { readonly call?: AppCall; readonly otherCalls: readonly string[] } {
  if (["page", "web", "next", "saml"].includes(kind)) return { otherCalls: [] };
  const calls = findCalls(modules, evaluator, clients).filter(
    ({ of }) => kind !== "native" || of !== "route",
  );
  const call =
    choices.call === undefined ? calls[0] : findNamedCall(choices.call, modules, evaluator);
  if (call === undefined) missing.push(missingCall(modules, evaluator));
  return {
    ...(call === undefined ? {} : { call }),
    otherCalls: calls.filter((one) => one !== call).map(callName),
  };
}

/** The registration that was given, and what the sources say of it. */
function fieldsFor(
  kind: AppKind,
  client: FoundClient,
  origin: string | undefined,
  { variables, evaluator, choices, missing }: Sources,
): { readonly registered: AppSketch | undefined; readonly fields: ClientFields } {
  const registered = registeredApp(kind, choices);
  const fields = fieldsOf(client, {
    variables,
    evaluator,
    origin,
    choices: registered === undefined ? choices : { clientId: registered.clientId, ...choices },
    missing,
    kind,
  });
  if (registered !== undefined && registered.clientId !== fields.clientId) {
    missing.push(
      `one client id: the sources use ${fields.clientId}, and the registration is that of ${registered.clientId}`,
    );
  }
  return { registered, fields };
}

/** Playwright for pages, the project's own for everything else; throws `bad-usage` for a choice that does not fit. */
function runnerFor(kind: AppKind, project: Project, { runner }: Choices): Runner {
  const isPage = kind === "page";
  if (kind === "next") return nextRunner(runner);
  if (runner === undefined) return isPage ? "playwright" : findRunner(project);
  if (isPage === (runner === "playwright")) return runner;
  throw isPage
    ? new HarnessError("bad-usage", `--runner is "${runner}", which drives no browser`, {
        hint: "Leave the option out, or write --runner playwright",
      })
    : new HarnessError(
        "bad-usage",
        `--runner is "playwright", which is for pages, and this app is of the kind "${kind}"`,
        { hint: `Choose one of ${runners.filter((one) => one !== "playwright").join(", ")}.` },
      );
}

/** Next runs in the process of the test, and patches what other runners replace. */
function nextRunner(asked: Runner | undefined): Runner {
  if (asked === undefined || asked === "node-test") return "node-test";
  throw new HarnessError(
    "bad-usage",
    `--runner is "${asked}", and an app of Next.js is tested under node:test`,
    {
      hint: "Leave the option out: the runner of its other tests stays as it is.",
    },
  );
}

const modulesOfNode: Style = {
  language: "js",
  modules: "esm",
  loads: "import",
  ending: "",
  needsTsx: false,
};

function missingPackages(
  { manifest: { dependencies } }: Project,
  runner: Runner,
  { needsTsx }: Style,
  more: readonly string[],
): readonly string[] {
  const needed = [
    ...more,
    ...(runner === "node-test" ? [] : [runner === "playwright" ? "@playwright/test" : runner]),
    ...(needsTsx ? ["tsx"] : []),
  ];
  return needed.filter((name) => dependencies[name] === undefined);
}

const NO_CALL =
  "what the app does with a token: --call FILE#FUNCTION, an exported function without arguments, such as src/graph.ts#listUsers";

/** What a test could call, if it were exported. */
function missingCall(modules: ReadonlyMap<string, SourceModule>, evaluator: Evaluator): string {
  const [hidden] = findHandlers(modules, evaluator);
  if (hidden === undefined) return NO_CALL;
  return `the handler of the function "${hidden.trigger.functionName}" as an export of ${hidden.path}, which a test can call: export async function orders(request, context) { … }`;
}

function missingError(
  client: FoundClient,
  missing: readonly string[],
  leftOut: readonly string[],
): HarnessError {
  const found = `${client.called} in ${client.path}:${client.line}`;
  return new HarnessError(
    "bad-usage",
    [`found ${found}, but not`, ...missing.map((one) => `- ${one}`), ...leftOutLines(leftOut)].join(
      "\n",
    ),
    { hint: "Add what is missing to the command, or to the sources." },
  );
}

function pageOf({
  project,
  modules,
  evaluator,
  choices: { url },
  missing,
}: Sources): FoundPage & { readonly origin: string } {
  const page = findPage(project, modules, evaluator);
  const origin = url === undefined ? page.origin : originOf(url);
  if (origin === undefined) missing.push("where the page is served: --url http://localhost:3000");
  if (page.script === undefined && url === undefined)
    missing.push(
      'how it is served: a script "dev" or "start" in package.json, or --url of a server that runs',
    );
  return { ...page, origin: origin ?? "http://localhost" };
}

function originOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.origin;
  throw new HarnessError("bad-usage", `--url is "${url}", which is not the address of a page`, {
    hint: "Write --url http://localhost:5173",
  });
}
