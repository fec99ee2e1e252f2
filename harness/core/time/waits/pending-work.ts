/**
 * What the machine still has to do for this process, and how long it has had for it. Virtual
 * time stands still while any of it is pending. What outlasts its limit is abandoned: it is
 * reported once, and counts again only after it has given a sign of life.
 */
import { defaultWaitLimitsMs, type WaitKind, type WaitOptions } from "./wait-limits.ts";

/** One thing that this process waits for. */
export interface Wait {
  readonly kind: WaitKind;
  /** In words, for people; without numbers that differ from run to run. */
  readonly describe: () => string;
  /** How `notWaitedFor` names it. Default: it cannot be named there. */
  readonly names?: () => readonly string[];
  /** Looked at while it is pending; true ends it. Default: only `end` does. */
  readonly isOver?: () => boolean;
  /** Whether it counts at the moment. Default: yes. */
  readonly counts?: () => boolean;
  /** A limit of its own, when it is shorter: the program's own time-out, or that of something that has spoken; ms of the machine's time. */
  readonly ownLimitMs?: () => number | undefined;
}

/** A wait whose limit has passed. */
export interface AbandonedWait {
  readonly kind: WaitKind;
  readonly what: string;
  /** The limit that it outlasted, ms of the machine's time. */
  readonly limitMs: number;
}

/** The watchers' side. */
export interface WaitRegistry {
  /** The process waits from now on, unless it does already or has abandoned it. */
  begin(wait: Wait): void;
  /** It has given a sign of life: its limit counts from now, and it may be waited for again. */
  renew(wait: Wait): void;
  end(wait: Wait): void;
}

/** The clock's side. */
export interface PendingWork {
  /** Whether time must stand still. Abandons what has outlasted its limit. */
  any(): boolean;
  /** What is pending, in words, each with the time it has taken. */
  describe(): readonly string[];
  /** What was abandoned since `reset`, in words. */
  abandoned(): readonly string[];
  /** For a new run: with these options; what is pending from before does not count. */
  reset(options: RunWaits): void;
}

/** The waits of one run. */
export interface RunWaits extends WaitOptions {
  readonly onAbandoned?: ((wait: AbandonedWait) => void) | undefined;
  /** No wait that has begun by then lasts longer; ms of the machine's time from now. */
  readonly allEndWithinMs?: number | undefined;
}

/** `now` is the machine's time, ms. */
export function createPendingWork(now: () => number): PendingWork & WaitRegistry {
  const begun = new Map<Wait, number>();
  const forgone = new WeakSet<Wait>();
  let options: RunWaits = {};
  let startedAtMs = now();
  let abandoned: AbandonedWait[] = [];

  const isExcepted = ({ names }: Wait): boolean => {
    const { notWaitedFor = [] } = options;
    return (
      notWaitedFor.length > 0 && names?.().some((name) => notWaitedFor.includes(name)) === true
    );
  };

  /** When its time is up, and which limit that is. */
  const limitOf = (
    wait: Wait,
    sinceMs: number,
  ): { readonly limitMs: number; readonly untilMs: number } => {
    const ofKind = options.limitsMs?.[wait.kind] ?? defaultWaitLimitsMs[wait.kind];
    const limitMs = Math.min(ofKind, wait.ownLimitMs?.() || Infinity);
    const untilMs = sinceMs + limitMs;
    const { allEndWithinMs = Infinity } = options;
    const deadlineMs = startedAtMs + allEndWithinMs;
    return sinceMs < deadlineMs && deadlineMs < untilMs
      ? { limitMs: allEndWithinMs, untilMs: deadlineMs }
      : { limitMs, untilMs };
  };

  const abandon = (wait: Wait, limitMs: number): void => {
    begun.delete(wait);
    forgone.add(wait);
    const one = { kind: wait.kind, what: wait.describe(), limitMs };
    abandoned.push(one);
    options.onAbandoned?.(one);
  };

  /** Those that count now; forgets those that are over. */
  const pending = (): (readonly [Wait, number])[] => {
    const some: (readonly [Wait, number])[] = [];
    for (const [wait, sinceMs] of begun) {
      if (wait.isOver?.() === true || isExcepted(wait)) begun.delete(wait);
      else if (wait.counts?.() ?? true) some.push([wait, sinceMs]);
    }
    return some;
  };

  return {
    begin(wait) {
      if (!forgone.has(wait) && !begun.has(wait)) begun.set(wait, now());
    },
    renew(wait) {
      forgone.delete(wait);
      if (begun.has(wait)) begun.set(wait, now());
    },
    end(wait) {
      forgone.delete(wait);
      begun.delete(wait);
    },
    any() {
      if (begun.size === 0) return false;
      let isAny = false;
      for (const [wait, sinceMs] of pending()) {
        const { limitMs, untilMs } = limitOf(wait, sinceMs);
        if (now() < untilMs) isAny = true;
        else abandon(wait, limitMs);
      }
      return isAny;
    },
    describe: () =>
      pending().map(([wait, sinceMs]) => `${wait.describe()} (${inSeconds(now() - sinceMs)})`),
    abandoned: () => abandoned.map(({ what, limitMs }) => `${what} (${inSeconds(limitMs)})`),
    reset(next) {
      options = next;
      startedAtMs = now();
      abandoned = [];
      for (const wait of begun.keys()) forgone.add(wait);
      begun.clear();
    },
  };
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
