/** A process that tests of commands hand in: it runs nothing, reaches no network, and its time stands still. */
import type { Io } from "../../harness/cli/io.ts";

/** An `Io` with these parts. */
export function testIo(parts: Partial<Io> = {}): Io {
  const unavailable = (): never => {
    throw new Error("not in this test");
  };
  const silent = { write: () => undefined, isTTY: false, columns: 80 };
  return {
    cwd: "/",
    environment: {},
    stdout: silent,
    stderr: silent,
    now: () => 0,
    onInterrupt: () => () => undefined,
    createPool: unavailable,
    registry: { published: unavailable, install: unavailable },
    ask: undefined,
    runProgram: unavailable,
    parallelism: 1,
    machine: { host: "test-machine", os: "test 1.0 x64", node: "24.0.0" },
    ...parts,
  };
}
