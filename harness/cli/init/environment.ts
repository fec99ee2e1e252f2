/**
 * The variables of the environment that the sources read, with the values of `.env` files and of
 * `local.settings.json`. A secret's value is never kept.
 */
import { parseEnv } from "node:util";
import type { Part, Value } from "./evaluate.ts";
import type { Project } from "./read-project.ts";

/** In the order in which they count. Samples come last: they show the form. */
const ENV_FILES = [
  ".env.development.local",
  ".env.local",
  ".env.development",
  ".env",
  ".env.dev",
  ".env.example",
  ".env.sample",
  ".env.template",
];

const SECRET = /secret|password|passwd|token(?!_?url)|private_?key|(?:^|_)key$|cert|connection/i;

/** Whether a variable of that name holds a secret: its value is not copied. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}

/** The values of those files, without those of secrets and without what a sample leaves to be filled in. */
export function readEnvironment({ files }: Project): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const sources = [
    ...ENV_FILES.map((name) => parseEnv(files.get(name)?.text ?? "")),
    localSettings(files),
  ];
  for (const source of sources)
    for (const [variable, value] of Object.entries(source))
      if (typeof value === "string" && !isSecretName(variable) && !isPlaceholder(value))
        if (!values.has(variable)) values.set(variable, value);
  return values;
}

/** The variables that Azure Functions sets on the developer's own machine. */
function localSettings(files: Project["files"]): object {
  try {
    const read: unknown = JSON.parse(files.get("local.settings.json")?.text ?? "{}");
    return Object(Object(read).Values) as object;
  } catch {
    return {};
  }
}

/** What samples and templates write where a value has to be filled in. */
function isPlaceholder(whole: string): boolean {
  const text = whole.slice(0, 200);
  return (
    text.trim() === "" ||
    /enter_?the|your[-_ ]|_here\b|<[^>]*>|\{\{|^x{3,}|x{8}-|replace|changeme|\bTODO\b/i.test(
      text,
    ) ||
    /^0{8}-0{4}-0{4}-0{4}-0{12}$/.test(text)
  );
}

/** A text of the sources with its variables filled in. */
export interface FilledIn {
  /** Undefined when a variable has no value, or it is a placeholder. */
  readonly text: string | undefined;
  readonly variables: readonly string[];
  /** A placeholder that stands in the source itself. */
  readonly placeholder?: string;
}

/** Fills in a value with the environment and the page's origin. */
export function fillIn(
  value: Value,
  {
    environment,
    origin,
  }: {
    readonly environment: ReadonlyMap<string, string>;
    readonly origin?: string;
  },
): FilledIn | undefined {
  if (value.kind !== "text") return undefined;
  const variables = value.parts.flatMap((part) => (part.kind === "variable" ? [part.name] : []));
  const texts = value.parts.map((part) => textOfPart(part, environment, origin));
  if (texts.includes(undefined)) return { text: undefined, variables };
  const text = texts.join("");
  if (!isPlaceholder(text)) return { text, variables };
  return variables.length > 0
    ? { text: undefined, variables }
    : { text: undefined, variables, placeholder: text };
}

function textOfPart(
  part: Part,
  environment: ReadonlyMap<string, string>,
  origin: string | undefined,
): string | undefined {
  if (part.kind === "text") return part.text;
  if (part.kind === "origin") return origin;
  const known = environment.get(part.name) ?? part.otherwise;
  return known === undefined || isPlaceholder(known) ? undefined : known;
}
