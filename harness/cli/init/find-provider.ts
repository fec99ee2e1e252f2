/** The provider of Auth.js (NextAuth) for Entra: what it is given, or reads from the environment by itself. */
import type { ImportDeclaration } from "@babel/types";
import type { Evaluator, Value } from "./evaluate.ts";
import type { FoundClient } from "./found-client.ts";
import { plainText } from "./find-runner.ts";
import { nameOf, type SourceModule, visitNodes } from "./source-module.ts";

const PROVIDER = /^(?:next-auth|@auth\/[\w-]+)\/providers\/(microsoft-entra-id|azure-ad)$/;

const UNKNOWN: Value = { kind: "unknown" };

/** The client of an import of the provider, which has any name, and need not be called: `providers: [Entra]`. */
export function findProvider(
  { source, specifiers, loc }: ImportDeclaration,
  module: SourceModule,
  evaluator: Evaluator,
): FoundClient | undefined {
  const provider = PROVIDER.exec(source.value)?.[1];
  if (provider === undefined) return undefined;
  const called = specifiers[0]?.local.name ?? "Auth.js";
  const { options, basePath } = callsIn(module, called, evaluator);
  const option = (name: string): Value => evaluator.property(options, name);
  const id = plainText(option("id")) ?? provider;
  const prefix = `AUTH_${id.replaceAll("-", "_").toUpperCase()}`;
  const orRead = (value: Value, name: string): Value =>
    value.kind === "unknown"
      ? { kind: "text", parts: [{ kind: "variable", name: `${prefix}_${name}` }] }
      : value;
  const tenant = option("tenantId");
  return {
    kind: "auth-js",
    called,
    path: module.path,
    line: loc?.start.line ?? 1,
    clientId: orRead(option("clientId"), "ID"),
    secret: orRead(option("clientSecret"), "SECRET"),
    tenant,
    authority: tenant.kind === "unknown" ? orRead(option("issuer"), "ISSUER") : UNKNOWN,
    redirectUri: UNKNOWN,
    callbackPath: `${basePath}/callback/${id}`,
    usesCertificate: false,
    usesAssertion: false,
    certificate: UNKNOWN,
    entryPoint: UNKNOWN,
    entityId: UNKNOWN,
  };
}

/** What the provider is called with, and the path of Auth.js. */
function callsIn(
  module: SourceModule,
  called: string,
  evaluator: Evaluator,
): { readonly options: Value; readonly basePath: string } {
  let options = UNKNOWN;
  let basePath: string | undefined;
  visitNodes(module.program, (node) => {
    if (node.type === "CallExpression" && nameOf(node.callee) === called)
      options = evaluator.evaluate(node.arguments[0], module);
    if (node.type === "ObjectProperty" && nameOf(node.key) === "basePath")
      basePath ??= plainText(evaluator.evaluate(node.value, module));
  });
  return { options, basePath: basePath ?? "/api/auth" };
}
