/**
 * What the command line touches of its process, as one value: tests hand in their own, and
 * nothing below `cli.ts` reads `process`.
 */
import { hostname, release } from "node:os";
import { createInterface } from "node:readline/promises";
import { createNpmRegistry, type Registry } from "../clients/versions/npm-registry.ts";
import { createPool, type Pool, type PoolOptions } from "./worker/pool.ts";
import { isColoured, type Output } from "../reporting/formats/terminal.ts";
import { terminalText } from "../reporting/formats/terminal-text.ts";
import type { RunFacts } from "../reporting/model/run-facts.ts";
import { type InterruptSignal, listenForInterrupt } from "./interrupt.ts";
import { runProgram } from "./run-program.ts";

/** A machine, as `run.json` names it. */
export type Machine = Pick<RunFacts, "host" | "os" | "node">;

export interface Io {
  /** Absolute; relative paths of the command line are relative to it. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Real time, ms: only for what the terminal says about how long a run took. */
  readonly now: () => number;
  /** Calls back on the first Ctrl-C or SIGTERM; a second one ends the process. Returns how to stop listening. */
  readonly onInterrupt: (listener: (signal: InterruptSignal) => void) => () => void;
  readonly createPool: (options: PoolOptions) => Pool;
  /** Where versions of clients are published. */
  readonly registry: Registry;
  /** Asks a question of the person at the terminal; undefined when there is none. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Runs a program in a folder, with our own output and our own Node; resolves to its exit code. */
  readonly runProgram: (command: readonly string[], folder: string) => Promise<number>;
  /** How many processes can work at once on this machine. */
  readonly parallelism: number;
  /** Which machine this is. */
  readonly machine: Machine;
}

/** The real process. `parallelism` is for the caller to know, as are all facts about the machine. */
export function createProcessIo(parallelism: number): Io {
  watchOutput();
  return {
    cwd: process.cwd(),
    environment: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    now: () => Date.now(),
    onInterrupt: (listener) => listenForInterrupt(process, listener, () => Date.now()),
    createPool,
    registry: createNpmRegistry(process.env, process.cwd()),
    ask: process.stdin.isTTY && process.stdout.isTTY ? askAtTerminal : undefined,
    runProgram: (command, folder) => runProgram(command, folder, process.env),
    parallelism,
    machine: {
      host: hostname(),
      os: `${process.platform} ${release()} ${process.arch}`,
      node: process.versions.node,
    },
  };
}

async function askAtTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/**
 * The work goes on when our output cannot be written, and the exit code says what came of it. A
 * reader such as `head` may have seen enough, which is no error; a full disk is one.
 */
function watchOutput(): void {
  let isLost = false;
  const { stdout, stderr } = process;
  for (const [name, stream] of [
    ["Standard output", stdout],
    ["Standard error", stderr],
  ] as const) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // EIO: the terminal was closed.
      if (error.code === "EPIPE" || error.code === "EIO" || isLost) return;
      isLost = true;
      process.on("exit", () => (process.exitCode = 2));
      if (stream !== stderr)
        stderr.write(
          `brownout: ${name} cannot be written: ${error.message}\n  Make room there, or send it to another place.\n`,
        );
    });
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isTTY = stream.isTTY === true;
  const how = { isTTY, isColoured: isColoured({ isTTY }, process.env) };
  const write = (text: string): void => {
    // What is lost was reported once.
    if (stream.writable) stream.write(text);
  };
  return {
    write: (text) => write(terminalText(text, how)),
    command: write,
    isTTY,
    get columns() {
      // A terminal that does not know its width says 0.
      return stream.columns > 0 ? stream.columns : 80;
    },
  };
}
