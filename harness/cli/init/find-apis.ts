/** The addresses of APIs that the sources ask: by `fetch`, axios and their like. */
import { isServedUrl } from "../../network/served-hosts.ts";
import { fillIn } from "./environment.ts";
import type { Evaluator, Value } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import { isTestFile, visitOwnNodes } from "./own-sources.ts";
import { dottedName, type Fields, nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/** What the tests need to know of the APIs that the app asks. */
export interface FoundApis {
  /** Hosts at which the simulator answers, for an API of the world. */
  readonly hosts: readonly string[];
  /** Addresses at any other host, and collections of Graph, which the tests answer for. */
  readonly elsewhere: readonly string[];
  /** Variables that hold the beginning of an address: the tests set them to a host of the simulator. */
  readonly variables: Readonly<Record<string, string>>;
}

const SENDS =
  /(?:^|\.)(?:fetch|axios|got|ky|needle|superagent|http|httpService)(?:\.(?:get|post|put|patch|delete|head|request|create|extend))?$/;

/** Hosts of the world's fixtures, which need no word of ours. */
const GRAPH = "graph.microsoft.com";
const OWN = ".contoso.example";

/** Reads them off calls; what stands in no text, or is joined from what is not known, is left out. */
export function findApis(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  environment: ReadonlyMap<string, string>,
): FoundApis {
  const hosts = new Set<string>();
  const elsewhere = new Set<string>();
  const variables: Record<string, string> = {};
  for (const value of addressesIn(modules, evaluator)) {
    const first =
      value.kind === "text"
        ? value.parts.find((part) => part.kind !== "text" || part.text !== "")
        : undefined;
    const known = fillIn(value, { environment })?.text;
    const url = known === undefined ? null : URL.parse(known);
    if (first?.kind === "variable" && !isServed(url)) {
      const invented = inventedFor(first.name, environment.get(first.name));
      variables[first.name] = invented.href.replace(/\/$/, "");
      hosts.add(invented.hostname);
    } else if (url !== null && /^https?:$/.test(url.protocol)) {
      if (url.hostname.endsWith(OWN)) hosts.add(url.hostname);
      else if (!isServedUrl(url)) elsewhere.add(url.origin + url.pathname);
    }
  }
  for (const path of graphPaths(modules, evaluator)) elsewhere.add(`https://${GRAPH}/v1.0${path}`);
  return { hosts: [...hosts], elsewhere: [...elsewhere], variables };
}

/** `client.api("/users")` of Graph's own client, whose iterators want a list in the answer. */
function graphPaths(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly string[] {
  const found: string[] = [];
  for (const module of modules.values()) {
    if (isTestFile(module.path) || !module.specifiers.includes(GRAPH_CLIENT)) continue;
    visitNodes(module.program, (node) => {
      if (node.type !== "CallExpression") return;
      if (nameOf((node.callee as Fields)["property"]) !== "api") return;
      const path = plainText(evaluator.evaluate(node.arguments[0], module));
      if (path !== undefined && /^\/[^?]*$/.test(path)) found.push(path);
    });
  }
  return found;
}

const GRAPH_CLIENT = "@microsoft/microsoft-graph-client";

function isServed(url: URL | null): boolean {
  return url !== null && (url.hostname === GRAPH || isServedUrl(url));
}

/** `ORDERS_API_URL` is `https://orders-api.contoso.example`, with the path that the environment gives it. */
function inventedFor(variable: string, known: string | undefined): URL {
  const words = variable.toLowerCase().split(/[^a-z0-9]+/);
  const label = words.filter((word) => !NO_NAME.test(word)).join("-");
  const path = URL.parse(known ?? "")?.pathname ?? "/";
  return new URL(path, `https://${label === "" ? "api" : label}${OWN}`);
}

const NO_NAME = /^(?:url|uri|endpoint|host|base|address|vite|next|public|react|app|)$/;

function addressesIn(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly Value[] {
  const found: Value[] = [];
  visitOwnNodes(modules, (node, module) => {
    if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return;
    if (!SENDS.test(dottedName(node.callee) ?? "")) return;
    const [first] = node.arguments;
    const given = evaluator.evaluate(first, module);
    const beginning = evaluator.beginning(first, module);
    found.push(
      given,
      // Below a variable the path makes no difference: the tests choose the host.
      ...(given.kind === "unknown" && beginsWithVariable(beginning) ? [beginning] : []),
      ...["url", "baseURL", "prefixUrl"].map((name) => evaluator.property(given, name)),
    );
  });
  return found.filter(({ kind }) => kind === "text");
}

function beginsWithVariable(value: Value): boolean {
  return (
    value.kind === "text" &&
    value.parts.find((part) => part.kind !== "text" || part.text !== "")?.kind === "variable"
  );
}
