/** Runs a program of the user's project, such as the test runner or the package manager. */
import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { HarnessError } from "../core/errors.ts";

/**
 * Runs a program where the project's own binaries are found first, with the Node that runs us, and
 * with our own input and output. Resolves to its exit code; throws `bad-usage` when it cannot be
 * started.
 */
export async function runProgram(
  [program = "", ...values]: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const path = projectPath(folder, environment);
  return new Promise((resolve, reject) => {
    const child = spawn(program, values, {
      cwd: folder,
      stdio: "inherit",
      env: { ...environment, PATH: path },
      // What npm installs on Windows are scripts of its shell.
      shell: process.platform === "win32",
    });
    child.on("error", (error) =>
      reject(
        new HarnessError("bad-usage", `${program} cannot be started: ${error.message}`, {
          hint: "Install it, then run the script by hand.",
          cause: error,
        }),
      ),
    );
    // Without a code a signal has ended it, as after Ctrl-C.
    child.on("close", (code) => resolve(code ?? 2));
  });
}

/** A `PATH` on which the Node that runs us and the binaries of the project come first. */
export function projectPath(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const first = [dirname(process.execPath), ...binaryFolders(folder)];
  return [...first, environment["PATH"] ?? ""].join(delimiter);
}

/** Of the folder and of those above, where workspaces have theirs. */
function binaryFolders(folder: string): readonly string[] {
  const above = dirname(folder);
  const own = join(folder, "node_modules", ".bin");
  return above === folder ? [own] : [own, ...binaryFolders(above)];
}
