/**
 * Where packages come from: npm, run under the Node that runs us (under an older one npm chooses
 * older builds), for the registry that the user's own npm is set to. Nothing that a package brings
 * is run: `--ignore-scripts`.
 */
import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { npmrcVariables } from "./project-npmrc.ts";

/** Where packages are published. */
export interface Registry {
  /** Every published version of a package, as npm lists them. Rejects with `no-registry`. */
  published(npmName: string): Promise<readonly string[]>;
  /** Installs one version, with what it needs, into a folder that has a `package.json`. Rejects with `no-registry`. */
  install(npmName: string, version: string, folder: string): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The registry of this machine's npm, or the one that the `.npmrc` of the project in `cwd` names. */
export function createNpmRegistry(own: Environment, cwd: string): Registry {
  const environment = { ...npmrcVariables(cwd, own), ...own };
  return {
    async published(npmName) {
      const text = await runNpm(["view", npmName, "versions", "--json"], npmName, environment);
      const versions: unknown = JSON.parse(text);
      return [versions].flat().filter((version) => typeof version === "string");
    },
    async install(npmName, version, folder) {
      const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
      const wanted = `${npmName}@${version}`;
      await runNpm(["install", wanted, "--prefix", folder, ...quietly], wanted, environment);
    },
  };
}

/** Npm's own defaults wait for minutes where there is no network. */
const IMPATIENT = [
  "--loglevel=error",
  "--fetch-retries=1",
  "--fetch-retry-mintimeout=1000",
  "--fetch-timeout=20000",
];

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

function runNpm(
  args: readonly string[],
  wanted: string,
  environment: Environment,
): Promise<string> {
  const npm = findNpm(environment);
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [npm, ...args, ...IMPATIENT],
      { env: { ...environment }, maxBuffer: OUTPUT_BYTES_MAX },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(registryFailed(wanted, `${stderr}\n${stdout}`, error));
      },
    );
  });
}

/** Npm's own program, which is JavaScript: beside its launcher, or where that leads. */
function findNpm(environment: Environment): string {
  const { npm_execpath: running, PATH = "", Path = "" } = environment;
  const folders = `${PATH}${delimiter}${Path}`.split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    ...(running?.endsWith("npm-cli.js") === true ? [running] : []),
    ...folders.flatMap((folder) => [
      ...[join(folder, "npm")].filter(existsSync).map((path) => realpathSync(path)),
      join(folder, "node_modules", "npm", "bin", "npm-cli.js"),
    ]),
    join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const found = candidates.find((path) => path.endsWith("npm-cli.js") && existsSync(path));
  if (found !== undefined) return found;
  throw new HarnessError("no-registry", "npm is not to be found, which installs versions", {
    place: "PATH",
    hint: "Install npm, or put the folder with it on the PATH.",
  });
}

/** One sentence out of what npm says; the rest is in its log. */
function registryFailed(wanted: string, said: string, cause: Error): HarnessError {
  const lines = said.split("\n").map((line) => line.replace(/^npm (?:error|ERR!) ?/, "").trim());
  const [, code] = /^code (\S+)/m.exec(lines.join("\n")) ?? [];
  const reason = lines.find((line) => line !== "" && !/^(?:code|syscall|errno|\{)/.test(line));
  return new HarnessError(
    "no-registry",
    `npm cannot get ${wanted}: ${reason ?? cause.message}${code === undefined ? "" : ` (${code})`}`,
    {
      hint: "Look at the network and at: npm config get registry. Versions that are in the cache already need neither, when they are named in full.",
      cause,
    },
  );
}
