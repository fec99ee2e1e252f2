/**
 * The program and the style of the page, as text. The package brings them ready; a source
 * checkout has no build, so there they are bundled when a report is to be written.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HarnessError } from "../../core/errors.ts";

/** What the page is made of, but for its data. */
export interface PageProgram {
  /** One classic script. */
  readonly script: string;
  readonly style: string;
  /** The licences of the libraries in the script. */
  readonly licences: string;
}

const folder = fileURLToPath(new URL("../page/", import.meta.url));

/** Where `scripts/build.ts` puts the program for the package; a source checkout has no such file. */
export const prebuiltFile = "page.json";

/** Throws `bundler-missing` when `loadPageProgram` could not make the program; takes no time. */
export function checkPageProgram(): void {
  if (existsSync(join(folder, prebuiltFile))) return;
  try {
    import.meta.resolve("rolldown");
  } catch (cause) {
    throw bundlerMissing(cause);
  }
}

/** The program, ready or made now; `bundler-missing` when it is neither. */
export async function loadPageProgram(): Promise<PageProgram> {
  const prebuilt = join(folder, prebuiltFile);
  if (existsSync(prebuilt)) return JSON.parse(readFileSync(prebuilt, "utf8")) as PageProgram;
  return bundlePageProgram();
}

/** Bundles the page's source with rolldown, which only a source checkout has. */
export async function bundlePageProgram(): Promise<PageProgram> {
  const { rolldown } = await import("rolldown").catch((cause: unknown) => {
    throw bundlerMissing(cause);
  });
  const bundle = await rolldown({
    input: join(folder, "main.tsx"),
    platform: "browser",
    transform: { jsx: { runtime: "automatic", importSource: "preact" }, target: "es2023" },
    treeshake: true,
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  const [chunk] = output;
  return {
    script: chunk.code,
    style: styleIn(join(folder, "style")),
    licences: licencesOf(Object.keys(chunk.modules)),
  };
}

function bundlerMissing(cause: unknown): HarnessError {
  return new HarnessError("bundler-missing", "report.html cannot be made without rolldown", {
    place: folder,
    hint: "In a source checkout, install with its development dependencies: npm ci.",
    cause,
  });
}

/** The style sheets of a folder in the order of their names, as one. */
function styleIn(sheets: string): string {
  const names = readdirSync(sheets).toSorted();
  return names.map((name) => readFileSync(join(sheets, name), "utf8")).join("\n");
}

/** The licence texts of the packages whose modules these are, once each. */
function licencesOf(modules: readonly string[]): string {
  const packages = new Map<string, string>();
  for (const module of modules) {
    const [, root, name] =
      /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))/.exec(module) ?? [];
    if (root === undefined || name === undefined || packages.has(name)) continue;
    packages.set(name, licenceIn(root));
  }
  return [...packages]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${name}\n\n${text.trim()}\n`)
    .join("\n");
}

function licenceIn(packageFolder: string): string {
  const path = join(packageFolder, "LICENSE");
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new HarnessError("bundler-missing", `${packageFolder} has no LICENSE to pass on`, {
    place: dirname(path),
    hint: "A library of the report page needs a licence text beside it.",
  });
}
