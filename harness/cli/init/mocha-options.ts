/**
 * Mocha adds the files of its configuration to those that are named. Where it names any, the tests
 * leave the configuration out, and say the rest of what it says as arguments: compilers, hooks, words.
 */
import type { Evaluator } from "./evaluate.ts";
import { findConfigFile, plainText } from "./find-runner.ts";
import type { Project } from "./read-project.ts";
import { isNode, nameOf, type SourceModule } from "./source-module.ts";

/** What decides how a test file is loaded and run, in the order of the arguments, with its short names. */
const keptOptions: Readonly<Record<string, readonly string[]>> = {
  "node-option": ["n"],
  import: [],
  loader: [],
  require: ["r"],
  extension: [],
  file: [],
  ui: ["u"],
};

type Texts = ReadonlyMap<string, readonly string[]>;

/** The arguments that come before those of init; none where the configuration names no files. */
export function mochaOptions(
  project: Project,
  modules: ReadonlyMap<string, SourceModule>,
  evaluator: Evaluator,
): readonly string[] {
  const file = findConfigFile(project, "mocha");
  const module = file === undefined ? undefined : modules.get(file);
  const written = project.files.get(file ?? "")?.text ?? "";
  const configured =
    module === undefined ? textsIn(written, file ?? "") : textsOf(module, evaluator);
  return [
    ...inPlaceOf("--no-config", configured),
    ...inPlaceOf("--no-package", textsOfObject(project.manifest.mocha)),
  ];
}

function inPlaceOf(without: string, configured: Texts): readonly string[] {
  if (!configured.has("spec")) return [];
  const kept = Object.entries(keptOptions).flatMap(([name, others]) =>
    [name, ...others]
      .flatMap((one) => configured.get(one) ?? [])
      .map(
        (value) => `--${name}=${/^[\w@%+=:,./-]+$/.test(value) ? value : JSON.stringify(value)}`,
      ),
  );
  return [without, ...kept];
}

function textsIn(text: string, file: string): Texts {
  if (!file.endsWith(".json")) return textsOfYaml(text);
  const plain = text.replaceAll(/^\s*\/\/.*$|\/\*[^]*?\*\//gm, "");
  try {
    return textsOfObject(JSON.parse(plain));
  } catch {
    return new Map();
  }
}

function textsOfObject(value: unknown): Texts {
  return new Map(
    Object.entries(Object(value) as object).map(([name, some]) => [
      name,
      [some].flat().filter((one) => typeof one === "string"),
    ]),
  );
}

function textsOf(module: SourceModule, evaluator: Evaluator): Texts {
  const exported = module.exports.get("module.exports") ?? module.exports.get("default");
  const value = evaluator.evaluate(exported, module);
  if (value.kind !== "object" || value.node.type !== "ObjectExpression") return new Map();
  const names = value.node.properties.flatMap((property) =>
    property.type === "SpreadElement" || !isNode(property.key) ? [] : [nameOf(property.key) ?? ""],
  );
  return new Map(
    names.map((name) => {
      const found = evaluator.property(value, name);
      const items = found.kind === "list" ? found.items : [found];
      return [name, items.map(plainText).filter((one) => one !== undefined)];
    }),
  );
}

/** Of YAML what such a file needs: `name: value`, `name: [a, b]`, and a list of lines below a name. */
function textsOfYaml(text: string): Texts {
  const texts = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const bare = line.replace(/(?:^|\s)#.*$/, "").trimEnd();
    const item = /^\s*-\s+(.+)$/.exec(bare)?.[1];
    const [, name, rest = ""] = /^["']?([\w-]+)["']?\s*:\s*(.*)$/.exec(bare) ?? [];
    if (item !== undefined) current.push(unquoted(item));
    else if (name !== undefined) {
      const list = /^\[(.*)\]$/.exec(rest)?.[1];
      current = (list?.split(",") ?? [rest]).map(unquoted).filter((one) => one !== "");
      texts.set(name, current);
    }
  }
  return texts;
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}
