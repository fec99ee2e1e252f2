/**
 * Sources as syntax trees: TypeScript, JavaScript, the scripts of Vue components and of HTML
 * pages, and JSON with its comments. They are parsed and never run.
 */
import type { ParserPlugin } from "@babel/parser";
import type { Node } from "@babel/types";
import type { ProjectFile } from "./read-project.ts";

/** A source file that could be parsed, or a part of one. */
export interface SourceModule {
  readonly path: string;
  readonly program: Node;
  /** Every variable with a value, by name: the first of a name counts. */
  readonly variables: ReadonlyMap<string, Node>;
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Parameters of functions and constructors by name, also `this.name` where that is a property. */
  readonly parameters: ReadonlyMap<string, readonly Parameter[]>;
  /** What other modules can import by an identifier; `default` and the names of `module.exports` included. */
  readonly exports: ReadonlyMap<string, Node>;
  /** Relative specifiers and packages that it imports. */
  readonly specifiers: readonly string[];
}

/** A name that a module imports: `*` for all of them. */
export interface ImportedName {
  readonly from: string;
  readonly name: string;
}

/** A parameter: what calls pass at this position, or below these names of it. */
export interface Parameter {
  /** The function; for a constructor, its class. */
  readonly owner: Node;
  readonly position: number;
  readonly names: readonly string[];
  /** What is taken when nothing is passed. */
  readonly otherwise: Node | undefined;
  /** Its annotation in TypeScript. */
  readonly annotation: Fields | undefined;
}

/** A node whose fields are looked at by name. */
export type Fields = Node & Readonly<Record<string, unknown>>;

const SOURCE = /\.([cm]?[jt]sx?|vue|html|json)$/;

/** Parses every source; what cannot be parsed is left out and named in `leftOut`. */
export async function parseSources(files: Iterable<ProjectFile>): Promise<{
  readonly modules: ReadonlyMap<string, SourceModule>;
  readonly leftOut: readonly string[];
}> {
  // Half a megabyte that only init needs.
  const { parse } = await import("@babel/parser");
  const modules = new Map<string, SourceModule>();
  const leftOut: string[] = [];
  for (const { path, text } of files) {
    const extension = SOURCE.exec(path)?.[1];
    if (extension === undefined || path.endsWith(".d.ts")) continue;
    try {
      const script = scriptOf(text, extension);
      if (script === undefined) continue;
      const plugins = pluginsFor(extension, text);
      const tree = parse(script, {
        sourceType: "unambiguous",
        errorRecovery: true,
        allowReturnOutsideFunction: true,
        plugins,
      });
      modules.set(path, moduleOf(path, tree.program));
    } catch (error) {
      // A RangeError: nested deeper than the parser's stack.
      leftOut.push(`${path} cannot be parsed: ${(error as Error).message.split("\n", 1)[0]}`);
    }
  }
  return { modules, leftOut };
}

function pluginsFor(extension: string, text: string): ParserPlugin[] {
  const isTypeScript = /^[cm]?ts|^vue$/.test(extension) || text.includes('lang="ts"');
  const isMarkup = /x$|^[cm]?js$/.test(extension);
  return [
    ...(isTypeScript ? (["typescript"] as const) : []),
    ...(isMarkup ? (["jsx"] as const) : []),
    "decorators-legacy",
  ];
}

/** The scripts inside of a page or component, at the lines where they stand. */
function scriptOf(text: string, extension: string): string | undefined {
  // JSON is an expression: on the line where it stands in the file.
  if (extension === "json") return `export default (${text.replace(/^\uFEFF/, "")}\n)`;
  if (extension !== "vue" && extension !== "html") return text;
  let script = "";
  let [lines, linesWritten, counted] = [0, 0, 0];
  // By hand: an expression would look for the end of each of a million beginnings.
  // `toLowerCase` makes two characters of some, such as "İ".
  const lower = text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  for (let at = lower.indexOf("<script"); at !== -1; at = lower.indexOf("<script", at + 1)) {
    const start = lower.indexOf(">", at) + 1;
    const end = lower.indexOf("</script>", start);
    if (start === 0 || end === -1) break;
    const [attributes, body] = [text.slice(at, start), text.slice(start, end)];
    at = end;
    if (/\bsrc=|type="(?!module|text\/javascript)/i.test(attributes)) continue;
    lines += countLines(text.slice(counted, start));
    counted = start;
    const added = `${"\n".repeat(Math.max(0, lines - linesWritten))}${body}\n`;
    linesWritten += countLines(added);
    script += added;
  }
  return script.trim() === "" ? undefined : script;
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

/** Calls back for every node, parents first. */
export function visitNodes(root: unknown, visit: (node: Fields) => void): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (value === null || typeof value !== "object") continue;
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1) open.push(value[index]);
      continue;
    }
    if (!isNode(value)) continue;
    visit(value);
    for (const [key, child] of Object.entries(value).toReversed())
      if (key !== "loc" && key !== "extra" && !key.endsWith("Comments")) open.push(child);
  }
}

export function isNode(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && typeof (value as Fields).type === "string";
}

/** The name of an identifier or the text of a string literal, as property keys are written. */
export function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Identifier" || value.type === "JSXIdentifier") return value.name;
  if (value.type === "PrivateName") return `#${value.id.name}`;
  return value.type === "StringLiteral" ? value.value : undefined;
}

/** `a.b.c` as a text; undefined for anything that is no chain of names. */
export function dottedName(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Identifier") return value.name;
  if (value.type === "ThisExpression") return "this";
  if (value.type === "MetaProperty") return "import.meta";
  if (value.type !== "MemberExpression" && value.type !== "OptionalMemberExpression")
    return undefined;
  const object = dottedName(value.object);
  const property = value.computed
    ? isNode(value.property) && value.property.type === "StringLiteral"
      ? value.property.value
      : undefined
    : nameOf(value.property);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

/** An expression, or what the module declares under the name that it is. */
export function valueOf(node: unknown, module: SourceModule): Fields | undefined {
  if (!isNode(node)) return undefined;
  if (node.type !== "Identifier") return node;
  const declared = module.variables.get(node.name);
  return isNode(declared) ? declared : undefined;
}

/** What `require("…")` names. */
export function requiredBy(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== "CallExpression") return undefined;
  return nameOf(value.callee) === "require" ? nameOf(value.arguments[0]) : undefined;
}

function moduleOf(path: string, program: Node): SourceModule {
  const variables = new Map<string, Node>();
  const imports = new Map<string, ImportedName>();
  const exports = new Map<string, Node>();
  const specifiers: string[] = [];
  const assigned = new Map<string, Node>();
  const parameters = new Map<string, Parameter[]>();
  visitNodes(program, (node) => {
    readAssignment(node, assigned);
    readParameters(node, parameters);
    if (node.type === "ImportDeclaration") readImport(node, imports, specifiers);
    else if (node.type === "VariableDeclarator") readVariable(node, variables, imports, specifiers);
    else if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      const name = nameOf(node.id);
      if (name !== undefined && !variables.has(name)) variables.set(name, node);
    } else if (node.type === "CallExpression" || node.type === "ImportExpression") {
      const loaded = node.type === "ImportExpression" ? nameOf(node.source) : requiredBy(node);
      if (loaded !== undefined) specifiers.push(loaded);
    } else readExport(node, exports, specifiers);
  });
  for (const name of exports.keys()) if (!canBeBound(name)) exports.delete(name);
  for (const [name, value] of assigned) if (!variables.has(name)) variables.set(name, value);
  return { path, program, variables, imports, parameters, exports, specifiers };
}

/** `settings = given`, `this.settings = given`, and properties of classes with a value. */
function readAssignment(node: Fields, assigned: Map<string, Node>): void {
  const [name, value] =
    node.type === "AssignmentExpression" && /^(?:=|\?\?=|\|\|=)$/.test(node.operator)
      ? [dottedName(node.left), node.right]
      : (node.type === "ClassProperty" || node.type === "ClassPrivateProperty") &&
          isNode(node.value)
        ? [`this.${nameOf(node.key)}`, node.value]
        : [undefined, undefined];
  if (name === undefined || value === undefined || assigned.has(name)) return;
  if (/^(?:this\.)?[^.]+$/.test(name)) assigned.set(name, value);
}

/** Constructors belong to their class: that is what is called. */
function readParameters(node: Fields, parameters: Map<string, Parameter[]>): void {
  if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
    for (const member of node.body.body) {
      if (member.type !== "ClassMethod" && member.type !== "ClassPrivateMethod") continue;
      const owner = member.kind === "constructor" ? node : member;
      member.params.forEach((one, position) => addParameter(one, owner, position, parameters));
    }
  } else if (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  )
    node.params.forEach((one, position) => addParameter(one, node, position, parameters));
}

function addParameter(
  written: Node,
  owner: Node,
  position: number,
  parameters: Map<string, Parameter[]>,
): void {
  const isProperty = written.type === "TSParameterProperty";
  const whole = isProperty ? written.parameter : written;
  const isOptional = whole.type === "AssignmentPattern";
  const target = isOptional ? whole.left : whole;
  const annotation = (target as Fields)["typeAnnotation"];
  const of = {
    owner,
    position,
    otherwise: isOptional ? whole.right : undefined,
    annotation: isNode(annotation) ? annotation : undefined,
  };
  const add = (name: string | undefined, names: readonly string[]): void => {
    if (name !== undefined)
      parameters.set(name, [...(parameters.get(name) ?? []), { ...of, names }]);
  };
  if (target.type === "Identifier") {
    add(target.name, []);
    if (isProperty) add(`this.${target.name}`, []);
  } else if (target.type === "ObjectPattern")
    for (const property of target.properties) {
      if (property.type !== "ObjectProperty") continue;
      const { value } = property;
      const key = nameOf(property.key);
      if (key !== undefined)
        add(nameOf(value.type === "AssignmentPattern" ? value.left : value), [key]);
    }
}

const RESERVED: ReadonlySet<string> = new Set(
  "await break case catch class const continue debugger delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield".split(
    " ",
  ),
);

/** Whether a test can take an export by that name: `module.exports` may have any text as a key. */
function canBeBound(name: string): boolean {
  return name === "module.exports" || (isIdentifierName(name) && !RESERVED.has(name));
}

/** Whether a text can stand behind a dot. */
export function isIdentifierName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}

function readImport(node: Fields, imports: Map<string, ImportedName>, specifiers: string[]): void {
  if (node.type !== "ImportDeclaration") return;
  const from = node.source.value;
  specifiers.push(from);
  for (const specifier of node.specifiers) {
    const name =
      specifier.type === "ImportSpecifier"
        ? nameOf(specifier.imported)
        : specifier.type === "ImportDefaultSpecifier"
          ? "default"
          : "*";
    if (name !== undefined) imports.set(specifier.local.name, { from, name });
  }
}

function readVariable(
  node: Fields,
  variables: Map<string, Node>,
  imports: Map<string, ImportedName>,
  specifiers: string[],
): void {
  if (node.type !== "VariableDeclarator" || !isNode(node.init)) return;
  const required = requiredBy(node.init);
  if (required !== undefined) specifiers.push(required);
  if (isNode(node.id) && node.id.type === "ObjectPattern") {
    for (const property of node.id.properties) {
      if (property.type !== "ObjectProperty") continue;
      const { value } = property;
      const isOptional = value.type === "AssignmentPattern";
      const [name, local] = [nameOf(property.key), nameOf(isOptional ? value.left : value)];
      if (name === undefined || local === undefined) continue;
      if (required !== undefined) imports.set(local, { from: required, name });
      else if (!variables.has(local)) {
        const member = memberOf(node.init, property);
        variables.set(local, isOptional ? orElse(member, value.right) : member);
      }
    }
    return;
  }
  const name = nameOf(node.id);
  if (name === undefined) return;
  if (required !== undefined) imports.set(name, { from: required, name: "*" });
  else if (!variables.has(name)) variables.set(name, node.init);
}

/** `const { CLIENT_ID } = process.env` is `const CLIENT_ID = process.env.CLIENT_ID`. */
function memberOf(object: Node, { key, loc }: Pick<Fields, "loc"> & { readonly key: Node }): Node {
  return { type: "MemberExpression", object, property: key, computed: false, loc } as Node;
}

/** `{ CLIENT_ID = "" }` is `CLIENT_ID ?? ""`. */
function orElse(left: Node, right: Node): Node {
  return { type: "LogicalExpression", operator: "??", left, right, loc: left.loc } as Node;
}

function readExport(node: Fields, exports: Map<string, Node>, specifiers: string[]): void {
  if (node.type === "ExportDefaultDeclaration") exports.set("default", node.declaration);
  if (node.type === "ExportAllDeclaration") specifiers.push(node.source.value);
  if (node.type === "ExportNamedDeclaration") {
    if (isNode(node.source)) specifiers.push(nameOf(node.source) ?? "");
    const { declaration } = node;
    if (isNode(declaration) && declaration.type === "VariableDeclaration") {
      for (const { id, init } of declaration.declarations) {
        const name = nameOf(id);
        if (name !== undefined && isNode(init)) exports.set(name, init);
      }
    } else if (isNode(declaration)) {
      const name = nameOf((declaration as Fields)["id"]);
      if (name !== undefined) exports.set(name, declaration);
    }
    for (const specifier of node.specifiers) {
      if (specifier.type !== "ExportSpecifier" || isNode(node.source)) continue;
      exports.set(nameOf(specifier.exported) ?? "", specifier.local);
    }
  }
  if (node.type === "AssignmentExpression") readCommonJsExport(node, exports);
}

function readCommonJsExport(node: Fields, exports: Map<string, Node>): void {
  if (node.type !== "AssignmentExpression") return;
  const target = dottedName(node.left);
  if (target === "module.exports") {
    exports.set("module.exports", node.right);
    if (node.right.type !== "ObjectExpression") return;
    for (const property of node.right.properties) {
      if (property.type === "SpreadElement") continue;
      const name = nameOf(property.key);
      if (name === undefined) continue;
      exports.set(name, property.type === "ObjectMethod" ? property : property.value);
    }
    return;
  }
  const name = /^(?:module\.)?exports\.(\w+)$/.exec(target ?? "")?.[1];
  if (name !== undefined) exports.set(name, node.right);
}
