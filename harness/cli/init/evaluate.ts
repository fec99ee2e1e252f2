/**
 * What an expression of the sources amounts to, without running anything: literals, joined texts,
 * constants across modules, and variables of the environment, which stay variables.
 */
import type { Node } from "@babel/types";
import {
  type Arguments,
  calledBy,
  createCallIndex,
  returnedBy,
  settingsNamedBy,
} from "./find-arguments.ts";
import { type PathAlias, resolveSpecifier } from "./resolve-specifier.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type Parameter,
  type SourceModule,
} from "./source-module.ts";

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
  /** What stands in a file. */
  | { readonly kind: "file"; readonly path: Value }
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
  /** The text with which an expression begins, where the rest is not known. */
  readonly beginning: (node: unknown, module: SourceModule) => Value;
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
  const callsOf = createCallIndex(modules, resolve);
  const top = (): Context => ({ modules, resolve, callsOf, depth: 0, steps: { left: STEPS_MAX } });
  return {
    evaluate: (node, module) => evaluateAt(node, module, top()),
    beginning: (node, module) => beginningAt(node, module, top()),
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
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly resolve: Evaluator["resolve"];
  readonly callsOf: (owner: Node) => readonly Arguments[];
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
      return joined(templateParts(node, inner));
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
      return callOf(node, module, deeper(context));
    default:
      return UNKNOWN;
  }
}

function beginningAt(node: unknown, module: SourceModule, context: Context): Value {
  const whole = evaluateAt(node, module, context);
  if (whole.kind !== "unknown" || !isNode(node) || context.depth > DEPTH_MAX) return whole;
  const inner = deeper(context);
  if (node.type === "BinaryExpression" && node.operator === "+")
    return beginningAt(node.left, module, inner);
  if (node.type === "Identifier")
    return beginningAt(module.variables.get(node.name), module, inner);
  if (node.type !== "TemplateLiteral") return UNKNOWN;
  const values = templateParts(node, (next) => evaluateAt(next, module, inner));
  const end = values.findIndex(({ kind }) => kind !== "text");
  return joined(values.slice(0, end));
}

function identifierOf(name: string, module: SourceModule, context: Context): Value {
  const declared = evaluateAt(module.variables.get(name), module, context);
  if (declared.kind !== "unknown") return declared;
  const imported = importedAs(name, module, context);
  if (imported.kind !== "unknown") return imported;
  for (const parameter of module.parameters.get(name) ?? []) {
    const passed = parameterOf(parameter, module, context);
    if (passed.kind !== "unknown") return passed;
  }
  return UNKNOWN;
}

function importedAs(name: string, module: SourceModule, context: Context): Value {
  const imported = module.imports.get(name);
  if (imported === undefined) return UNKNOWN;
  const from = context.resolve(imported.from, module.path);
  if (from === undefined) return UNKNOWN;
  const isWhole = imported.name === "default" || imported.name === "*";
  const exported =
    from.exports.get(imported.name) ?? (isWhole ? from.exports.get("module.exports") : undefined);
  return evaluateAt(exported, from, context);
}

/** What the first call passes of which something is known; else what is taken when nothing is passed. */
function parameterOf(
  { owner, position, names, otherwise, annotation }: Parameter,
  module: SourceModule,
  context: Context,
): Value {
  for (const { values, module: caller } of context.callsOf(owner)) {
    const passed = propertyAt(evaluateAt(values[position], caller, context), names, context);
    if (passed.kind !== "unknown") return passed;
  }
  const byDefault = propertyAt(evaluateAt(otherwise, module, context), names, context);
  const settings = settingsNamedBy(annotation);
  return byDefault.kind !== "unknown" || settings === undefined
    ? byDefault
    : propertyAt(identifierOf(settings, module, context), names, context);
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
  if (isNode(object) && object.type === "ThisExpression")
    return identifierOf(`this.${name}`, module, context);
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
  if (value.kind === "environment") {
    // Between: the result of a check, `checked.data.CLIENT_ID`.
    if (rest.length > 0 || CHECKED.test(name)) return propertyAt(value, rest, context);
    return variableOf(name);
  }
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

function templateParts(node: Node, inner: (next: unknown) => Value): readonly Value[] {
  if (node.type !== "TemplateLiteral") return [];
  return node.quasis.flatMap(({ value }, index) => {
    const expression = node.expressions[index];
    const text = textOf(value.cooked ?? value.raw);
    return expression === undefined ? [text] : [text, inner(expression)];
  });
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

/** What a check puts around its result. */
const CHECKED = /^(?:data|value|env)$/;

const VARIABLE = /^[A-Z][A-Z0-9_]+$/;

/** What leaves a text as it is, as far as a test needs to know. */
const KEEPS_TEXT = /^(?:trim|toString|toLowerCase|replace|split)$/;

/**
 * Settings are also read by `config.get("AZURE_CLIENT_ID")`, as NestJS does, passed through
 * `String()` and `Object.freeze()`, checked by `schema.parse(process.env)`, and made by functions.
 */
function callOf(node: Fields, module: SourceModule, context: Context): Value {
  if (node.type !== "CallExpression" && node.type !== "OptionalCallExpression") return UNKNOWN;
  const inner = (next: unknown): Value => evaluateAt(next, module, context);
  const [first] = node.arguments;
  const name = dottedName(node.callee) ?? "";
  if (/^(?:String|Object\.freeze)$/.test(name)) return inner(first);
  if (/^(?:path\.)?(?:resolve|join)$/.test(name)) return inner(node.arguments.at(-1));
  if (/^(?:\w+\.)?readFileSync$/.test(name)) return { kind: "file", path: inner(first) };
  // Of NestJS: settings with a name of their own.
  if (name === "registerAs") return inner(returnedBy(node.arguments[1] as Fields | undefined));
  if (/\.(?:get|getOrThrow|require|env)$/.test(name)) {
    const key = nameOf(first) ?? "";
    if (VARIABLE.test(key)) return variableOf(key);
    if (/^\w+(?:\.\w+)+$/.test(key)) return settingAt(key.split("."), context);
  }
  const { object, property } = node.callee as { object?: unknown; property?: unknown };
  if (KEEPS_TEXT.test(nameOf(property) ?? "")) {
    const text = inner(object);
    if (text.kind === "text" || text.kind === "file") return text;
  }
  // `schema.parse(import.meta.env)`, `cleanEnv(process.env, …)`: the same names, checked.
  const given = node.arguments.map(inner).find(({ kind }) => kind === "environment");
  if (given !== undefined) return given;
  const called = calledBy(node.callee, module, context.resolve);
  return called === undefined
    ? UNKNOWN
    : evaluateAt(returnedBy(called.node), called.module, context);
}

/** `config.get("azure.clientId")`: of settings that are registered as "azure", or of a function that returns all of them. */
function settingAt(names: readonly string[], context: Context): Value {
  const [first, ...rest] = names;
  for (const module of context.modules.values())
    for (const exported of module.exports.values()) {
      const node = exported as Fields;
      const isRegistered = node.type === "CallExpression" && nameOf(node.callee) === "registerAs";
      if (isRegistered && nameOf(node.arguments[0]) !== first) continue;
      const made = isRegistered ? node : returnedBy(node);
      const found = propertyAt(
        evaluateAt(made, module, context),
        isRegistered ? rest : names,
        context,
      );
      if (found.kind !== "unknown") return found;
    }
  return UNKNOWN;
}
