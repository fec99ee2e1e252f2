/**
 * Faults that end by themselves when the program that started them is gone: after a time of the
 * machine, unless they are cleared before.
 */
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import type { StateStore } from "../../core/state-store.ts";
import type { FaultPlan, FaultWindow } from "../../faults/plan.ts";
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

/** A fault that has not ended, as it is kept for the next start. */
interface KeptFault {
  readonly window: FaultWindow;
  /** When it begins and ends by the simulator's clock, and when it ends at the latest by the machine's; ms since the Unix epoch. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly endsAtMs: number;
}

/** Creates it, with the faults that had not ended when the simulation with this state was stopped. */
export function createTimedFaults(supervisor: Supervisor): TimedFaults {
  const ends = new Map<string, { readonly endsAtMs: number; readonly cancel: () => void }>();
  const kept = keptFaults(supervisor);
  const forget = (ids: readonly string[] = [...ends.keys()]): void => {
    for (const id of ids) {
      ends.get(id)?.cancel();
      ends.delete(id);
      kept()?.delete(id);
    }
  };
  const clear = (ids?: readonly string[]): void => {
    supervisor.current().clear(ids);
    forget(ids);
  };
  const begin = (plan: FaultPlan, endsAtMs: number, place?: string): readonly string[] => {
    const served = supervisor.current();
    const nowMs = served.live.clock.now();
    const ids = served.faults(plan, place);
    ids.forEach((id, index) => {
      const cancel = afterMachineMs(endsAtMs - machineTime(), () => clear([id]));
      ends.set(id, { endsAtMs, cancel });
      const window = plan[index];
      if (window === undefined) return;
      const fromMs = nowMs + window.from;
      kept()?.set(id, { window, fromMs, untilMs: fromMs + window.for, endsAtMs });
    });
    return ids;
  };
  const before = [...(kept() ?? [])];
  for (const [id, fault] of before) {
    kept()?.delete(id);
    const left = whatIsLeft(fault, supervisor.current().live.clock.now());
    if (left !== undefined) begin([left], fault.endsAtMs);
  }
  return {
    start(plan, ttlMs, place) {
      const endsAtMs = machineTime() + ttlMs;
      const ids = begin(plan, endsAtMs, place);
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

/** What is left of a fault at that time; undefined when it is over. */
function whatIsLeft(
  { window, fromMs, untilMs, endsAtMs }: KeptFault,
  nowMs: number,
): FaultWindow | undefined {
  const beginsMs = Math.max(fromMs, nowMs);
  if (beginsMs >= untilMs || endsAtMs <= machineTime()) return undefined;
  return { ...window, from: beginsMs - nowMs, for: untilMs - beginsMs };
}

/** The faults that each simulation keeps, read once; undefined for one without a state. */
function keptFaults(supervisor: Supervisor): () => Map<string, KeptFault> | undefined {
  const read = new WeakMap<StateStore, Map<string, KeptFault>>();
  return () => {
    const { state } = supervisor.current();
    if (state === undefined) return undefined;
    const known = read.get(state) ?? state.map<KeptFault>("outages");
    read.set(state, known);
    return known;
  };
}
