/**
 * The registry that a project's `.npmrc` names. npm reads that file in the folder into which it
 * installs, and versions of clients go into a cache folder: so it gets the settings as variables.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where packages come from and how to get there; nothing that says what is installed, or how. */
const SETTING =
  /^(?:(?:@[^:]+:)?registry|\/\/.+|ca|cafile|cert|key|strict-ssl|proxy|https-proxy|noproxy)$/;

/** The variables for npm; those of the environment, which count more for npm as well, stay. */
export function npmrcVariables(cwd: string, environment: Environment): Environment {
  const file = findNpmrc(cwd);
  if (file === undefined) return {};
  const given = new Set(Object.keys(environment).map(normal));
  const found = settingsIn(readFileSync(file, "utf8"))
    .filter(([name]) => SETTING.test(name))
    .map(([name, value]) => [`npm_config_${name}`, value] as const)
    .filter(([name]) => !given.has(normal(name)));
  return Object.fromEntries(found);
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

/** The nearest one, up to the root of the repository: that of a workspace is above its packages. */
function findNpmrc(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, ".npmrc");
    if (existsSync(file)) return file;
    if (existsSync(join(folder, ".git")) || folder === dirname(folder)) return undefined;
  }
}

/** `name = value` lines; npm itself fills in `${VARIABLES}`. */
function settingsIn(text: string): readonly (readonly [name: string, value: string])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (/^\s*[;#]/.test(line)) return [];
    const at = line.indexOf("=");
    if (at < 1) return [];
    const value = line.slice(at + 1).trim();
    return [[line.slice(0, at).trim(), value.replace(/^(["'])(.*)\1$/, "$2")] as const];
  });
}
