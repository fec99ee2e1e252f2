/** A process that tests of commands hand in: it runs nothing, reaches nobody, and its time stands. */
import type { Io } from "../../harness/cli/io.ts";

/** An `Io` with these parts. */
export function testIo(parts: Partial<Io> = {}): Io {
  const nobody = (): never => {
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
    createPool: nobody,
    registry: { published: nobody, install: nobody },
    parallelism: 1,
    ...parts,
  };
}
