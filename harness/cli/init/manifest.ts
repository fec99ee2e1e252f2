/** The project's package.json: what init needs of it, and how a script is added to its text. */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { schema } from "../../core/validation.ts";
import { readTextFile } from "../text-file.ts";

/** What package.json says. */
export interface Manifest {
  readonly text: string;
  readonly isModule: boolean;
  /** As Corepack reads it: `pnpm@10.12.1`. */
  readonly packageManager: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** Of every kind, with the range that is written. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Configuration of test runners that stands in package.json. */
  readonly jest: unknown;
  readonly mocha: unknown;
  readonly workspaces: readonly string[];
}

const texts = schema((z) => z.record(z.string(), z.string()));
const manifestSchema = schema((z) =>
  z.looseObject({
    type: z.string().optional(),
    packageManager: z.string().optional(),
    scripts: texts().optional(),
    dependencies: texts().optional(),
    devDependencies: texts().optional(),
    optionalDependencies: texts().optional(),
    peerDependencies: texts().optional(),
    jest: z.unknown().optional(),
    mocha: z.unknown().optional(),
    workspaces: z
      .union([z.array(z.string()), z.looseObject({ packages: z.array(z.string()).optional() })])
      .optional(),
  }),
);

const NAME = "package.json";

/** Reads `package.json` of a folder; throws `bad-usage` when there is none or it is not a manifest. */
export function readManifest(root: string): Manifest {
  const path = join(root, NAME);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new HarnessError("bad-usage", "it is a link, and init does not leave its folder", {
      place: NAME,
      hint: "Run it in the folder that the link leads to.",
    });
  }
  const text = readText(path);
  const said = manifestSchema().safeParse(parse(text));
  if (!said.success) {
    const [issue] = said.error.issues;
    const place = [NAME, ...(issue?.path ?? []).map(String)].join(".");
    throw new HarnessError("bad-usage", issue?.message ?? "it is not a manifest", {
      place,
      hint: "Correct it, then run init again.",
    });
  }
  const { type, packageManager, scripts, workspaces, jest, mocha, ...rest } = said.data;
  return {
    text,
    isModule: type === "module",
    packageManager,
    scripts: scripts ?? {},
    dependencies: {
      ...rest.peerDependencies,
      ...rest.optionalDependencies,
      ...rest.dependencies,
      ...rest.devDependencies,
    },
    jest,
    mocha,
    workspaces: Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []),
  };
}

function readText(path: string): string {
  try {
    return readTextFile(path, NAME);
  } catch (error) {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw error;
    throw new HarnessError("bad-usage", "there is no package.json in this folder", {
      place: NAME,
      hint: "Run init in the folder of the app, or first: npm init",
      cause: error,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new HarnessError("bad-usage", `it is not JSON: ${(error as Error).message}`, {
      place: NAME,
      hint: "Correct it, then run init again.",
      cause: error,
    });
  }
}

/** The text of package.json with one more script, indented as it is; unchanged when the name is taken. */
export function withScript({ text, scripts }: Manifest, name: string, command: string): string {
  if (scripts[name] !== undefined) return text;
  const manifest = parse(text) as Record<string, unknown>;
  const isOneLine = text.length > 2 && !text.trim().includes("\n");
  const indent = isOneLine ? "" : (/^[{\s]*\n([ \t]+)"/.exec(text)?.[1] ?? "  ");
  const end = text.endsWith("\n") ? "\n" : "";
  const written = JSON.stringify(
    { ...manifest, scripts: { ...scripts, [name]: command } },
    null,
    indent,
  );
  return (written + end).replaceAll("\n", text.includes("\r\n") ? "\r\n" : "\n");
}
