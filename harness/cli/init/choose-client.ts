/** Which of the clients in the sources the tests are about, and what kind of app that makes. */
import { HarnessError } from "../../core/errors.ts";
import type { AppKind, Choices } from "./choices.ts";
import type { FoundClient } from "./found-client.ts";
import type { Project } from "./read-project.ts";
import { dottedName, type SourceModule, visitNodes } from "./source-module.ts";

/** The first client of a kind that has tests; throws `bad-usage` with what was found instead. */
export function chooseClient(
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
    const kind = appKindOf(client, modules, project);
    return kind === undefined ? [] : [{ kind, client }];
  });
  const found = kinds.find(({ kind }) => wanted === undefined || kind === wanted);
  if (found !== undefined) return found;
  const { workspaces } = project.manifest;
  const others = [
    ...new Set(clients.map(({ called, path, line }) => `${called} in ${path}:${line}`)),
  ];
  if (others.length > 0) {
    throw new HarnessError(
      "bad-usage",
      wanted === undefined
        ? `init has no tests yet for what it found: ${others.join(", ")}`
        : `found no app of the kind "${wanted}", but ${others.join(", ")}`,
      {
        hint: "Write the first test by hand: node_modules/brownout/docs/guide/README.md",
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
  { manifest: { dependencies } }: Project,
): AppKind | undefined {
  if (client.kind === "page") return "page";
  if (client.kind === "managed-identity") return "managed-identity";
  if (client.kind === "credential") return "job";
  if (client.kind === "saml") return "saml";
  if (client.kind === "auth-js") return dependencies["next"] === undefined ? undefined : "next";
  if (client.kind === "public")
    return client.called === "DeviceCodeCredential" || calls(modules, "acquireTokenByDeviceCode")
      ? "native"
      : undefined;
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

/** What is missing may be in what was not read. */
export function leftOutLines(leftOut: readonly string[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const more = leftOut.length - LEFT_OUT_SHOWN;
  return [
    "These were left out:",
    ...leftOut.slice(0, LEFT_OUT_SHOWN).map((one) => `- ${one}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}

const LEFT_OUT_SHOWN = 10;
