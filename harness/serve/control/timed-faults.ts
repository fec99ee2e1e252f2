/**
 * Faults that end by themselves when the program that started them is gone: after a time of the
 * machine, unless they are cleared before.
 */
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { Supervisor } from "../supervisor.ts";
import { shownAs } from "../connection-faults.ts";

/** Faults that were started together. */
export interface StartedFaults {
  readonly ids: readonly string[];
  /** When they end at the latest, ms since the Unix epoch by the machine's clock. */
  readonly endsAtMs: number;
  /** How clients meet what this way in cannot show as it is, by the id of the fault. */
  readonly shown: Readonly<Record<string, { readonly direct: string; readonly proxy: string }>>;
}

export interface TimedFaults {
  /** Starts them for at most `ttlMs` of the machine's time. Throws as `Served.faults` does. */
  readonly start: (plan: FaultPlan, ttlMs: number, place?: string) => StartedFaults;
  /** Ends those, or all; throws `unknown-name`. */
  readonly clear: (ids?: readonly string[]) => void;
  /** Those that have not ended, with when they end at the latest. */
  readonly open: () => readonly { readonly id: string; readonly endsAtMs: number }[];
  /** Forgets all without ending them: their simulation is gone. */
  readonly forget: () => void;
}

/** Creates it, with no faults. */
export function createTimedFaults(supervisor: Supervisor): TimedFaults {
  const ends = new Map<string, { readonly endsAtMs: number; readonly cancel: () => void }>();
  const forget = (ids: readonly string[] = [...ends.keys()]): void => {
    for (const id of ids) {
      ends.get(id)?.cancel();
      ends.delete(id);
    }
  };
  const clear = (ids?: readonly string[]): void => {
    supervisor.current().clear(ids);
    forget(ids);
  };
  return {
    start(plan, ttlMs, place) {
      const ids = supervisor.current().faults(plan, place);
      const endsAtMs = machineTime() + ttlMs;
      for (const id of ids)
        ends.set(id, { endsAtMs, cancel: afterMachineMs(ttlMs, () => clear([id])) });
      const shown = ids.flatMap((id, index) => {
        const kind = plan[index]?.effect.kind;
        const as = kind === undefined ? undefined : shownAs(kind);
        return as === undefined ? [] : [[id, as] as const];
      });
      return { ids, endsAtMs, shown: Object.fromEntries(shown) };
    },
    clear,
    open: () => [...ends].map(([id, { endsAtMs }]) => ({ id, endsAtMs })),
    forget: () => forget(),
  };
}
