/** Runs the command that a person put behind `--`, with our input and output. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { HarnessError } from "../core/errors.ts";
import { afterMachineMs } from "../core/time/machine-timer.ts";
import { type Crash, crashIn, LAST_WORDS_MAX } from "./crash.ts";
import type { Io } from "./io.ts";

/** How a command ended. */
export interface CommandEnd {
  /** Its exit code, or 128 and the number of the signal that ended it. */
  readonly code: number;
  /** The error that ended it, where nothing in it caught one. */
  readonly crash: Crash | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Resolves to its exit code, 128 and the number of the signal that ended it; signals to us are passed on. Rejects `bad-usage` when it cannot be started. */
export async function runCommandLine(
  command: readonly string[],
  environment: Environment,
  io: Pick<Io, "cwd" | "onInterrupt">,
): Promise<number> {
  const [program = "", ...values] = command;
  return codeOf(
    spawn(program, values, { cwd: io.cwd, stdio: "inherit", env: environment }),
    program,
    io,
  );
}

/** After its end, a command's standard error is waited for as long, ms: a process that it has left behind may keep it open. */
const LEFT_OPEN_MS = 1_000;

/** The same, with its standard error passing through here, since a runtime says there that nothing caught an error. */
export async function runWatched(
  command: readonly string[],
  environment: Environment,
  io: Pick<Io, "cwd" | "onInterrupt">,
): Promise<CommandEnd> {
  const [program = "", ...values] = command;
  const child = spawn(program, values, {
    cwd: io.cwd,
    stdio: ["inherit", "inherit", "pipe"],
    env: environment,
  });
  let lastWords = "";
  child.stderr.on("data", (part: Buffer) => {
    process.stderr.write(part);
    lastWords = (lastWords + part.toString("utf8")).slice(-LAST_WORDS_MAX);
  });
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("exit", () => afterMachineMs(LEFT_OPEN_MS, resolve));
  });
  const code = await codeOf(child, program, io);
  await closed;
  child.stderr.destroy();
  return { code, crash: crashIn(lastWords, code) };
}

function codeOf(
  child: ChildProcess,
  program: string,
  io: Pick<Io, "onInterrupt">,
): Promise<number> {
  return new Promise((resolve, reject) => {
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
    child.on("exit", (code, signal) => {
      stopListening();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
