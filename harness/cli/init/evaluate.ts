/**
 * What an expression of the sources amounts to, without running anything: literals, joined texts,
 * constants across modules, and variables of the environment, which stay variables.
 */
import type { Node } from "@babel/types";
import { type PathAlias, resolveSpecifier } from "./resolve-specifier.ts";
import { dottedName, type Fields, isNode, nameOf, type SourceModule } from "./source-module.ts";

/** A part of a text: as written, a variable of the environment, or the page's own origin. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly otherwise?: string }
  | { readonly kind: "origin" };

/** What is known of an expression. */
export type Value =
  | { readonly kind: "text"; readonly parts: readonly Part[] }
  | { readonly kind: "object"; readonly node: Fields; readonly module: SourceModule }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  /** All variables at once: `process.env`, `import.meta.env`, or what a schema made of them. */
  | { readonly kind: "environment" }
  | { readonly kind: "unknown" };

const UNKNOWN: Value = { kind: "unknown" };
const ORIGIN: Value = { kind: "text", parts: [{ kind: "origin" }] };

/** Longer chains of constants are hardly written; a circle of them ends here. */
const DEPTH_MAX = 24;

/** Constants that double each other would take for ever. */
const STEPS_MAX = 5_000;

/** Evaluates expressions of the modules of one project. */
export interface Evaluator {
  readonly evaluate: (node: unknown, module: SourceModule) => Value;
  /** The property of an object that is reached by these names; unknown when one is missing. */
  readonly property: (value: Value, ...names: readonly string[]) => Value;
  /** Whether an object has a property that these names reach. */
  readonly has: (value: Value, ...names: readonly string[]) => boolean;
  /** The module that a specifier means, relative or by an alias; undefined for a package. */
  readonly resolve: (specifier: string, from: string) => SourceModule | undefined;
}

/** An evaluator over modules by path, and the aliases under which they import each other. */
export function createEvaluator(
  modules: ReadonlyMap<string, SourceModule>,
  aliases: readonly PathAlias[] = [],
): Evaluator {
  const resolve: Evaluator["resolve"] = (specifier, from) =>
    resolveSpecifier(specifier, from, { modules, aliases });
  const top = (): Context => ({ resolve, depth: 0, steps: { left: STEPS_MAX } });
  return {
    evaluate: (node, module) => evaluateAt(node, module, top()),
    property: (value, ...names) => propertyAt(value, names, top()),
    has: (value, ...names) => {
      const last = names.at(-1);
      const object = propertyAt(value, names.slice(0, -1), top());
      return (
        object.kind === "object" &&
        object.node.type === "ObjectExpression" &&
        object.node.properties.some(
          (one) => one.type !== "SpreadElement" && nameOf(one.key) === last,
        )
      );
    },
    resolve,
  };
}

interface Context {
  readonly resolve: Evaluator["resolve"];
  readonly depth: number;
  /** Of one evaluation, however it branches. */
  readonly steps: { left: number };
}

function deeper(context: Context): Context {
  return { ...context, depth: context.depth + 1 };
}

function evaluateAt(node: unknown, module: SourceModule, context: Context): Value {
  if (!isNode(node) || context.depth > DEPTH_MAX || context.steps.left <= 0) return UNKNOWN;
  context.steps.left -= 1;
  const inner = (next: unknown): Value => evaluateAt(next, module, deeper(context));
  switch (node.type) {
    case "StringLiteral":
      return textOf(node.value);
    case "NumericLiteral":
      return textOf(String(node.value));
    case "TemplateLiteral":
      return templateOf(node, inner);
    case "BinaryExpression":
      return node.operator === "+" ? joined([inner(node.left), inner(node.right)]) : UNKNOWN;
    case "LogicalExpression":
      return firstOf(inner(node.left), inner(node.right));
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return inner(node.expression);
    case "ObjectExpression":
      return { kind: "object", node, module };
    case "ArrayExpression":
      return { kind: "list", items: node.elements.map(inner) };
    case "Identifier":
      return identifierOf(node.name, module, deeper(context));
    case "MemberExpression":
    case "OptionalMemberExpression":
      return memberOf(node, module, deeper(context));
    case "CallExpression":
    case "OptionalCallExpression":
      return callOf(node, inner);
    default:
      return UNKNOWN;
  }
}

function identifierOf(name: string, module: SourceModule, context: Context): Value {
  const declared = module.variables.get(name);
  if (declared !== undefined) return evaluateAt(declared, module, context);
  const imported = module.imports.get(name);
  if (imported === undefined) return UNKNOWN;
  const from = context.resolve(imported.from, module.path);
  if (from === undefined) return UNKNOWN;
  const isWhole = imported.name === "default" || imported.name === "*";
  const exported =
    from.exports.get(imported.name) ?? (isWhole ? from.exports.get("module.exports") : undefined);
  return evaluateAt(exported, from, context);
}

const ENVIRONMENT = /^(?:globalThis\.)?(?:process\.env|import\.meta\.env)$/;

/** The variable of the environment that a node reads: `process.env.NAME`, `process.env["a-name"]`. */
export function variableRead(node: Fields): string | undefined {
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression")
    return undefined;
  if (node.computed && !(isNode(node.property) && node.property.type === "StringLiteral"))
    return undefined;
  return ENVIRONMENT.test(dottedName(node.object) ?? "") ? nameOf(node.property) : undefined;
}

function variableOf(name: string): Value {
  return { kind: "text", parts: [{ kind: "variable", name }] };
}

const OWN_ORIGIN = /^(?:(?:globalThis|window|self|document)\.)*location\.origin$/;

function memberOf(node: Fields, module: SourceModule, context: Context): Value {
  const whole = dottedName(node) ?? "";
  const variable = variableRead(node);
  if (variable !== undefined) return variableOf(variable);
  if (ENVIRONMENT.test(whole)) return { kind: "environment" };
  if (OWN_ORIGIN.test(whole)) return ORIGIN;
  const { object, property } = node as { object?: unknown; property?: unknown };
  const name = nameOf(property);
  if (name === undefined) return UNKNOWN;
  const namespace =
    isNode(object) && object.type === "Identifier" ? module.imports.get(object.name) : undefined;
  if (namespace?.name === "*") {
    const from = context.resolve(namespace.from, module.path);
    const exported = from?.exports.get(name);
    if (from !== undefined && exported !== undefined) return evaluateAt(exported, from, context);
  }
  return propertyAt(evaluateAt(object, module, context), [name], context);
}

function propertyAt(value: Value, names: readonly string[], context: Context): Value {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  if (value.kind === "environment") return rest.length > 0 ? UNKNOWN : variableOf(name);
  if (value.kind !== "object" || value.node.type !== "ObjectExpression") return UNKNOWN;
  const inside = deeper(context);
  for (const property of value.node.properties.toReversed()) {
    if (property.type === "SpreadElement") {
      const all = evaluateAt(property.argument, value.module, inside);
      const spread = propertyAt(all, [name], inside);
      if (spread.kind !== "unknown") return propertyAt(spread, rest, inside);
    } else if (property.type === "ObjectProperty" && nameOf(property.key) === name)
      return propertyAt(evaluateAt(property.value, value.module, inside), rest, inside);
  }
  return UNKNOWN;
}

function textOf(text: string): Value {
  return { kind: "text", parts: [{ kind: "text", text }] };
}

function templateOf(node: Node, inner: (next: unknown) => Value): Value {
  if (node.type !== "TemplateLiteral") return UNKNOWN;
  return joined(
    node.quasis.flatMap(({ value }, index) => {
      const expression = node.expressions[index];
      const text = textOf(value.cooked ?? value.raw);
      return expression === undefined ? [text] : [text, inner(expression)];
    }),
  );
}

function joined(values: readonly Value[]): Value {
  const parts = values.map((value) => (value.kind === "text" ? value.parts : undefined));
  if (parts.includes(undefined)) return UNKNOWN;
  return { kind: "text", parts: parts.flatMap((some) => some ?? []) };
}

/** `left || right`: a variable keeps what is taken when it is not set. */
function firstOf(left: Value, right: Value): Value {
  if (left.kind === "unknown") return right;
  if (left.kind !== "text" || right.kind !== "text") return left;
  const [only, ...more] = left.parts;
  const written = right.parts.every((part) => part.kind === "text")
    ? right.parts.map((part) => (part.kind === "text" ? part.text : "")).join("")
    : undefined;
  if (only?.kind !== "variable" || more.length > 0 || written === undefined) return left;
  return { kind: "text", parts: [{ otherwise: written, ...only }] };
}

/** Settings are also read by `config.get("AZURE_CLIENT_ID")`, as NestJS does, and passed through `String()` and `Object.freeze()`. */
function callOf(node: Fields, inner: (next: unknown) => Value): Value {
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return UNKNOWN;
  const [first] = node.arguments;
  const name = dottedName(node.callee) ?? "";
  if (/^(?:String|Object\.freeze)$/.test(name)) return inner(first);
  // `schema.parse(import.meta.env)`, `cleanEnv(process.env, …)`: the same names, checked.
  const given = node.arguments.map(inner).find(({ kind }) => kind === "environment");
  if (given !== undefined) return given;
  if (!/\.(?:get|getOrThrow|require|env)$/.test(name)) return UNKNOWN;
  const variable = nameOf(first);
  if (variable === undefined || !/^[A-Z][A-Z0-9_]+$/.test(variable)) return UNKNOWN;
  return variableOf(variable);
}
