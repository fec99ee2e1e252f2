/**
 * Puts together what was found in a project and what was given on the command line, and names all
 * that is missing at once.
 */
import { HarnessError } from "../../core/errors.ts";
import { fromRegistration } from "../../entra/directory/from-registration.ts";
import type { AppSketch } from "../../entra/directory/world-sketch.ts";
import type { AppKind, Choices } from "./choices.ts";
import { type ClientFields, environmentOf, fieldsOf } from "./client-fields.ts";
import { detectNest } from "./detect-nest.ts";
import { type DetectedWebApp, detectWebApp } from "./detect-web.ts";
import { readEnvironment } from "./environment.ts";
import { createEvaluator, type Evaluator, type Value } from "./evaluate.ts";
import { type AppCall, callName, findCalls, findNamedCall } from "./find-calls.ts";
import { findClients, findScopes, type FoundClient, scopesOf } from "./find-clients.ts";
import { findHandlers } from "./find-functions.ts";
import type { NestModule } from "./find-nest.ts";
import { findPage, type FoundPage } from "./find-page.ts";
import {
  findPackageManager,
  findPlacement,
  findRunner,
  findStyle,
  type PackageManager,
  type Placement,
  plainText,
  type Runner,
  runners,
  type Style,
} from "./find-runner.ts";
import { mochaOptions } from "./mocha-options.ts";
import type { Project } from "./read-project.ts";
import { parseSources, type SourceModule, visitNodes, dottedName } from "./source-module.ts";

/** The app's registration, as far as the sources show it. */
export interface Registration {
  readonly tenant: string;
  readonly domain?: string;
  readonly clientId: string;
  /** False for a managed identity that no one names: its client id is made up. */
  readonly isClientIdKnown: boolean;
  readonly redirectUris: readonly string[];
  /** Delegated permissions. */
  readonly scopes: readonly string[];
  /** APIs other than Graph for which tokens are requested. */
  readonly apis: readonly string[];
  readonly isMultiTenant: boolean;
  readonly saml?: { readonly entityId: string; readonly certificateVariable: string };
}

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
  readonly call?: AppCall;
  /** Other calls that could have been taken. */
  readonly otherCalls: readonly string[];
  readonly page?: FoundPage & { readonly origin: string };
  readonly web?: DetectedWebApp;
  /** The module of NestJS whose container makes the class of the call. */
  readonly nestModule?: NestModule;
  /** What people should know before they agree. */
  readonly notes: readonly string[];
}

/** Finds out; throws `bad-usage` that names everything that is missing. */
export async function detect(project: Project, choices: Choices): Promise<DetectedApp> {
  const { modules, leftOut } = await parseSources(project.files.values());
  const notRead = [...project.leftOut, ...leftOut];
  const evaluator = createEvaluator(modules);
  const clients = findClients(modules, evaluator);
  const missing: string[] = [];
  const { kind, client } = chooseClient(project, clients, { modules, leftOut: notRead, choices });
  const runner = runnerFor(kind, project, choices);
  const style = findStyle(project, modules, runner);
  const page = kind === "page" ? pageOf(project, modules, evaluator, choices, missing) : undefined;
  const isProgram = kind === "job" || kind === "managed-identity";
  const calls = isProgram ? findCalls(modules, evaluator, clients) : [];
  const call =
    choices.call === undefined ? calls[0] : findNamedCall(choices.call, modules, evaluator);
  if (isProgram && call === undefined) missing.push(missingCall(modules, evaluator));
  const nest =
    isProgram && call?.of === "injectable"
      ? detectNest(project, { modules, evaluator, runner, missing })
      : undefined;
  const variables = readEnvironment(project);
  const registered = registeredApp(kind, choices);
  const fields = fieldsOf(client, {
    variables,
    origin: page?.origin,
    choices: registered === undefined ? choices : { clientId: registered.clientId, ...choices },
    missing,
    kind,
  });
  if (registered !== undefined && registered.clientId !== fields.clientId) {
    missing.push(
      `one client id: the sources use ${fields.clientId}, and the registration is that of ${registered.clientId}`,
    );
  }
  const web =
    kind === "web" || kind === "saml"
      ? detectWebApp(client, { modules, evaluator, variables, choices, missing })
      : undefined;
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
      style.language === "js" &&
      style.modules === "esm" &&
      !project.manifest.isModule &&
      (runner === "node-test" || runner === "mocha"),
    packages: missingPackages(project, runner, style, [
      ...(web === undefined ? [] : ["supertest"]),
      ...(nest === undefined ? [] : ["@nestjs/testing"]),
    ]),
    registration: registrationOf(kind, fields, findScopes(modules, evaluator), {
      origin: page?.origin,
      redirectUris: web?.redirectUris ?? [],
    }),
    ...(registered === undefined
      ? {}
      : { registered: withSaml(registered, fields, web?.redirectUris ?? []) }),
    environment: { ...web?.environment, ...environmentOf(client, fields) },
    ...(web === undefined ? {} : { web }),
    ...(nest === undefined ? {} : { nestModule: nest.module }),
    ...(!isProgram || call === undefined ? {} : { call }),
    otherCalls: calls.filter((one) => one !== call).map(callName),
    ...(page === undefined ? {} : { page }),
    notes: [...notRead, ...fields.notes, ...(nest?.notes ?? [])],
  };
}

/** Playwright for pages, the project's own for everything else; throws `bad-usage` for a choice that does not fit. */
function runnerFor(kind: AppKind, project: Project, { runner }: Choices): Runner {
  const isPage = kind === "page";
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

const registeredKinds = { page: "spa", web: "web", saml: "web", job: "daemon" } as const;

function registeredApp(kind: AppKind, { registration }: Choices): AppSketch | undefined {
  if (registration === undefined) return undefined;
  if (kind !== "managed-identity")
    return fromRegistration(registration, { kind: registeredKinds[kind] });
  throw new HarnessError("bad-usage", "a managed identity has no app registration", {
    hint: "Leave the file out; --client-id names a user-assigned identity.",
  });
}

/** An app whose sources sign in by SAML, with what its registration does not say of it. */
function withSaml(
  registered: AppSketch,
  { saml: found }: ClientFields,
  replyUrls: readonly string[],
): AppSketch {
  if (found === undefined) return registered;
  const { saml, identifierUris = [], redirectUris = [] } = registered;
  const isWithout = saml === undefined;
  return {
    ...registered,
    saml: {
      ...(isWithout || identifierUris.length === 0 ? { identifiers: [found.entityId] } : {}),
      ...(isWithout || redirectUris.length === 0 ? { replyUrls } : {}),
      ...saml,
    },
  };
}

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

/** What is missing may be in what was not read. */
function leftOutLines(leftOut: readonly string[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const more = leftOut.length - LEFT_OUT_SHOWN;
  return [
    "These were left out:",
    ...leftOut.slice(0, LEFT_OUT_SHOWN).map((one) => `- ${one}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}

const LEFT_OUT_SHOWN = 10;

function chooseClient(
  project: Project,
  clients: readonly FoundClient[],
  {
    modules,
    leftOut,
    choices: { kind: wanted },
  }: {
    readonly modules: ReadonlyMap<string, SourceModule>;
    readonly leftOut: readonly string[];
    readonly choices: Choices;
  },
): { readonly kind: AppKind; readonly client: FoundClient } {
  const kinds = clients.flatMap((client) => {
    const kind = appKindOf(client, modules);
    return kind === undefined ? [] : [{ kind, client }];
  });
  const found = kinds.find(({ kind }) => wanted === undefined || kind === wanted);
  if (found !== undefined) return found;
  const { workspaces } = project.manifest;
  const others = [
    ...new Set(clients.map(({ called, path, line }) => `${called} in ${path}:${line}`)),
  ];
  if (others.length > 0) {
    const isNextAuth =
      project.manifest.dependencies["next"] !== undefined &&
      clients.some(({ kind }) => kind === "auth-js");
    throw new HarnessError(
      "bad-usage",
      wanted === undefined
        ? `init has no tests yet for what it found: ${others.join(", ")}`
        : `found no app of the kind "${wanted}", but ${others.join(", ")}`,
      {
        hint: `Write the first test by hand: node_modules/brownout/docs/guide/${isNextAuth ? "nextjs" : "README"}.md`,
      },
    );
  }
  const nothing = ["found no client of Entra in the sources", ...leftOutLines(leftOut)];
  throw new HarnessError("bad-usage", nothing.join("\n"), {
    place: project.root,
    hint:
      workspaces.length > 0
        ? `Run init in the folder of one app: ${workspaces.join(", ")}.`
        : "Looked for PublicClientApplication, ConfidentialClientApplication, ManagedIdentityApplication, the credentials of @azure/identity and strategies of passport-saml in .ts, .js, .vue and .html files.",
  });
}

function appKindOf(
  client: FoundClient,
  modules: ReadonlyMap<string, SourceModule>,
): AppKind | undefined {
  if (client.kind === "page") return "page";
  if (client.kind === "managed-identity") return "managed-identity";
  if (client.kind === "credential") return "job";
  if (client.kind === "saml") return "saml";
  if (client.kind !== "confidential") return undefined;
  if (calls(modules, "acquireTokenByCode")) return "web";
  return calls(modules, "acquireTokenByClientCredential") ? "job" : undefined;
}

function calls(modules: ReadonlyMap<string, SourceModule>, method: string): boolean {
  let isCalled = false;
  for (const module of modules.values())
    visitNodes(module.program, (node) => {
      if (node.type === "CallExpression" && (dottedName(node.callee) ?? "").endsWith(`.${method}`))
        isCalled = true;
      if (node.type === "MemberExpression" && (node.property as { name?: string }).name === method)
        isCalled = true;
    });
  return isCalled;
}

function pageOf(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  { url }: Choices,
  missing: string[],
): FoundPage & { readonly origin: string } {
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

function registrationOf(
  kind: AppKind,
  fields: ClientFields,
  scopeValues: readonly Value[],
  addresses: { readonly origin: string | undefined; readonly redirectUris: readonly string[] },
): Registration {
  const { clientId, isClientIdKnown, tenant, domain, isMultiTenant, redirectUri, saml } = fields;
  const { origin } = addresses;
  const scopes = scopesOf(scopeValues.map(plainText).filter((text) => text !== undefined));
  const permissions = scopes.filter((scope) => !scope.endsWith("/.default"));
  const apis = scopes
    .filter((scope) => scope.endsWith("/.default"))
    .map((scope) => scope.replace(/\/?\/\.default$/, ""))
    .filter((api) => api !== "https://graph.microsoft.com");
  const address = origin === undefined ? redirectUri : addressOf(redirectUri, origin);
  return {
    tenant,
    ...(domain === undefined ? {} : { domain }),
    clientId,
    isClientIdKnown,
    redirectUris:
      kind === "page" && address !== undefined
        ? [...new Set([address, `${origin ?? ""}/`])]
        : addresses.redirectUris,
    scopes: kind === "page" || kind === "web" ? permissions : [],
    apis: kind === "page" ? [] : apis,
    isMultiTenant,
    ...(saml === undefined ? {} : { saml }),
  };
}

/** A redirect URI may be a path; without one MSAL takes the page itself. */
function addressOf(redirectUri: string | undefined, origin: string): string {
  return URL.parse(redirectUri ?? "/", `${origin}/`)?.href ?? `${origin}/`;
}
