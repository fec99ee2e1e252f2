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
import { createFreeRunningTime, type FreeRunningTime } from "./free-running-time.ts";
import { createGate, type Gate } from "./gate.ts";
import { createInstant, type Instant } from "./instant.ts";
import { createParticipants, type Participant, type Participants } from "./participants.ts";
import { createQuiescence, type Quiescence, type Settle } from "./quiescence.ts";
import { neverAnswered, type OutsideWork } from "./stuck.ts";
import { createWallClock, type WallClock } from "./wall-clock.ts";
import { createVirtualTimers, type VirtualTimer, type VirtualTimers } from "./virtual-timers.ts";
import type { PendingWork, RunWaits } from "./waits/pending-work.ts";

export interface VirtualClock extends Clock {
  readonly gate: Gate;
  /** By how much `Date` is wrong in the code under test; right again after `reset`. */
  readonly wall: WallClock;
  /** Calls back `delayMs` from now in virtual time; zero on the next turn, even while requests are in flight. */
  setTimer(callback: () => void, delayMs: number): VirtualTimer;
  /**
   * Moves time until `work` settles: waits for what is in flight, then jumps to the next
   * timer. Throws `stuck` when nothing is left that could ever settle it, or when it has
   * not settled by `untilMs`, ms since the Unix epoch, virtual (default: no limit). While
   * `mayLeap` returns true (default: never), participants may fire several timers of theirs
   * in one step as long as nothing that they do could be noticed; the end of work that is
   * not a sleep of this clock is then noticed late.
   */
  drive<T>(work: Promise<T>, untilMs?: number, mayLeap?: () => boolean): Promise<T>;
  /** Waits, without moving time, until nothing is in flight. Rejects `stuck` when that lasts: minutes of real time, or `briefly`, less than a second. */
  idle(howLong?: "briefly"): Promise<void>;
  /**
   * Starts a new run at `startMs` with no timers. Throws `stuck` while something is in
   * flight. This is the only way back in time, and only between runs.
   */
  reset(startMs: number, quietTurns?: number): void;
  /** For a new run: how long time stands still for the machine, and who hears of what outlasts that. */
  limitWaits(waits: RunWaits): void;
  /** Time also stands still while `isBusy` says so: work that the event loop does not show. Until the next `reset`. */
  waitWhile(isBusy: () => boolean): void;
  /** Time also stands still while `work` is pending. Until the returned function is called. */
  waitFor(work: PendingWork): () => void;
  /** What this process waits for outside of the clock, in words. */
  outside(): OutsideWork;
  /** The time, for programs: to one that reads it again and again without a pause, it passes. */
  read(): number;
  timersWaiting(): number;
  /** When the next timer of this process is due; ms since the Unix epoch, virtual. */
  nextDueMs(): number | undefined;
  /**
   * Has `settle` called once all is thoroughly quiet, before time goes on; false keeps time where
   * it is. While `isWaiting` says that something waits for quiet (default: never), it is called
   * after a quick look before. The last functions given count.
   */
  beforeTimeGoesOn(settle: Settle, isWaiting?: () => boolean): void;
  /** Advances `participant` together with this process until the returned function is called. */
  join(participant: Participant): () => void;
  /**
   * Lets time pass by itself, as fast as the machine's, whenever it is not driven: for
   * clients that a person, or a test in the machine's time, works with. Until the returned
   * function is called. Without participants it may pass `rate` times as fast.
   */
  flow(rate?: number): () => void;
}

export interface VirtualClockOptions {
  /** Ms since the Unix epoch. */
  readonly startMs: number;
  /** Turns of the event loop without any activity that count as quiet. Default: 1, enough for mounts in this process. */
  readonly quietTurns?: number;
  /** Participants will join: each wait is then a round trip to another process, and gives it the processor. Default: no. */
  readonly shared?: true;
}

/** What the parts of one clock share. */
interface ClockState {
  /** Virtual time while it does not flow; ms since the Unix epoch. */
  nowMs: number;
  /** Whether time passes by itself whenever it is not driven. */
  flows: boolean;
  /** How many times as fast as the machine's time it then passes. */
  rate: number;
  readonly gate: Gate;
  readonly timers: VirtualTimers;
  readonly participants: Participants;
  readonly quiescence: Quiescence;
  readonly flow: FreeRunningTime;
  readonly instant: Instant;
  work: PendingWork | undefined;
}

/** A clock that stands at `startMs`, ms since the Unix epoch, until it is driven. */
export function createVirtualClock(options: VirtualClockOptions): VirtualClock {
  const shared = options.shared === true;
  const state = createState(options, shared);
  const { gate, timers, participants, quiescence, flow, instant } = state;
  const outside = (): OutsideWork => outsideOf(state);
  const now = (): number => flow.now() ?? state.nowMs;
  const patience = () => patienceOf(shared ? "shared" : "alone");
  const setTimer = timers.set;

  const wall = createWallClock();

  return {
    gate,
    wall,
    setTimer,
    drive: (work, untilMs = Infinity, mayLeap = () => false) => {
      const time: DriveTime = {
        isQuiet() {
          instant.endTurn();
          return quiescence.check();
        },
        onlyTurns: quiescence.onlyTurns,
        instant,
        outside,
        nextDueMs: () => earliest(timers.nextDueMs(), participants.nextDueMs()),
        fireNext: (dueMs) => (mayLeap() ? leapNext(state, dueMs, untilMs) : fireNext(state, dueMs)),
        now,
        untilMs,
        patience,
      };
      return flow.now() === undefined
        ? driveUntilSettled(work, time)
        : driveAside(state, work, time);
    },
    flow(rate = 1) {
      state.flows = true;
      state.rate = rate;
      void flow.start(state.nowMs, rate);
      return () => {
        state.flows = false;
        state.nowMs = flow.stop() ?? state.nowMs;
      };
    },
    now,
    sleep: (ms, signal) => gate.asleep(sleepOn(setTimer, ms, signal)),
    idle: (howLong) => untilIdle(state, patience(), howLong),
    reset(startMs, quietTurns) {
      if (gate.awake() > 0) {
        throw new HarnessError("stuck", "the clock cannot start anew while a request is in flight");
      }
      timers.clear();
      wall.setShift(0);
      state.nowMs = startMs;
      quiescence.reset(quietTurns);
      instant.reset();
    },
    waitWhile: quiescence.waitWhile,
    waitFor: (work) => waitFor(state, work),
    limitWaits: (waits) => state.work?.reset(waits),
    outside,
    read() {
      if (!state.flows) instant.read();
      return now();
    },
    timersWaiting: () => timers.size(),
    nextDueMs: timers.nextDueMs,
    beforeTimeGoesOn: quiescence.beforeTimeGoesOn,
    join(participant) {
      const leave = participants.join(participant);
      const byMs = flow.byMs();
      if (byMs !== undefined) void participant.flow(byMs);
      return leave;
    },
  };
}

function outsideOf({ work }: ClockState): OutsideWork {
  return { pending: work?.describe() ?? [], abandoned: work?.abandoned() ?? [] };
}

function waitFor(state: ClockState, work: PendingWork): () => void {
  state.work = work;
  const stop = state.quiescence.waitFor(work);
  return () => {
    stop();
    state.work = undefined;
  };
}

async function untilIdle(
  state: ClockState,
  { quiet, busy }: Patience,
  howLong: "briefly" | undefined,
): Promise<void> {
  const { gate, quiescence } = state;
  const turnsMax = howLong === "briefly" ? quiet : busy;
  for (let turn = 0; turn < turnsMax; turn += 1) {
    if (await quiescence.check()) return;
    if (howLong === "briefly" && gate.awake() === 0 && state.work?.any() === true) return;
  }
  throw neverAnswered(state.nowMs, outsideOf(state));
}

function createState(options: VirtualClockOptions, shared: boolean): ClockState {
  const gate = createGate();
  const participants = createParticipants();
  const flow = createFreeRunningTime({
    fireUntil(untilMs) {
      const { timers } = state;
      for (let due = timers.takeDueBy(untilMs); due !== undefined; due = timers.takeDueBy(untilMs))
        due.callback();
    },
    onStart: (byMs) => participants.flow(byMs),
  });
  const state: ClockState = {
    nowMs: options.startMs,
    flows: false,
    rate: 1,
    gate,
    participants,
    quiescence: createQuiescence({
      gate,
      participants,
      quietTurns: options.quietTurns ?? 1,
      shared,
    }),
    flow,
    work: undefined,
    instant: createInstant(
      () => state.nowMs,
      () => {
        state.nowMs += 1;
      },
    ),
    timers: createVirtualTimers(() => flow.now() ?? state.nowMs),
  };
  return state;
}

/** Fires one timer of this process, and before it all timers of the participants due by then. */
async function fireNext(state: ClockState, dueMs: number): Promise<void> {
  const { participants, timers, quiescence } = state;
  if (participants.any() && (dueMs > state.nowMs || participants.nextDueMs() === dueMs)) {
    state.nowMs = Math.max(state.nowMs, dueMs);
    await participants.advance(state.nowMs);
  }
  const timer = timers.takeDueBy(dueMs);
  if (timer === undefined) return;
  quiescence.forget();
  state.nowMs = Math.max(state.nowMs, timer.dueMs);
  timer.callback();
}

/** As `fireNext`, but participants go on by themselves while nothing that they do could be noticed. */
async function leapNext(state: ClockState, dueMs: number, untilMs: number): Promise<void> {
  const { participants, timers, gate } = state;
  if (participants.nextDueMs() !== dueMs) return fireNext(state, dueMs);
  const reach = (atMs: number): void => {
    state.nowMs = Math.max(state.nowMs, atMs);
  };
  const open = gate.close();
  try {
    reach(await participants.leap(Math.min(timers.nextDueMs() ?? Infinity, untilMs), reach));
  } finally {
    open();
  }
}

/** Takes over from time that flows, and lets it flow again from where it has come to. */
async function driveAside<T>(state: ClockState, work: Promise<T>, time: DriveTime): Promise<T> {
  const { flow, participants, quiescence } = state;
  state.nowMs = flow.stop() ?? state.nowMs;
  // While it flowed, people and timers were active unobserved.
  quiescence.forget();
  await participants.advance(state.nowMs);
  try {
    return await driveUntilSettled(work, time);
  } finally {
    if (state.flows) await flow.start(state.nowMs, state.rate);
  }
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
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
