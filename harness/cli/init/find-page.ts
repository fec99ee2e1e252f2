/** What is known of a single-page app without opening it: how it is served, and how a person signs in. */
import type { Evaluator } from "./evaluate.ts";
import { findClicks } from "./find-clicks.ts";
import { findGuardedRoute } from "./find-guarded-route.ts";
import { plainText } from "./find-runner.ts";
import type { Project } from "./read-project.ts";
import type { Click } from "./sign-in-clicks.ts";
import { visitOwnNodes } from "./own-sources.ts";
import { dottedName, nameOf, type SourceModule, visitNodes } from "./source-module.ts";

/** A page that Playwright can open. */
export interface FoundPage {
  /** The script of package.json that serves it; undefined when there is none. */
  readonly script: string | undefined;
  /** `http://localhost:5173`; undefined when its port is not known. */
  readonly origin: string | undefined;
  /** In order; empty when the page signs in by itself, undefined when nothing was found. */
  readonly clicks: readonly Click[] | undefined;
  /** A route that only people who are signed in may open: `profile`, `#/profile`. */
  readonly guardedRoute: string | undefined;
  /** Addresses of Microsoft Graph in the sources. */
  readonly graphUrls: readonly string[];
  /** Other hosts from which index.html loads something. */
  readonly hosts: readonly string[];
}

/** Reads it off scripts, settings and sources. */
export function findPage(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): FoundPage {
  const { scripts } = project.manifest;
  const script = ["dev", "start", "serve"].find((name) => scripts[name] !== undefined);
  const port = findPort(scripts[script ?? ""] ?? "", project, modules, evaluator);
  const guardedRoute = findGuardedRoute(modules, evaluator);
  return {
    script,
    origin: port === undefined ? undefined : `http://localhost:${port}`,
    // A person who opens a guarded route is sent to sign in.
    clicks: findClicks(project, modules) ?? (guardedRoute === undefined ? undefined : []),
    guardedRoute,
    graphUrls: findGraphUrls(modules),
    hosts: findHosts(project),
  };
}

const defaultPorts: readonly (readonly [RegExp, number])[] = [
  [/\bng serve\b|\bng s\b|\bnx serve\b/, 4200],
  [/\breact-scripts start\b|\bnext\b/, 3000],
  [/\bvue-cli-service\b|\bwebpack(?:-dev-server| serve)\b|\bhttp-server\b/, 8080],
  [/\bparcel\b/, 1234],
  [/\bvite preview\b/, 4173],
  [/\bvite\b/, 5173],
  [/\bserve\b|\blite-server\b/, 3000],
];

function findPort(
  command: string,
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): string | undefined {
  const given = /(?:--port[ =]|\s-p[ =]?|\bPORT=|--listen[ =]|\s-l[ =]?)(\d{2,5})\b/.exec(
    command,
  )?.[1];
  if (given !== undefined) return given;
  const known = defaultPorts.find(([pattern]) => pattern.test(command))?.[1];
  if (known === 4200) {
    const angular = project.files.get("angular.json")?.text ?? "";
    return /"port"\s*:\s*(\d{2,5})/.exec(angular)?.[1] ?? String(known);
  }
  const configured = portIn(modules, evaluator, /\.config\.[cm]?[jt]s$/, "port");
  if (configured !== undefined) return configured;
  if (known !== undefined) return String(known);
  return portIn(modules, evaluator, /^(?:server|index|app|src\/server)\b.*\.[cm]?[jt]s$/, "listen");
}

/** A port in a configuration, or the one that a small server of the project's own listens at. */
function portIn(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  files: RegExp,
  field: "port" | "listen",
): string | undefined {
  for (const module of modules.values()) {
    if (!files.test(module.path)) continue;
    let port: string | undefined;
    visitNodes(module.program, (node) => {
      const value =
        field === "port"
          ? node.type === "ObjectProperty" && nameOf(node.key) === "port"
            ? node.value
            : undefined
          : node.type === "CallExpression" && (dottedName(node.callee) ?? "").endsWith(".listen")
            ? node.arguments[0]
            : undefined;
      const evaluated = evaluator.evaluate(value, module);
      const text =
        plainText(evaluated) ??
        (evaluated.kind === "text"
          ? evaluated.parts.map((part) => (part.kind === "variable" ? part.otherwise : "")).join("")
          : undefined);
      if (text !== undefined && /^\d{2,5}$/.test(text)) port ??= text;
    });
    if (port !== undefined) return port;
  }
  return undefined;
}

function findGraphUrls(modules: ReadonlyMap<string, SourceModule>): readonly string[] {
  const urls = new Set<string>();
  visitOwnNodes(modules, (node) => {
    if (node.type !== "StringLiteral") return;
    // A query is no part of the address that is answered.
    const [address = ""] = node.value.split("?", 1);
    if (/^https:\/\/graph\.microsoft\.com\/[\w./-]+$/.test(address)) {
      if (!address.endsWith(".default") && !/\/[A-Z]\w+\.[A-Z]/.test(address)) urls.add(address);
    }
  });
  return [...urls];
}

function findHosts({ files }: Project): readonly string[] {
  const hosts = new Set<string>();
  for (const { path, text } of files.values()) {
    if (!/^(?:(?:public|src)\/)?index\.html$/.test(path)) continue;
    const loaded = text.matchAll(
      /<(?:script|link|img)\b[^<>]*?\b(?:src|href)="https:\/\/([\w.-]+)[/"]/gi,
    );
    for (const [, host = ""] of loaded) hosts.add(host);
  }
  return [...hosts];
}
