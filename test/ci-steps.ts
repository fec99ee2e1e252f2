/** The templates for pipelines as data, and their shell steps as runners run them. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";

export const root = fileURLToPath(new URL("../", import.meta.url));
/** The text of a template. */
export const read = (file: string): string => readFileSync(join(root, "ci", file), "utf8");

interface Step {
  readonly name?: string;
  readonly displayName?: string;
  readonly run?: string;
  readonly bash?: string;
  /** CircleCI's. */
  readonly command?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export const action = parse(read("github/action.yml")) as {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
};
export const workflow = parse(read("github/brownout.yml")) as {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly Step[];
      }
    >
  >;
  readonly permissions: Readonly<Record<string, string>>;
};
/** What each job of GitLab begins with, where the packages are there already. */
export const gitlabBefore = (gitlabInstalls: "installs" | "is installed"): readonly string[] =>
  (gitlab[".brownout"]?.before_script ?? []).filter(
    (line) => gitlabInstalls === "installs" || !line.endsWith("npm ci"),
  );
type Yaml = Readonly<Record<string, unknown>>;
export const gitlab = parse(read("gitlab/brownout.yml")) as Readonly<
  Record<string, { readonly before_script: readonly string[]; readonly script: readonly string[] }>
>;
export const circleci = parse(read("circleci/config.yml")) as { readonly jobs: Yaml };
/** The documents of the manifest. */
const kubernetes = parseAllDocuments(read("kubernetes/brownout.yml")).map(
  (document) => document.toJS() as Yaml,
);
/** The shell steps of the Jenkinsfile, in their order. */
export const jenkins = [...read("jenkins/Jenkinsfile").matchAll(/sh '''([^]*?)'''/g)].map(
  // Groovy reads two backslashes as one.
  ([, script = ""]) => script.replaceAll("\\\\", "\\"),
);
export const azure = parse(read("azure/brownout.yml")) as {
  readonly stages: readonly { readonly jobs: readonly unknown[] }[];
};

/** Every step below a piece of a template. */
export function stepsIn(value: unknown): readonly Step[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn);
  if (typeof value !== "object" || value === null) return [];
  const own = "run" in value || "bash" in value || "command" in value ? [value as Step] : [];
  return [...own, ...Object.values(value).flatMap(stepsIn)];
}

/** The script of the step of that name. */
export function scriptOf(of: unknown, name: string): string {
  const found = stepsIn(of).find((step) => step.name === name || step.displayName === name);
  const script = found?.run ?? found?.bash ?? found?.command;
  if (script === undefined) throw new Error(`there is no step "${name}"`);
  return script;
}

/** Runs a script in a folder, with the commands of its `tools` first, as GitHub's and Azure's runners run bash. */
export function bash(
  folder: string,
  script: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
) {
  const file = join(folder, "step.sh");
  writeFileSync(file, script);
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:VITEST|FORCE_COLOR|NODE_|GITHUB_|TF_|BUILD_)/.test(name),
    ),
  );
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", file, ...args], {
      cwd: folder,
      env: {
        ...inherited,
        PATH: [join(folder, "tools"), dirname(process.execPath), process.env["PATH"]].join(
          delimiter,
        ),
        ...env,
      },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A script of the manifest's ConfigMap. */
export function kubernetesScript(name: string): string {
  const { data = {} } = kubernetes[0] as { readonly data?: Readonly<Record<string, string>> };
  return data[name] ?? "";
}
