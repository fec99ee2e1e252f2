/** The scopes that the sources ask for, as they stand there or in variables of the environment. */
import { isOpenidScope } from "../../entra/directory/identifiers.ts";
import { fillIn } from "./environment.ts";
import type { Evaluator, Value } from "./evaluate.ts";
import { visitOwnNodes } from "./own-sources.ts";
import { dottedName, type Fields, isNode, nameOf, type SourceModule } from "./source-module.ts";

/** Texts with scopes, and what the tests set their variables to. */
export interface FoundScopes {
  readonly texts: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The scopes that the sources ask for: texts in arrays called `scopes`, `scope` and the like. */
export function findScopes(
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
  {
    environment,
    invents,
  }: { readonly environment: ReadonlyMap<string, string>; readonly invents: boolean },
): FoundScopes {
  const found: Value[] = [];
  visitOwnNodes(modules, (node, module) => {
    const [name, value] = namedValue(node);
    if (name === undefined || !/scopes?$/i.test(name)) return;
    const evaluated = evaluator.evaluate(value, module);
    if (evaluated.kind === "list") found.push(...evaluated.items);
    else if (evaluated.kind === "text") found.push(evaluated);
  });
  const variables: Record<string, string> = {};
  const texts = found.flatMap((value) => {
    const filled = fillIn(value, { environment });
    const [only, ...more] = filled?.variables ?? [];
    const text = filled?.text ?? (invents && more.length === 0 ? inventedFor(value) : undefined);
    if (text === undefined) return [];
    // A variable that is part of an address is set by what asks there.
    if (only !== undefined && isVariableAlone(value)) variables[only] = text;
    return [text];
  });
  return { texts, variables };
}

/** Scopes that are not in the environment, either, by the name of their variable. */
function inventedFor(value: Value): string | undefined {
  const [part] = value.kind === "text" ? value.parts : [];
  if (part?.kind !== "variable" || !isVariableAlone(value)) return undefined;
  const words = part.name.toLowerCase().split("_");
  const label = words
    .filter((word) => !/^(?:azure|ad|aad|entra|api|scopes?|)$/.test(word))
    .join("-");
  return `api://${label === "" ? "api" : label}/.default`;
}

function isVariableAlone(value: Value): boolean {
  return value.kind === "text" && value.parts.length === 1 && value.parts[0]?.kind === "variable";
}

function namedValue(node: Fields): readonly [name: string | undefined, value: unknown] {
  if (node.type === "ObjectProperty") return [nameOf(node.key), node.value];
  if (node.type === "VariableDeclarator") return [nameOf(node.id), node.init];
  if (node.type === "ClassProperty" || node.type === "ClassPrivateProperty")
    return [nameOf(node.key), node.value];
  if (node.type === "AssignmentExpression")
    return [dottedName(node.left)?.split(".").at(-1), node.right];
  if (node.type !== "CallExpression") return [undefined, undefined];
  const name = dottedName(node.callee) ?? "";
  return /\.(?:getToken|getBearerTokenProvider)$/.test(`.${name}`) && isNode(node.arguments[0])
    ? ["scopes", node.arguments.at(name.endsWith("Provider") ? 1 : 0)]
    : [undefined, undefined];
}

/** Texts that are scopes, each once: words such as `User.Read`, and addresses. */
export function scopesOf(texts: readonly string[]): readonly string[] {
  const words = texts.flatMap((text) => text.split(/\s+/));
  return [...new Set(words)].filter(
    (scope) =>
      !isOpenidScope(scope) &&
      (/^[A-Z][A-Za-z]+(?:[.-][A-Za-z]+)+$/i.test(scope) ||
        /^(?:api|https):\/\/\S+\/\S+$/.test(scope)),
  );
}
