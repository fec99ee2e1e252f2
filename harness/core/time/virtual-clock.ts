/**
 * The one virtual clock of a run. It moves client and simulator together, only forward,
 * only while nothing is in flight, and jumps from event to event instead of ticking.
 *
 * An own heap instead of a fake-timers library, because the jump and the in-flight gate
 * are what makes days pass in seconds: see docs/decisions/0004.
 */
import { HarnessError } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { type DriveTime, driveUntilSettled, type Patience, patienceOf } from "./drive.ts";
import { createFlow } from "./flow.ts";
import { createParticipants, type HowLong, type Participant } from "./participants.ts";
import { createGate, type Gate } from "./gate.ts";
import { neverAnswered } from "./stuck.ts";
import { createTimerHeap, type Timer } from "./timer-heap.ts";

export interface VirtualTimer {
  cancel(): void;
  /** Starts the delay anew from now, also when it has fired. */
  restart(): void;
  isWaiting(): boolean;
}

export interface VirtualClock extends Clock {
  readonly gate: Gate;
  /** Calls back `delayMs` from now in virtual time; zero on the next turn, whoever is in flight. */
  setTimer(callback: () => void, delayMs: number): VirtualTimer;
  /**
   * Moves time until `work` settles: waits for what is in flight, then jumps to the next
   * timer. Throws `stuck` when nothing is left that could ever settle it, or when it has
   * not settled by `untilMs`, ms since the Unix epoch, virtual. While `mayLeap` says so,
   * what participants do and nobody can notice happens in one go; the end of work that is
   * not a sleep of this clock would then be noticed late.
   */
  drive<T>(work: Promise<T>, untilMs?: number, mayLeap?: () => boolean): Promise<T>;
  /** Waits, without moving time, until nothing is in flight. Rejects `stuck` when that lasts: minutes of real time, or `briefly`, less than a second. */
  idle(howLong?: "briefly"): Promise<void>;
  /**
   * Starts a new run at `startMs` with no timers. Refuses while something is in flight.
   * This is the only way back in time, and only between runs.
   */
  reset(startMs: number, quietTurns?: number): void;
  /** Time stands still, too, while `isBusy` says so: work that the event loop does not show. Until the next `reset`. */
  waitWhile(isBusy: () => boolean): void;
  timersWaiting(): number;
  /** Called when all rests, for a moment and then surely, before time goes on; false keeps time where it is. The last one counts. */
  beforeTimeGoesOn(settle: (howLong: HowLong) => Promise<boolean>): void;
  /** Somebody else lives by this clock until the returned function is called. */
  join(participant: Participant): () => void;
  /**
   * Lets time pass by itself, as fast as the machine's, whenever it is not driven: for
   * clients that a person, or a test in the machine's time, works with. Until the returned
   * function is called.
   */
  flow(): () => void;
}

export interface VirtualClockOptions {
  readonly startMs: number;
  /** Turns of the event loop without any activity that count as quiet. In-process mounts need one. */
  readonly quietTurns?: number;
  /** Participants will join: each wait is then a round trip to another process, and gives it the processor. */
  readonly shared?: true;
}

const realSetImmediate = setImmediate;
const realSetTimeout = setTimeout;

/** A clock that stands at `startMs`, ms since the Unix epoch, until it is driven. */
export function createVirtualClock(options: VirtualClockOptions): VirtualClock {
  const gate = createGate();
  const heap = createTimerHeap();
  let quietTurns = options.quietTurns ?? 1;
  let nowMs = options.startMs;
  let order = 0;
  let isBusy = (): boolean => false;

  const setTimer = (callback: () => void, delayMs: number): VirtualTimer => {
    const wait = delayMs >= 1 ? Math.floor(delayMs) : 0;
    const timer: Timer = { dueMs: now() + wait, order: (order += 1), callback, waiting: false };
    heap.add(timer);
    return {
      cancel: () => heap.cancel(timer),
      restart() {
        heap.cancel(timer);
        timer.dueMs = now() + wait;
        timer.order = order += 1;
        heap.add(timer);
      },
      isWaiting: () => timer.waiting,
    };
  };

  const participants = createParticipants();
  let settle: ((howLong: HowLong) => Promise<boolean>) | undefined;
  const flow = createFlow({
    fireUntil: (untilMs) => {
      for (
        let timer = heap.peek();
        timer !== undefined && timer.dueMs <= untilMs;
        timer = heap.peek()
      ) {
        heap.take();
        timer.callback();
      }
    },
    told: (byMs) => participants.flow(byMs),
  });
  const now = (): number => flow.now() ?? nowMs;
  let isToFlow = false;

  /** The gate's activity when all was last at rest, surely; undefined since a timer of this process has fired. */
  let restedAt: number | undefined;

  /** One timer of this process, and before it all of the participants until then. */
  const fireNext = async (dueMs: number): Promise<void> => {
    if (participants.any() && (dueMs > nowMs || participants.nextDueMs() === dueMs)) {
      nowMs = Math.max(nowMs, dueMs);
      await participants.advance(nowMs);
    }
    const timer = heap.peek();
    if (timer === undefined || timer.dueMs > dueMs) return;
    heap.take();
    restedAt = undefined;
    nowMs = Math.max(nowMs, timer.dueMs);
    timer.callback();
  };

  /** As `fireNext`, but participants go on by themselves while nobody could notice. */
  const leapNext = async (dueMs: number, untilMs: number): Promise<void> => {
    if (participants.nextDueMs() !== dueMs) return fireNext(dueMs);
    const reach = (atMs: number): void => {
      nowMs = Math.max(nowMs, atMs);
    };
    const open = gate.close();
    try {
      reach(await participants.leap(Math.min(heap.peek()?.dueMs ?? Infinity, untilMs), reach));
    } finally {
      open();
    }
  };

  const isQuiet = async (): Promise<boolean> => {
    if (!(await waitForQuiet(gate, quietTurns, isBusy))) {
      if (options.shared === true) await new Promise((resolve) => void realSetTimeout(resolve, 1));
      return false;
    }
    if (!participants.any()) return true;
    // Old sign-in libraries look every few milliseconds whether a window has come back, for a minute.
    if (restedAt === gate.activity() && participants.onlyPolled()) return true;
    restedAt = undefined;
    // They take their time to say so, in which something may have begun here.
    const before = gate.activity();
    const isIdle = (): boolean => gate.activity() === before && gate.awake() === 0;
    for (const howLong of ["a moment", "surely"] as const) {
      if (!(await participants.rest(howLong)) || !isIdle()) return false;
      if (settle !== undefined && !(await settle(howLong))) return false;
    }
    if (isIdle()) restedAt = before;
    return isIdle();
  };
  const nextDueMs = (): number | undefined =>
    earliest(heap.peek()?.dueMs, participants.nextDueMs());
  const patience = (): Patience => patienceOf(options.shared === true ? "shared" : "alone");

  /** Takes over from time that flows, and lets it flow again from where it has come to. */
  const driveAside = async <T>(work: Promise<T>, time: DriveTime): Promise<T> => {
    nowMs = flow.stop() ?? nowMs;
    // While it flowed, people and timers did what nobody looked at.
    restedAt = undefined;
    await participants.advance(nowMs);
    try {
      return await driveUntilSettled(work, time);
    } finally {
      if (isToFlow) await flow.start(nowMs);
    }
  };

  return {
    gate,
    setTimer,
    drive: (work, untilMs = Infinity, mayLeap = () => false) => {
      const fire = (dueMs: number): Promise<void> =>
        mayLeap() ? leapNext(dueMs, untilMs) : fireNext(dueMs);
      const time = { isQuiet, nextDueMs, fireNext: fire, now, untilMs, patience };
      return flow.now() === undefined ? driveUntilSettled(work, time) : driveAside(work, time);
    },
    flow() {
      isToFlow = true;
      void flow.start(nowMs);
      return () => {
        isToFlow = false;
        nowMs = flow.stop() ?? nowMs;
      };
    },
    now,
    sleep: (ms, signal) => gate.asleep(sleepOn(setTimer, ms, signal)),
    async idle(howLong) {
      const turnsMax = howLong === "briefly" ? patience().quiet : patience().busy;
      for (let turn = 0; turn < turnsMax; turn += 1) if (await isQuiet()) return;
      throw neverAnswered(nowMs);
    },
    reset(startMs, turns) {
      if (gate.awake() > 0) {
        throw new HarnessError("stuck", "the clock cannot start anew while a request is in flight");
      }
      heap.clear();
      nowMs = startMs;
      order = 0;
      quietTurns = turns ?? quietTurns;
      isBusy = () => false;
    },
    waitWhile(busy) {
      isBusy = busy;
    },
    timersWaiting: () => heap.size(),
    beforeTimeGoesOn: (whatToDo) => {
      settle = whatToDo;
    },
    join(participant) {
      const leave = participants.join(participant);
      const byMs = flow.byMs();
      if (byMs !== undefined) void participant.flow(byMs);
      return leave;
    },
  };
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Resolves true when nothing happened for so many turns, false when something is at work. */
async function waitForQuiet(
  gate: Gate,
  quietTurns: number,
  isBusy: () => boolean,
): Promise<boolean> {
  for (let turn = 0; turn < quietTurns; turn += 1) {
    const before = gate.activity();
    await new Promise<void>((resolve) => void realSetImmediate(resolve));
    if (gate.awake() > 0 || gate.activity() !== before) return false;
  }
  return !isBusy() && !hasPendingIo();
}

function sleepOn(
  setTimer: VirtualClock["setTimer"],
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimer(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Requests that the event loop still owes an answer to: files, look-ups, connects, writes. */
const IO_REQUEST = /Req(Callback|Promise|Wrap)?$|ConnectWrap$|WriteWrap$|ShutdownWrap$/;

function hasPendingIo(): boolean {
  return process.getActiveResourcesInfo().some((resource) => IO_REQUEST.test(resource));
}
