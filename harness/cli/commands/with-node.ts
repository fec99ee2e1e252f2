/** `brownout with-node`: runs a program of the project, such as its test runner, on the Node that runs us. */
import { HarnessError } from "../../core/errors.ts";
import type { Io } from "../io.ts";

/** Resolves to the exit code of the program; what stands behind its name is its own. */
export async function withNodeCommand(argv: readonly string[], io: Io): Promise<number> {
  const command = argv[0] === "--" ? argv.slice(1) : argv;
  const [program] = command;
  if (program === undefined || program.startsWith("-")) {
    throw new HarnessError(
      "bad-usage",
      `with-node needs a program, found ${program === undefined ? "none" : `the option ${program}`}`,
      { hint: "Such as: brownout with-node vitest run" },
    );
  }
  return io.runProgram(command, io.cwd);
}
