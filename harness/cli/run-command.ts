/** Runs the command that a person put behind `--`, with our input and output. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { HarnessError } from "../core/errors.ts";
import type { Io } from "./io.ts";

/** Resolves to its exit code, 128 and the number of the signal that ended it; signals to us are passed on. Rejects `bad-usage` when it cannot be started. */
export function runCommandLine(
  [program = "", ...values]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  io: Pick<Io, "cwd" | "onInterrupt">,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, values, { cwd: io.cwd, stdio: "inherit", env: environment });
    // Ctrl-C at a terminal reaches it by itself as well, which does no harm.
    const stopListening = io.onInterrupt((signal) => void child.kill(signal));
    child.on("error", (error) => {
      stopListening();
      reject(
        new HarnessError("bad-usage", `${program} cannot be started: ${error.message}`, {
          place: "--",
          hint: "Write the command as a shell would run it, such as: -- python3 nightly.py",
          cause: error,
        }),
      );
    });
    child.on("close", (code, signal) => {
      stopListening();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
