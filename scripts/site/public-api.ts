/**
 * The public names of the package with their docstrings, read from the source or from its
 * declarations by the parser that comes with rolldown: no compiler is needed to hold that
 * every name is documented.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "rolldown/utils";

/** What `import … from` names, with the file that it stands for. */
export const entries = {
  brownout: "harness/index.ts",
  "brownout/suite": "harness/integrations/suite.ts",
  "brownout/vitest": "harness/integrations/vitest.ts",
  "brownout/jest": "harness/integrations/jest.ts",
  "brownout/mocha": "harness/integrations/mocha.ts",
  "brownout/node-test": "harness/integrations/node-test.ts",
  "brownout/playwright": "harness/integrations/playwright.ts",
  "brownout/remedies": "harness/clients/remedies/index.ts",
} as const;

export type Entry = keyof typeof entries;

export interface PublicName {
  readonly entry: Entry;
  readonly name: string;
  /** The comment over its group in the entry, such as "The world that a scenario plays in". */
  readonly group: string;
  /** The file that declares it, relative to the repository. */
  readonly file: string;
  readonly kind: "function" | "constant" | "class" | "interface" | "type";
  /** The declaration as written, without the body of a function. */
  readonly signature: string;
  readonly doc: Docstring | undefined;
}

export interface Docstring {
  /** What comes before the first tag, in Markdown. */
  readonly text: string;
  /** `@default`, `@throws`, `@see` and so on, in order; examples are apart. */
  readonly tags: readonly { readonly tag: string; readonly text: string }[];
  /** Code. */
  readonly examples: readonly string[];
}

/** All public names. `folder` is the repository, or where `tsc` wrote its declarations. */
export function readPublicApi(repository: string, folder = repository): readonly PublicName[] {
  const modules = new Map<string, Module>();
  const load = (file: string): Module => {
    const loaded = modules.get(file) ?? readModule(folder, file);
    modules.set(file, loaded);
    return loaded;
  };
  return Object.entries(entries).flatMap(([entry, entryFile]) =>
    groupsOf(repository, entryFile).map(({ name, group }) => ({
      entry: entry as Entry,
      name,
      group,
      ...declarationOf(load, entryFile, name),
    })),
  );
}

interface Declared {
  readonly kind: PublicName["kind"];
  readonly signature: string;
  readonly doc: Docstring | undefined;
}

interface Module {
  readonly declared: ReadonlyMap<string, Declared>;
  /** Names that another file declares. */
  readonly passedOn: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

function declarationOf(
  load: (file: string) => Module,
  file: string,
  name: string,
): Declared & { readonly file: string } {
  const { declared, passedOn } = load(file);
  const found = declared.get(name);
  if (found !== undefined) return { file, ...found };
  const next = passedOn.get(name);
  if (next === undefined) throw new Error(`${file} neither declares nor passes on ${name}`);
  return declarationOf(load, next.file, next.name);
}

/** The names that an entry exports, in order, each under the last comment line that begins a group. */
function groupsOf(repository: string, file: string): { name: string; group: string }[] {
  const text = readFileSync(join(repository, file), "utf8");
  const { module, comments } = parseSync(file, text);
  return module.staticExports.flatMap(({ start, entries: exported }) => {
    const before = comments.filter(({ type, end }) => type === "Line" && end <= start);
    const group = (before.at(-1)?.value ?? "").trim().replace(/\.$/, "");
    return exported.flatMap(({ exportName }) =>
      exportName.name === null ? [] : [{ name: exportName.name, group }],
    );
  });
}

function readModule(folder: string, file: string): Module {
  const declarations = file.replace(/\.ts$/, ".d.ts");
  const path = join(folder, existsSync(join(folder, file)) ? file : declarations);
  const text = readFileSync(path, "utf8");
  const { program, module, comments } = parseSync(path, text);
  const declared = new Map<string, Declared>();
  for (const statement of program.body) {
    const declaration = "declaration" in statement ? statement.declaration : statement;
    if (declaration === null || typeof declaration !== "object") continue;
    const kind = kinds[declaration.type as keyof typeof kinds];
    const name = nameOf(declaration);
    if (kind === undefined || name === undefined) continue;
    const own = {
      kind,
      signature: signatureOf(text, statement.start, declaration),
      doc: docBefore(text, statement.start, comments),
    };
    const before = declared.get(name);
    // Overloads of a function are one name.
    if (before === undefined) declared.set(name, own);
    else declared.set(name, { ...before, signature: `${before.signature}\n${own.signature}` });
  }
  const passedOn = new Map(
    module.staticExports.flatMap(({ entries: exported }) =>
      exported.flatMap(({ exportName, importName, moduleRequest }) =>
        exportName.name === null || importName.name === null || moduleRequest === null
          ? []
          : [
              [
                exportName.name,
                { name: importName.name, file: join(file, "..", moduleRequest.value) },
              ],
            ],
      ),
    ) as [string, { file: string; name: string }][],
  );
  return { declared, passedOn };
}

const kinds = {
  FunctionDeclaration: "function",
  TSDeclareFunction: "function",
  VariableDeclaration: "constant",
  ClassDeclaration: "class",
  TSInterfaceDeclaration: "interface",
  TSTypeAliasDeclaration: "type",
} as const;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: unknown;
  readonly body?: unknown;
  readonly declarations?: unknown;
}

function nameOf(declaration: object): string | undefined {
  const { id, declarations } = declaration as Node;
  const [first] = (declarations ?? []) as { readonly id: unknown }[];
  return ((first?.id ?? id) as { readonly name?: string } | null | undefined)?.name;
}

function signatureOf(text: string, start: number, declaration: object): string {
  const { type, end, body } = declaration as Node;
  const isFunction = type === "FunctionDeclaration" && typeof body === "object" && body !== null;
  return text
    .slice(start, isFunction ? (body as Node).start : end)
    .replace(/^export (?:declare )?/, "")
    .trimEnd();
}

/** The block comment that ends just before `start`. */
function docBefore(
  text: string,
  start: number,
  comments: readonly { type: string; value: string; end: number }[],
): Docstring | undefined {
  const comment = comments.find(
    ({ type, value, end }) =>
      type === "Block" &&
      value.startsWith("*") &&
      end <= start &&
      text.slice(end, start).trim() === "",
  );
  return comment === undefined ? undefined : parseDocstring(comment.value);
}

/** The parts of a docstring, from what is between its slashes. */
export function parseDocstring(comment: string): Docstring {
  const text = comment
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim();
  const [head = "", ...parts] = text.split(/^@(?=[a-z])/m);
  const tags = parts.map((part) => {
    const [, tag = "", rest = ""] = /^([a-z]+)\s*([^]*)$/.exec(part) ?? [];
    return { tag, text: rest.trim() };
  });
  return {
    text: head.trim(),
    tags: tags.filter(({ tag }) => tag !== "example"),
    examples: tags
      .filter(({ tag }) => tag === "example")
      .map(({ text: code }) => code.replace(/^```\w*\n/, "").replace(/\n```$/, "")),
  };
}
