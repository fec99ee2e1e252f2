/** How an app gets the certificate that it proves itself by: the variables that hold it, or its files. */
import type { Evaluator, Value } from "./evaluate.ts";
import { plainText } from "./find-runner.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type SourceModule,
  valueOf,
  visitNodes,
} from "./source-module.ts";
import { variableRead } from "./evaluate.ts";

/** What a variable holds, by the names of `clientCertificate` of brownout. */
export type CertificatePart =
  | "certificate"
  | "privateKey"
  | "thumbprint"
  | "thumbprintSha256"
  | "file";

/** A certificate of the simulated registration, or the app's own. */
export interface FoundCertificate {
  /** What the tests set each variable to. */
  readonly variables: Readonly<Record<string, CertificatePart>>;
  /** Those that are base64 of the text. */
  readonly encoded: readonly string[];
  /** The thumbprint that stands in the sources: the app has its own key. */
  readonly thumbprint?: string;
}

/** Of `clientCertificate` of MSAL, or of the third argument of `ClientCertificateCredential`; undefined where no variable leads to it. */
export function findCertificate(value: Value, evaluator: Evaluator): FoundCertificate | undefined {
  if (value.kind === "text") return ofFile(value);
  if (value.kind !== "object" || value.node.type !== "ObjectExpression") return undefined;
  const variables: Record<string, CertificatePart> = {};
  const encoded: string[] = [];
  let thumbprint: string | undefined;
  for (const property of value.node.properties) {
    if (property.type !== "ObjectProperty") continue;
    const name = nameOf(property.key) ?? "";
    const text = plainText(evaluator.evaluate(property.value, value.module));
    if (/^thumbprint/i.test(name) && text !== undefined) thumbprint = text;
    const uses = variablesIn(property.value, value.module, evaluator);
    for (const { variable, isFile, isEncoded } of uses) {
      const part = partOf(name, isFile);
      if (part === undefined) continue;
      variables[variable] = part;
      if (isEncoded) encoded.push(variable);
    }
  }
  if (thumbprint !== undefined) return { variables: {}, encoded: [], thumbprint };
  return Object.keys(variables).length === 0 ? undefined : { variables, encoded };
}

/** The path of a PEM file with both. */
function ofFile(value: Value): FoundCertificate | undefined {
  const [part, ...more] = value.kind === "text" ? value.parts : [];
  if (part?.kind !== "variable" || more.length > 0) return undefined;
  return { variables: { [part.name]: "file" }, encoded: [] };
}

function partOf(property: string, isFile: boolean): CertificatePart | undefined {
  if (property === "thumbprint" || property === "thumbprintSha256") return property;
  if (isFile || property === "certificatePath") return "file";
  if (property === "privateKey") return "privateKey";
  return property === "certificate" || property === "x5c" ? "certificate" : undefined;
}

interface VariableUse {
  readonly variable: string;
  readonly isFile: boolean;
  readonly isEncoded: boolean;
}

/** The variables of the environment behind an expression, through constants of its module and settings of others. */
function variablesIn(
  value: unknown,
  module: SourceModule,
  evaluator: Evaluator,
  depth = 0,
): readonly VariableUse[] {
  const found: VariableUse[] = [];
  let [readsFile, decodes] = [false, false];
  visitNodes(value, (node) => {
    if (node.type === "CallExpression") {
      if (/(?:^|\.)readFile(?:Sync)?$/.test(dottedName(node.callee) ?? "")) readsFile = true;
      if (dottedName(node.callee) === "Buffer.from" && nameOf(node.arguments[1]) === "base64")
        decodes = true;
    }
    const variable = variableRead(node) ?? settingRead(node, module, evaluator);
    if (variable !== undefined)
      found.push({ variable, isFile: /path|file/i.test(variable), isEncoded: false });
    else if (node.type === "Identifier" && depth < 4) {
      const declared = constantOf(node, module);
      if (declared !== undefined)
        found.push(...variablesIn(declared, module, evaluator, depth + 1));
    }
  });
  return found.map(({ variable, isFile, isEncoded }) => ({
    variable,
    isFile: isFile || readsFile,
    isEncoded: isEncoded || decodes,
  }));
}

/** `settings.thumbprint`, where that is one variable. */
function settingRead(node: Fields, module: SourceModule, evaluator: Evaluator): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const value = evaluator.evaluate(node, module);
  const [part, ...more] = value.kind === "text" ? value.parts : [];
  return part?.kind === "variable" && more.length === 0 ? part.name : undefined;
}

function constantOf(node: Fields, module: SourceModule): Fields | undefined {
  const declared = valueOf(node, module);
  const isConstant = isNode(declared) && !/Function|Class/.test(declared.type);
  return isConstant ? declared : undefined;
}
