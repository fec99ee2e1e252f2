/**
 * Puts the virtual clock under the whole process: `Date`, `setTimeout`, `setInterval`,
 * their clears, every other reading of the time, `AbortSignal.timeout`, the `node:timers`
 * modules and the time-outs of sockets. `setImmediate`, `nextTick`, microtasks and real I/O
 * stay, or HTTP would stop; time stands still while the process waits for them.
 *
 * Install once a process and keep it: undici holds on to timers of the first clock it saw
 * (facts, "Virtual time"), and a second installation would leave its time-outs dead.
 */
import { syncBuiltinESMExports } from "node:module";
import timersModule from "node:timers";
import { promisify } from "node:util";
import { putReadingsOn } from "./clock-readings.ts";
import { holdDuringPromises } from "./hold-promises.ts";
import { holdDuringZlib } from "./hold-zlib.ts";
import { putSocketTimeoutsOn } from "./socket-timeouts.ts";
import { abortable, putTimersPromisesOn, type TimerOptions } from "./timers-promises.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { VirtualTimer } from "./virtual-timers.ts";
import type { Replace } from "./waits/patching.ts";
import { watchProcessWork } from "./waits/process-work.ts";

export interface InstalledClock {
  /** Puts everything back as it was. */
  restore(): void;
}

/** How a clock is installed. */
export interface InstallOptions {
  /** Timers keep the process alive, as Node's do; default: what drives the clock does. */
  readonly keepsProcess?: true;
}

/** Puts the clock in place of the process's time, until `restore`. */
export function installClock(
  given: VirtualClock,
  { keepsProcess }: InstallOptions = {},
): InstalledClock {
  const keeper = createKeeper(keepsProcess);
  const clock = { ...given, sleep: sleepKept(given, keeper) };
  const undo: (() => void)[] = [];
  const define = (target: object, name: string | symbol, property: PropertyDescriptor): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, {
      ...property,
      configurable: true,
      enumerable: before?.enumerable ?? true,
    });
    undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, before);
    });
  };
  const replace: Replace = (target, name, value) => define(target, name, { value, writable: true });

  const timers = virtualTimers(clock, keeper);
  const bornAtMs = clock.now();
  replace(globalThis, "Date", virtualDate(clock));
  putReadingsOn(clock, {
    replace,
    replaceGetter: (target, name, get) => define(target, name, { get: get as () => unknown }),
    bornAtMs,
  });
  replace(AbortSignal, "timeout", (delayMs: number) => abortAfter(clock, delayMs));
  for (const [name, value] of Object.entries(timers)) {
    replace(globalThis, name, value);
    replace(timersModule, name, value);
  }
  putTimersPromisesOn(clock, replace, { sleep: timers.setTimeout[promisify.custom], delayOf });
  holdDuringPromises(clock, replace);
  holdDuringZlib(clock, replace);
  undo.push(putSocketTimeoutsOn(clock, replace));
  const work = watchProcessWork(replace);
  undo.push(work.stop, clock.waitFor(work));
  syncBuiltinESMExports();

  return {
    restore() {
      for (const back of undo.toReversed()) back();
      undo.length = 0;
      syncBuiltinESMExports();
    },
  };
}

function virtualDate(clock: VirtualClock): DateConstructor {
  const RealDate = Date;
  const shownMs = (): number => clock.read() + clock.wall.shiftMs();
  function VirtualDate(this: unknown, ...parts: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(shownMs()).toString();
    return Reflect.construct(
      RealDate,
      parts.length === 0 ? [shownMs()] : parts,
      new.target,
    ) as unknown;
  }
  VirtualDate.prototype = RealDate.prototype;
  Object.setPrototypeOf(VirtualDate, RealDate);
  return Object.assign(VirtualDate, { now: shownMs }) as unknown as DateConstructor;
}

/** What `setTimeout` returns: the parts of Node's `Timeout` that programs use. */
interface TimeoutHandle {
  ref(): TimeoutHandle;
  unref(): TimeoutHandle;
  hasRef(): boolean;
  refresh(): TimeoutHandle;
  close(): TimeoutHandle;
  [Symbol.toPrimitive](): number;
  [Symbol.dispose](): void;
}

type TimerFunction = (
  callback: (...values: unknown[]) => void,
  delayMs?: number,
  ...values: unknown[]
) => TimeoutHandle;

function virtualTimers(clock: VirtualClock, keeper: Keeper) {
  const { start, find } = createTimeouts(clock, keeper);
  const setTimeout: TimerFunction = (callback, delayMs, ...values) =>
    start(() => callback(...values), delayOf(delayMs), "once");
  const setInterval: TimerFunction = (callback, delayMs, ...values) =>
    start(() => callback(...values), Math.max(1, delayOf(delayMs)), "again");
  const clear = (handle: unknown): void => {
    if (typeof handle === "object" && handle !== null && "close" in handle)
      (handle as TimeoutHandle).close();
    else if (typeof handle === "number" || typeof handle === "string")
      find(Number(handle))?.close();
  };
  const sleep = async <T>(
    delayMs?: number,
    value?: T,
    options?: TimerOptions,
  ): Promise<T | undefined> => {
    await abortable(clock.sleep(delayOf(delayMs), options?.signal), options?.signal);
    return value;
  };
  return {
    setTimeout: Object.assign(setTimeout, { [promisify.custom]: sleep }),
    setInterval,
    clearTimeout: clear,
    clearInterval: clear,
  };
}

/** What keeps the process alive while something waits for time. */
interface Keeper {
  readonly keep: (waiting: object, isNeeded: boolean) => void;
}

const realSetInterval = setInterval;
const realClearInterval = clearInterval;

/** The longest that Node has, ms. */
const LONG_MS = 2_147_483_647;

function createKeeper(keepsProcess: true | undefined): Keeper {
  if (keepsProcess === undefined) return { keep: () => undefined };
  const needed = new Set<object>();
  let kept: ReturnType<typeof setInterval> | undefined;
  return {
    keep(waiting, isNeeded) {
      if (isNeeded) needed.add(waiting);
      else needed.delete(waiting);
      if (needed.size > 0) kept ??= realSetInterval(() => undefined, LONG_MS);
      else {
        realClearInterval(kept);
        kept = undefined;
      }
    },
  };
}

function sleepKept({ sleep }: VirtualClock, keeper: Keeper): VirtualClock["sleep"] {
  return (ms, signal) => {
    const sleeping = sleep(ms, signal);
    keeper.keep(sleeping, true);
    const wake = (): void => keeper.keep(sleeping, false);
    sleeping.then(wake, wake);
    return sleeping;
  };
}

/** Starts timers, and finds those again of which a program has taken the number. */
function createTimeouts(clock: VirtualClock, keeper: Keeper) {
  const byId = new Map<number, TimeoutHandle>();
  let ids = 0;
  const start = (
    callback: () => void,
    delayMs: number,
    repeats: "once" | "again",
  ): TimeoutHandle => {
    const id = (ids += 1);
    let hasRef = true;
    const timer: VirtualTimer = clock.setTimer(() => {
      if (repeats === "again") timer.restart();
      else byId.delete(id);
      keep();
      try {
        callback();
      } catch (error) {
        throwUncaught(error);
      }
    }, delayMs);
    const keep = (): void => keeper.keep(handle, hasRef && timer.isWaiting());
    const stop = (): void => {
      timer.cancel();
      byId.delete(id);
      keep();
    };
    const handle: TimeoutHandle = {
      ref() {
        hasRef = true;
        keep();
        return handle;
      },
      unref() {
        hasRef = false;
        keep();
        return handle;
      },
      hasRef: () => hasRef,
      refresh() {
        timer.restart();
        keep();
        return handle;
      },
      close() {
        stop();
        return handle;
      },
      [Symbol.toPrimitive]() {
        byId.set(id, handle);
        return id;
      },
      [Symbol.dispose]: stop,
    };
    keep();
    return handle;
  };
  return { start, find: (id: number) => byId.get(id) };
}

/** Node's own rule, but zero stays zero: it means "next turn", which must not need a jump in time. */
function delayOf(delayMs: unknown): number {
  const delay = Number(delayMs ?? 0);
  return delay >= 1 ? (delay > 2_147_483_647 ? 1 : delay) : 0;
}

function abortAfter(clock: VirtualClock, delayMs: number): AbortSignal {
  const controller = new AbortController();
  clock.setTimer(() => {
    controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  }, delayMs);
  return controller.signal;
}

/** As of a timer of Node: no one else hears of what its callback throws, least of all who moves time. */
function throwUncaught(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
