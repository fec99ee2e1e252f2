/**
 * Finds the clients of Entra in the sources of a project: MSAL's applications, the credentials of
 * @azure/identity, Auth.js' provider and passport-saml's strategies, each with what it is given.
 */
import type { Evaluator, Value } from "./evaluate.ts";
import { findProvider } from "./find-provider.ts";
import type { ClientKind, FoundClient } from "./found-client.ts";
import { ownModules, visitOwnNodes } from "./own-sources.ts";
import { dottedName, type Fields, type SourceModule, visitNodes } from "./source-module.ts";

interface Shape {
  readonly kind: ClientKind;
  /** Where each field stands: names of properties of the first argument, or the position of an argument. */
  readonly fields: Readonly<Partial<Record<FieldName, FieldPath>>>;
}

const fieldNames = [
  "clientId",
  "authority",
  "tenant",
  "redirectUri",
  "secret",
  "certificate",
  "assertion",
  "entryPoint",
  "entityId",
] as const;
type FieldName = (typeof fieldNames)[number];
/** Several paths: the first at which a value is. */
type FieldPath = number | readonly (readonly string[])[];

/** The path of an argument that may be a text in place of an object. */
const ITSELF: readonly string[] = [];

const msal: Shape["fields"] = {
  clientId: [["auth", "clientId"]],
  authority: [["auth", "authority"]],
  redirectUri: [["auth", "redirectUri"]],
  secret: [["auth", "clientSecret"]],
  certificate: [["auth", "clientCertificate"]],
  assertion: [["auth", "clientAssertion"]],
};

/** By the name of the class, or of the function that makes one. */
const shapesByName: Readonly<Record<string, Shape>> = {
  PublicClientApplication: { kind: "page", fields: msal },
  createStandardPublicClientApplication: { kind: "page", fields: msal },
  createNestablePublicClientApplication: { kind: "page", fields: msal },
  ConfidentialClientApplication: { kind: "confidential", fields: msal },
  ManagedIdentityApplication: {
    kind: "managed-identity",
    fields: { clientId: [["managedIdentityIdParams", "userAssignedClientId"]] },
  },
  ClientSecretCredential: { kind: "credential", fields: { tenant: 0, clientId: 1, secret: 2 } },
  ClientCertificateCredential: {
    kind: "credential",
    fields: { tenant: 0, clientId: 1, certificate: 2 },
  },
  ClientAssertionCredential: {
    kind: "credential",
    fields: { tenant: 0, clientId: 1, assertion: 2 },
  },
  DeviceCodeCredential: {
    kind: "public",
    fields: { tenant: [["tenantId"]], clientId: [["clientId"]] },
  },
  EnvironmentCredential: { kind: "credential", fields: {} },
  DefaultAzureCredential: {
    kind: "managed-identity",
    fields: { clientId: [["managedIdentityClientId"]] },
  },
  ManagedIdentityCredential: {
    kind: "managed-identity",
    fields: { clientId: [["clientId"], ITSELF] },
  },
  Strategy: saml(),
  SamlStrategy: saml(),
  MultiSamlStrategy: saml(),
  SAML: saml(),
};

function saml(): Shape {
  return {
    kind: "saml",
    fields: {
      entryPoint: [["entryPoint"]],
      entityId: [["issuer"]],
      redirectUri: [["callbackUrl"]],
      certificate: [["idpCert"], ["cert"]],
    },
  };
}

/** A map, as names of the sources such as `toString` are properties of every object. */
const shapes: ReadonlyMap<string, Shape> = new Map(Object.entries(shapesByName));

const UNKNOWN: Value = { kind: "unknown" };

/** Every client of the modules, in the order of their paths. Tests of the project are not looked at. */
export function findClients(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly FoundClient[] {
  const found: FoundClient[] = [];
  visitOwnNodes(modules, (node, module) => {
    const client = clientAt(node, module, evaluator);
    if (client !== undefined) found.push(client);
  });
  const known = found.length > 0 ? withSharedConfiguration(found, modules, evaluator) : found;
  // Other packages have a class of that name as well.
  return known.filter(
    ({ kind, path, entryPoint }) =>
      kind !== "saml" ||
      entryPoint.kind !== "unknown" ||
      [...(modules.get(path)?.imports.values() ?? [])].some(({ from }) => SAML_PACKAGE.test(from)),
  );
}

const SAML_PACKAGE = /^(?:@node-saml\/|passport-saml|passport-wsfed-saml2|node-saml)/;

function clientAt(
  node: Fields,
  module: SourceModule,
  evaluator: Evaluator,
): FoundClient | undefined {
  if (node.type === "ImportDeclaration") return findProvider(node, module, evaluator);
  if (node.type !== "NewExpression" && node.type !== "CallExpression") return undefined;
  const names = (dottedName(node.callee) ?? "").split(".");
  // `PublicClientApplication.createPublicClientApplication(config)` makes one as well.
  // `import { Strategy as AzureStrategy }` calls it by another name.
  const imported = module.imports.get(names.length === 1 ? (names[0] ?? "") : "");
  const isPackage = imported !== undefined && !/^[.~]|^@\//.test(imported.from);
  const called = [...names, ...(isPackage ? [imported.name] : [])].findLast((name) =>
    shapes.has(name),
  );
  const shape = called === undefined ? undefined : shapes.get(called);
  if (called === undefined || shape === undefined) return undefined;
  if (shape.kind === "page" && isFromMsalNode(module)) return read("public");
  return read(shape.kind);

  function read(kind: ClientKind): FoundClient | undefined {
    if (node.type !== "NewExpression" && node.type !== "CallExpression") return undefined;
    const values = node.arguments.map((argument) => evaluator.evaluate(argument, module));
    const field = (name: FieldName): Value => {
      const path = shape?.fields[name];
      if (path === undefined) return UNKNOWN;
      if (typeof path === "number") return values[path] ?? UNKNOWN;
      for (const keys of path) {
        const value = evaluator.property(values[0] ?? UNKNOWN, ...keys);
        if (value.kind !== "unknown" && (keys !== ITSELF || value.kind === "text")) return value;
      }
      return UNKNOWN;
    };
    // An assertion is mostly a function, of which nothing is known but that it is there.
    const has = (name: "certificate" | "assertion"): boolean =>
      field(name).kind !== "unknown" || isGiven(name);
    const isGiven = (name: FieldName): boolean => {
      const path = shape?.fields[name];
      if (typeof path === "number") return node.arguments[path] !== undefined;
      return (path ?? []).some((keys) => evaluator.has(values[0] ?? UNKNOWN, ...keys));
    };
    return {
      kind,
      called: called ?? "",
      path: module.path,
      line: node.loc?.start.line ?? 1,
      clientId: field("clientId"),
      authority: field("authority"),
      tenant: field("tenant"),
      redirectUri: field("redirectUri"),
      secret: field("secret"),
      usesCertificate: kind !== "saml" && (has("certificate") || has("assertion")),
      usesAssertion: has("assertion"),
      certificate: field("certificate"),
      entryPoint: field("entryPoint"),
      entityId: field("entityId"),
    };
  }
}

function isFromMsalNode({ imports, specifiers }: SourceModule): boolean {
  return (
    specifiers.includes("@azure/msal-node") ||
    [...imports.values()].some(({ from }) => from === "@azure/msal-node")
  );
}

/**
 * A configuration may reach its client through a parameter, a service or a framework's provider.
 * Then the one object of the project that looks like a configuration of MSAL is meant.
 */
function withSharedConfiguration(
  clients: readonly FoundClient[],
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly FoundClient[] {
  const isWithout = ({ kind, clientId }: FoundClient): boolean =>
    clientId.kind === "unknown" &&
    (kind === "page" || kind === "confidential" || kind === "public");
  if (!clients.some(isWithout)) return clients;
  const shared = findConfiguration(modules, evaluator);
  if (shared === undefined) return clients;
  return clients.map((client) => (isWithout(client) ? { ...client, ...shared } : client));
}

function findConfiguration(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): Partial<FoundClient> | undefined {
  for (const module of ownModules(modules)) {
    let found: Partial<FoundClient> | undefined;
    visitNodes(module.program, (node) => {
      if (found !== undefined || node.type !== "ObjectExpression") return;
      const whole = evaluator.evaluate(node, module);
      const auth = evaluator.property(whole, "auth");
      const fields = auth.kind === "object" ? auth : whole;
      const clientId = evaluator.property(fields, "clientId");
      const authority = evaluator.property(fields, "authority");
      const tenant = evaluator.property(fields, "tenantId");
      const isOfEntra = [authority, tenant].some(({ kind }) => kind === "text");
      if (clientId.kind !== "text" || (auth.kind !== "object" && !isOfEntra)) return;
      found = {
        clientId,
        authority,
        tenant,
        redirectUri: evaluator.property(fields, "redirectUri"),
        secret: evaluator.property(fields, "clientSecret"),
        certificate: evaluator.property(fields, "clientCertificate"),
        usesCertificate: evaluator.has(fields, "clientCertificate"),
      };
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
