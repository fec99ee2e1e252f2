/** A command that gets SIGTERM as soon as it has begun to play. */
import type { Io } from "../../harness/cli/io.ts";
import type { RunReply, RunTask } from "../../harness/cli/worker/protocol.ts";
import { testIo } from "./cli.ts";

/** Its runs do not end before the pool is closed. `cwd`: the folder in which the command runs. */
export function interruptedIo(cwd: string): Io {
  const ends: (() => void)[] = [];
  const pool = {
    run: (task: RunTask): Promise<RunReply> =>
      new Promise((resolve) => {
        const error = { code: "worker-died", message: "it was ended" } as const;
        ends.push(() => resolve({ kind: "failed", task, error }));
      }),
    close: () => {
      for (const end of ends) end();
      return Promise.resolve();
    },
  };
  return testIo({
    cwd,
    now: () => Date.now(),
    createPool: () => pool,
    onInterrupt(listener) {
      setImmediate(() => listener("SIGTERM"));
      return () => undefined;
    },
  });
}
