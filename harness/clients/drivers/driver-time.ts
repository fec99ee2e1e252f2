/**
 * A driver's process on the virtual clock. One that announces its waits is quiescent while each of
 * its open calls waits for something: a time that it has named, an answer of the simulator, or an
 * answer of ours. One that lives in the machine's time takes the whole scenario along with it.
 */
import { HarnessError } from "../../core/errors.ts";
import type { Participant } from "../../core/time/participants.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { ClientProgram } from "../client.ts";
import type { Conversation } from "./conversation.ts";
import type { FakeClock } from "./faketime.ts";

/** A driver that computes for so long is not waited for any longer, ms of the machine's time. No source: long enough for an interpreter that starts on a slow machine. */
export const DRIVER_PATIENCE_MS = 120_000;

/** Between two looks at a process at work, ms of the machine's time. */
const LOOK_EVERY_MS = 3;

function pause(): Promise<void> {
  return new Promise((resolve) => void afterMachineMs(LOOK_EVERY_MS, resolve));
}

export interface DriverTime extends Participant {
  /** It waits from now on, for so long. */
  readonly waits: (wait: number, forMs: number) => void;
  /** Something of it is under way, and is over after so long. */
  readonly expects: (deadline: number, forMs: number) => void;
  /** A wait or a deadline is cancelled, or done with after it was woken. */
  readonly ended: (number: number) => void;
}

interface DriverTimeParts {
  readonly conversation: () => Conversation;
  readonly program: Pick<ClientProgram, "underway" | "wallMs" | "abandon">;
  readonly clock: Clock;
  /** How the driver is called in the history. */
  readonly name: string;
  readonly patienceMs?: number;
}

/** A request that its client has given up is gone from the simulator within this, ms of the machine's time. No source: long enough for a closed socket to be seen on a busy machine. */
const SETTLES_WITHIN_MS = 1_000;

/** The time of a driver that announces its waits. */
export function createVirtualDriverTime(
  parts: DriverTimeParts & { readonly fake: FakeClock },
): DriverTime {
  const { program, clock, fake } = parts;
  const dueMs = new Map<number, number>();
  const deadlines = createDeadlines(() => program.underway());
  const watch = createWatch(parts, { waits: () => dueMs.size, isActing: deadlines.isActing });
  let quietAt = "";
  const nextDueMs = (): number => Math.min(...dueMs.values(), ...deadlines.dueMs());
  const leap: DriverTime["leap"] = async (untilMs, onReached) => {
    const atMs = Math.min(untilMs, nextDueMs());
    onReached(atMs);
    await advance(atMs);
    return atMs;
  };
  const advance = (nowMs: number): Promise<void> => {
    fake.set(program.wallMs());
    const woken = [...dueMs].filter(([, due]) => due <= nowMs).map(([wait]) => wait);
    for (const wait of woken) dueMs.delete(wait);
    woken.push(...deadlines.wake(nowMs));
    if (woken.length > 0) parts.conversation().sayTime(program.wallMs(), woken);
    return Promise.resolve();
  };
  return {
    waits: (wait, forMs) => void dueMs.set(wait, clock.now() + forMs),
    expects: (deadline, forMs) => deadlines.add(deadline, clock.now() + forMs),
    ended(number) {
      dueMs.delete(number);
      deadlines.end(number);
    },
    async isQuiescent() {
      const { seen, isBusy } = watch();
      if (isBusy) await pause();
      else quietAt = seen;
      return !isBusy;
    },
    nextDueMs: () => (Number.isFinite(nextDueMs()) ? nextDueMs() : undefined),
    advance,
    leap,
    onlyPolled: () => watch().seen === quietAt,
    flow: () => Promise.resolve(),
  };
}

interface Deadlines {
  readonly add: (deadline: number, dueMs: number) => void;
  readonly dueMs: () => readonly number[];
  /** Those that are due, which are to be acted on. */
  readonly wake: (nowMs: number) => readonly number[];
  readonly end: (deadline: number) => void;
  /** What a deadline has ended is still being given up. */
  readonly isActing: () => boolean;
}

/** The time-outs of requests that are under way: while one is acted on, time stands still, or the request would go on behind its own end. */
function createDeadlines(underway: () => number): Deadlines {
  const due = new Map<number, number>();
  /** Woken, with the requests that were under way. */
  const acting = new Map<number, number>();
  let settling: { readonly from: number; readonly sinceMs: number } | undefined;
  return {
    add: (deadline, dueMs) => void due.set(deadline, dueMs),
    dueMs: () => [...due.values()],
    wake(nowMs) {
      const woken = [...due].filter(([, dueMs]) => dueMs <= nowMs).map(([deadline]) => deadline);
      for (const deadline of woken) {
        due.delete(deadline);
        acting.set(deadline, underway());
      }
      return woken;
    },
    end(deadline) {
      due.delete(deadline);
      const from = acting.get(deadline) ?? 0;
      acting.delete(deadline);
      if (from > 0) settling = { from, sinceMs: machineTime() };
    },
    isActing() {
      if (acting.size > 0) return true;
      if (settling === undefined) return false;
      const isOver =
        underway() < settling.from || machineTime() - settling.sinceMs > SETTLES_WITHIN_MS;
      if (isOver) settling = undefined;
      return !isOver;
    },
  };
}

/** The time of a driver that lives in the machine's: virtual time goes on as the machine's does, ever since it was opened. */
export function createRealDriverTime(parts: DriverTimeParts): DriverTime {
  const { clock } = parts;
  const watch = createWatch(parts, { waits: () => 0, isActing: () => false });
  const aheadMs = clock.now() - machineTime();
  let dueMs: number | undefined;
  return {
    waits: () => undefined,
    expects: () => undefined,
    ended: () => undefined,
    async isQuiescent() {
      await pause();
      dueMs = watch().isAbandoned ? undefined : Math.max(machineTime() + aheadMs, clock.now());
      return true;
    },
    nextDueMs: () => dueMs,
    advance: () => Promise.resolve(),
    leap(untilMs, onReached) {
      const atMs = Math.min(untilMs, dueMs ?? untilMs);
      onReached(atMs);
      return Promise.resolve(atMs);
    },
    onlyPolled: () => false,
    flow: () => Promise.resolve(),
  };
}

interface Watched {
  /** Equal readings mean that nothing has happened in between. */
  readonly seen: string;
  readonly isBusy: boolean;
  /** It was busy for longer than anyone waits. */
  readonly isAbandoned: boolean;
}

/** Looks whether some open call of a driver waits for nothing that is known, and gives up on it in the end. */
function createWatch(
  { conversation, program, name, patienceMs = DRIVER_PATIENCE_MS }: DriverTimeParts,
  { waits, isActing }: { readonly waits: () => number; readonly isActing: () => boolean },
): () => Watched {
  let lastSeen = "";
  let lastSeenAtMs = machineTime();
  let isAbandoned = false;
  return () => {
    const { pending, asked, activity } = conversation();
    const [open, underway] = [pending(), program.underway()];
    const seen = [activity(), underway, asked(), waits()].join(" ");
    const isBusy = isActing() || open.length > waits() + underway + asked();
    if (seen !== lastSeen) {
      lastSeen = seen;
      lastSeenAtMs = machineTime();
      isAbandoned = false;
    } else if (isBusy && !isAbandoned && machineTime() - lastSeenAtMs > patienceMs) {
      isAbandoned = true;
      const what = `an answer of the driver ${name} to ${open.join(", ")}`;
      program.abandon(what, patienceMs);
      conversation().giveUp(neverAnswered(what, patienceMs));
    }
    return { seen, isBusy: isBusy && !isAbandoned, isAbandoned };
  };
}

/** The driver has computed, or waited without a word, for longer than anyone waits. */
export function neverAnswered(what: string, patienceMs: number): HarnessError {
  return new HarnessError("stuck", `${what} has not come within ${patienceMs / 1_000} s`, {
    place: "the driver's process",
    hint: "It computes, or waits for what it has not announced: see docs/guide/drivers.md on waits.",
  });
}
