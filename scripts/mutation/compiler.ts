/**
 * Which mutants the compiler refuses. They are no programs, so no test has to notice them. It is
 * asked only about those that the tests have missed, each a file beside its original, in one go.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Mutant } from "./bundle.ts";

const COPIED = ["harness", "scenarios", "fixtures", "tsconfig.json"];
const CONFIG = {
  extends: "./tsconfig.json",
  // A mutant may leave something unused: that is no reason to call it impossible.
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true },
  include: ["harness/rules", "harness/faults", "harness/entra/backup"],
  exclude: ["**/*.test.ts"],
};

/** The ids of those that do not compile. The folder is made anew and removed afterwards. */
export async function findUncompilable(
  mutants: readonly Mutant[],
  folder: string,
): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  if (mutants.length === 0) return refused;
  copySource(folder);
  try {
    const variantOf = ({ file, id }: Mutant): string => file.replace(/\.ts$/, `.mutant-${id}.ts`);
    for (const mutant of mutants) {
      const path = join(folder, variantOf(mutant));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, mutatedSource(mutant));
    }
    const output = await compile(folder);
    for (const mutant of mutants)
      if (output.includes(`${variantOf(mutant)}(`)) refused.add(mutant.id);
    return refused;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copySource(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of COPIED) cpSync(name, join(folder, name), { recursive: true });
  // On Windows only a junction needs no rights of its own.
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "tsconfig.mutants.json"), JSON.stringify(CONFIG));
}

/** The source of its file with the mutant in it. */
export function mutatedSource({ file, start, end, replacement }: Mutant): string {
  const lines = readFileSync(file, "utf8").split("\n");
  const before = [...lines.slice(0, start.line), lines[start.line]?.slice(0, start.column)];
  const after = [lines[end.line]?.slice(end.column), ...lines.slice(end.line + 1)];
  return before.join("\n") + replacement + after.join("\n");
}

async function compile(folder: string): Promise<string> {
  const tsc = join(dirname(resolve("node_modules/typescript/package.json")), "bin/tsc");
  const run = promisify(execFile)(
    process.execPath,
    [tsc, "-p", "tsconfig.mutants.json", "--pretty", "false"],
    { cwd: folder, maxBuffer: 100_000_000 },
  );
  return run.then(
    ({ stdout }) => stdout,
    (failed: { stdout: string }) => failed.stdout,
  );
}
