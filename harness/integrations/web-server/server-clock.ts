/**
 * The clock of a server process that a Playwright suite has started: `Date`, timers and time-outs
 * of the process are on it. It runs as the machine's does until a test takes it over.
 */
import { subscribe } from "node:diagnostics_channel";
import { connect, type Socket } from "node:net";
import { installClock } from "../../core/time/install.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { textOf } from "../../core/thrown.ts";
import { createVirtualClock, type VirtualClock } from "../../core/time/virtual-clock.ts";
import { isLoopback } from "../../network/loopback.ts";
import { servedHosts } from "../../network/served-hosts.ts";
import { type ClockQuestion, type ClockState, readLines, writeLine } from "./clock-protocol.ts";

export interface ServerClockOptions {
  /** Where tests ask for the time, on this machine. */
  readonly clockPort: number;
  /** Where the simulator is: what is asked there is not waited for here, but by the test. */
  readonly wayInPort: number;
}

/** Between two attempts to find a test; ms, the machine's. */
const LOOK_FOR_TEST_MS = 100;

/** Between two looks that must be alike; ms, the machine's. */
const SETTLING_MS = 5;

/** A leap is not longer than this; ms, the machine's. */
const LEAP_MS = 2_000;

/** Puts this process on a clock of its own, for its whole life, and lets tests take it over. */
export function followTests({ clockPort, wayInPort }: ServerClockOptions): void {
  const clock = createVirtualClock({ startMs: machineTime() });
  installClock(clock, { keepsProcess: true });
  clock.limitWaits({
    notWaitedFor: [`127.0.0.1:${clockPort}`, `127.0.0.1:${wayInPort}`, ...servedHosts],
  });
  const server = createServerClock(clock);
  const look = (): void => {
    const socket = connect({ host: "127.0.0.1", port: clockPort });
    socket.unref();
    socket.on("error", () => undefined);
    socket.on("connect", () => writeLine(socket, { pid: process.pid, nowMs: clock.now() }));
    socket.on("close", () => void afterMachineMs(LOOK_FOR_TEST_MS, look));
    answerOn(socket, server);
  };
  look();
}

interface ServerClock {
  readonly answer: (question: ClockQuestion) => Promise<ClockState>;
}

function answerOn(socket: Socket, server: ServerClock): void {
  let last: Promise<unknown> = Promise.resolve();
  readLines(socket, (line) => {
    const { id, ...question } = line as ClockQuestion & { readonly id: number };
    // One after the other: each may move time.
    last = last
      .then(() => server.answer(question))
      .then((state) => writeLine(socket, { id, ...state }));
  });
}

/** Answers for a clock, which flows from now on. */
function createServerClock(clock: VirtualClock): ServerClock {
  const activity = watchActivity();
  let stopFlow: (() => void) | undefined = clock.flow();
  const moveTo = async (toMs: number): Promise<void> => {
    stopFlow?.();
    stopFlow = undefined;
    await clock.drive(clock.sleep(Math.max(0, toMs - clock.now())));
  };
  const isQuiet = async (): Promise<boolean> => {
    // While time stands still, what needs none of it happens here.
    if (stopFlow === undefined) await moveTo(clock.now());
    const before = activity.count();
    for (const waitMs of [SETTLING_MS, 0]) {
      await clock.idle("briefly").catch(() => undefined);
      if (clock.outside().pending.length > 0) return false;
      if (waitMs > 0) await machineSleep(waitMs);
    }
    return activity.count() === before;
  };
  const leap = async (untilMs: number): Promise<void> => {
    const endMs = machineTime() + LEAP_MS;
    const before = activity.count();
    for (;;) {
      await moveTo(Math.min(untilMs, clock.nextDueMs() ?? untilMs));
      const isDone = clock.now() >= untilMs || machineTime() > endMs;
      if (isDone || activity.count() !== before || !(await isQuiet())) return;
    }
  };
  const act = async (question: ClockQuestion): Promise<boolean> => {
    switch (question.ask) {
      case "look":
        return isQuiet();
      case "advance":
        await moveTo(question.toMs);
        return false;
      case "leap":
        await leap(question.untilMs);
        return false;
      case "flow":
        await moveTo(Math.max(clock.now(), machineTime() + question.byMs));
        stopFlow = clock.flow();
        return false;
    }
  };
  return {
    async answer(question) {
      let problem: string | undefined;
      const quiet = await act(question).catch((error: unknown) => {
        problem = textOf(error);
        return false;
      });
      const nextDueMs = clock.nextDueMs();
      return {
        nowMs: clock.now(),
        ...(nextDueMs === undefined ? {} : { nextDueMs }),
        isQuiet: quiet,
        asking: activity.asking(),
        waitsFor: clock.outside().pending,
        ...(problem === undefined ? {} : { problem }),
      };
    },
  };
}

function machineSleep(ms: number): Promise<void> {
  return new Promise((resolve) => void afterMachineMs(ms, resolve));
}

/** Counts what others could notice of this process: requests that it begins and answers, and those of them that it still waits for. */
function watchActivity() {
  let count = 0;
  const asking = new Set<object>();
  const noticed = (): void => {
    count += 1;
  };
  const began = (request: object, host: string): void => {
    count += 1;
    if (!isLoopback(host)) asking.add(request);
  };
  const ended = (request: object): void => {
    count += 1;
    asking.delete(request);
  };
  const listeners: readonly (readonly [string, (message: never) => void])[] = [
    ["http.server.request.start", noticed],
    ["http.server.response.finish", noticed],
    [
      "http.client.request.created",
      ({ request }: { request: HttpRequest }) => {
        began(request, request.host);
        request.prependOnceListener("close", () => ended(request));
      },
    ],
    [
      "undici:request:create",
      ({ request }: { request: { readonly origin: string | URL } }) =>
        began(request, new URL(request.origin).hostname),
    ],
    ["undici:request:trailers", ({ request }: { request: object }) => ended(request)],
    ["undici:request:error", ({ request }: { request: object }) => ended(request)],
  ];
  for (const [channel, listen] of listeners)
    subscribe(channel, listen as (message: unknown) => void);
  return { count: () => count, asking: () => asking.size };
}

interface HttpRequest {
  readonly host: string;
  readonly prependOnceListener: (event: "close", listener: () => void) => void;
}
