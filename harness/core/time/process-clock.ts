/**
 * The clock of this process. A process that runs scenarios keeps it for its whole life
 * (`keep`), because undici holds on to the first timers it saw; anyone else gets it
 * installed for one run and put back afterwards.
 */
import { installClock, type InstalledClock } from "./install.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";
import type { RunWaits } from "./waits/pending-work.ts";

interface ProcessClock {
  readonly clock: VirtualClock;
  installed: InstalledClock | undefined;
  kept: boolean;
  users: number;
}

let current: ProcessClock | undefined;

/** Takes the process's clock for one run that begins at `startMs`; call `release` when it is over. */
export function takeProcessClock(
  startMs: number,
  quietTurns: number,
  waits: RunWaits = {},
): { clock: VirtualClock; release: () => void } {
  current ??= {
    clock: createVirtualClock({ startMs }),
    installed: undefined,
    kept: false,
    users: 0,
  };
  const taken = current;
  if (taken.users > 0) throw new Error("two runs at once in one process would share one clock");
  taken.clock.reset(startMs, quietTurns);
  taken.installed ??= installClock(taken.clock);
  taken.clock.limitWaits(waits);
  taken.users += 1;
  return {
    clock: taken.clock,
    release() {
      taken.users -= 1;
      if (taken.kept || taken.users > 0) return;
      taken.installed?.restore();
      taken.installed = undefined;
    },
  };
}

/** Keeps the clock installed between runs, for a process that does nothing else. */
export function keepProcessClock(): void {
  current ??= {
    clock: createVirtualClock({ startMs: 0 }),
    installed: undefined,
    kept: false,
    users: 0,
  };
  current.kept = true;
}
