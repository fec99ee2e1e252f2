/** One served simulation after another on one port: `reset` begins a new one, as if nothing had happened. */
import type { ServeOptions } from "./serve-options.ts";
import type { Served } from "./served-simulation.ts";
import { startServed } from "./served-simulation.ts";
import { clearStateFile } from "./state-file.ts";

export interface Supervisor {
  /** The simulation of the moment. */
  readonly current: () => Served;
  /** Ends it and begins a new one, whose journal is beside the other with a number; resolves when it listens. */
  readonly reset: () => Promise<void>;
  /** Ends the last. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** Starts the first; rejects as `startServed` does. */
export async function startSupervisor(options: ServeOptions): Promise<Supervisor> {
  let served = await startServed(options);
  let count = 1;
  let underway: Promise<void> | undefined;
  const { host, port } = served.wayIn;
  const restart = async (): Promise<void> => {
    await served.stop();
    count += 1;
    const { journal, ...rest } = options;
    if (options.state !== undefined) clearStateFile(options.state);
    served = await startServed({
      ...rest,
      ...(journal === undefined ? {} : { journal: numbered(journal, count) }),
      listen: { host, port },
    });
  };
  return {
    current: () => served,
    reset: () =>
      (underway ??= restart().finally(() => {
        underway = undefined;
      })),
    async stop() {
      await underway;
      await served.stop();
    },
  };
}

/** `run.jsonl` is followed by `run-2.jsonl`. */
function numbered(path: string, count: number): string {
  const [, base = path, extension = ""] = /^(.*?)(\.[^./\\]+)?$/.exec(path) ?? [];
  return `${base}-${count}${extension}`;
}
