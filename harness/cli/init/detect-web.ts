/** Puts together what is known of a web app on Express or NestJS: what makes it, its paths, and how it is configured. */
import type { Choices } from "./choices.ts";
import { fillIn, isSecretName } from "./environment.ts";
import { type Evaluator, type Value, variableRead } from "./evaluate.ts";
import type { FoundClient } from "./found-client.ts";
import { findHiddenSetup, findNestRoutes, findNestSetup } from "./find-nest.ts";
import {
  bestRoute,
  findAnswerPath,
  findRoutes,
  findWebApps,
  type FoundWebApp,
  type Route,
  routeBefore,
} from "./find-web-app.ts";
import { isNode, nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/** A web app that supertest can drive. */
export interface DetectedWebApp {
  readonly app:
    | FoundWebApp
    | {
        /** The container makes it, of the app's root module. */
        readonly of: "nest";
        readonly setup?: { readonly path: string; readonly exported: string };
      };
  /** The path that sends people to Entra. */
  readonly signInPath: string;
  /** A page for those who are signed in; undefined when no route looks like one. */
  readonly page: Route | undefined;
  /** What has to be opened before it: it gets the token that the page uses, and redirects. */
  readonly before: Route | undefined;
  /** Absolute addresses to which Entra sends its answers. */
  readonly redirectUris: readonly string[];
  /** Variables that the app needs, apart from those of its client. */
  readonly environment: Readonly<Record<string, string>>;
}

interface WebSources {
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly evaluator: Evaluator;
  readonly variables: ReadonlyMap<string, string>;
  readonly choices: Choices;
  readonly missing: string[];
  readonly isNest: boolean;
}

/** Reads it off the sources; what is missing is added to `missing`. */
export function detectWebApp(client: FoundClient, sources: WebSources): DetectedWebApp {
  const { modules, evaluator, choices, missing, isNest } = sources;
  const app = isNest ? nestApp(sources) : findWebApps(modules)[0];
  if (app === undefined && !isNest) {
    missing.push(
      "an exported Express app, which supertest takes without a port: module.exports = app, or export const app = express()",
    );
  }
  const routes = isNest ? findNestRoutes(modules, evaluator) : findRoutes(modules, evaluator);
  const signInPath = choices.signIn ?? bestRoute(routes, ({ signsIn }) => signsIn)?.path;
  if (signInPath === undefined)
    missing.push("the path that sends people to Entra: --sign-in /auth/signin");
  const environment: Record<string, string> = needsOfSession(modules);
  const redirectUris = redirectUrisOf(client, sources, {
    environment,
    answerPath: findAnswerPath(routes),
  });
  if (redirectUris.length === 0)
    missing.push("a redirect URI, or callbackUrl, that the sources show as an absolute address");
  const others = routes.filter(({ path }) => path !== signInPath);
  const page = bestRoute(others, ({ needsUser }) => needsUser);
  return {
    app: app ?? { path: client.path, exported: "default", of: "value" },
    signInPath: signInPath ?? "/",
    page,
    before: routeBefore(page, others),
    redirectUris,
    environment,
  };
}

/** The root module, and the function that gives the app its sessions, unless the modules do. */
function nestApp({ modules, missing }: WebSources): DetectedWebApp["app"] {
  const setup = findNestSetup(modules);
  const hidden = setup === undefined ? findHiddenSetup(modules) : undefined;
  if (hidden !== undefined)
    missing.push(
      `what ${hidden} gives the app before it listens, such as its sessions, as a function that a test can call as well: export function configure(app: INestApplication) { app.use(session(…)); }`,
    );
  return { of: "nest", ...(setup === undefined ? {} : { setup }) };
}

/** Secrets of sessions, and the addresses that samples leave to be filled in. */
function needsOfSession(modules: ReadonlyMap<string, SourceModule>): Record<string, string> {
  const needs: Record<string, string> = {};
  for (const module of modules.values())
    visitNodes(module.program, (node) => {
      const name = variableRead(node);
      if (name === undefined) return;
      if (/session|cookie/i.test(name) && isSecretName(name))
        needs[name] = "fixture-session-secret";
      if (/graph/i.test(name) && /endpoint|url|host|api/i.test(name))
        needs[name] = "https://graph.microsoft.com/";
    });
  return needs;
}

/** Every `redirectUri` and `callbackUrl` of the sources; a variable without a value gets one. */
function redirectUrisOf(
  client: FoundClient,
  { modules, evaluator, variables }: WebSources,
  {
    environment,
    answerPath,
  }: {
    readonly environment: Record<string, string>;
    readonly answerPath: string | undefined;
  },
): readonly string[] {
  const values: Value[] = [client.redirectUri];
  for (const module of modules.values())
    visitNodes(module.program, (node) => {
      if (node.type !== "ObjectProperty" && node.type !== "VariableDeclarator") return;
      const name = nameOf(node.type === "ObjectProperty" ? node.key : node.id);
      const value = node.type === "ObjectProperty" ? node.value : node.init;
      if (name === undefined || !isNode(value)) return;
      if (/^(?:(?:POST_)?REDIRECT_URI|redirectUri|callbackUrl)$/i.test(name))
        values.push(evaluator.evaluate(value, module));
    });
  const found = values.flatMap((value) => {
    const { text, variables: names = [] } = fillIn(value, { environment: variables }) ?? {};
    const [variable, ...more] = names;
    const invented = answerPath === undefined ? undefined : `http://localhost:3000${answerPath}`;
    const uri = text ?? (variable !== undefined && more.length === 0 ? invented : undefined);
    if (uri === undefined || !/^https?:\/\//.test(uri)) return [];
    if (variable !== undefined && more.length === 0) environment[variable] = uri;
    return [uri];
  });
  return [...new Set(found)];
}
