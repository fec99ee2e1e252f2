/** One server process on the clock of a test. */
import type { Socket } from "node:net";
import { HarnessError } from "../../core/errors.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import type { Participant } from "../../core/time/participants.ts";
import {
  type ClockGreeting,
  type ClockQuestion,
  type ClockState,
  readLines,
  writeLine,
} from "./clock-protocol.ts";

export interface ServerParticipant extends Participant {
  /** The time there; ms since the Unix epoch, virtual. */
  readonly nowMs: () => Promise<number>;
}

/** A server that says nothing for so long is taken for one that hangs; ms, the machine's. */
const ANSWERS_WITHIN_MS = 60_000;

/** An answer that no one reads is not on its way; ms, the machine's. */
const UNREAD_MS = 2_000;

/** Speaks with a server over a connection; `underway` says how many requests of servers the simulator is working on. */
export function createServerParticipant(
  socket: Socket,
  underway: () => number,
): { readonly participant: ServerParticipant; readonly greeted: Promise<ClockGreeting> } {
  const conversation = createConversation(socket);
  const surplus = createSurplus();
  let state: ClockState | undefined;
  const askFor = async (question: ClockQuestion): Promise<ClockState | undefined> => {
    state = await conversation.ask(question);
    if (state?.problem !== undefined) {
      throw new HarnessError(
        "stuck",
        `the clock of the web server does not move: ${state.problem}`,
        {
          place: "webServer",
          hint:
            state.waitsFor.length === 0
              ? "Look at what it prints."
              : `It waits for ${state.waitsFor.join(", ")}.`,
        },
      );
    }
    return state;
  };
  const participant: ServerParticipant = {
    async isQuiescent() {
      const seen = await askFor({ ask: "look" });
      if (seen === undefined) return true;
      return seen.isQuiet && !surplus.isOnItsWay(seen.asking - underway());
    },
    nextDueMs: () => state?.nextDueMs,
    advance: async (toMs) => void (await askFor({ ask: "advance", toMs })),
    async leap(untilMs, onReached) {
      const reachedMs = (await askFor({ ask: "leap", untilMs }))?.nowMs ?? untilMs;
      const atMs = Math.min(untilMs, reachedMs);
      onReached(atMs);
      return atMs;
    },
    onlyPolled: () => false,
    flow: async (byMs) => void (await askFor({ ask: "flow", byMs })),
    nowMs: async () => (await askFor({ ask: "look" }))?.nowMs ?? 0,
  };
  return { participant, greeted: conversation.greeted };
}

/** Requests that the server has sent and the simulator has not seen, unless there are as many for long. */
function createSurplus() {
  let known = { count: 0, sinceMs: 0 };
  return {
    isOnItsWay(count: number): boolean {
      if (count !== known.count) known = { count, sinceMs: machineTime() };
      return count > 0 && machineTime() - known.sinceMs < UNREAD_MS;
    },
  };
}

function createConversation(socket: Socket) {
  const waiting = new Map<number, (state: ClockState | undefined) => void>();
  const { promise: greeted, resolve: greet } = Promise.withResolvers<ClockGreeting>();
  let isGreeted = false;
  let count = 0;
  readLines(socket, (line) => {
    if (!isGreeted) {
      isGreeted = true;
      greet(line as ClockGreeting);
      return;
    }
    const { id, ...state } = line as ClockState & { readonly id: number };
    waiting.get(id)?.(state);
    waiting.delete(id);
  });
  socket.once("close", () => {
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  });
  return {
    greeted,
    /** Resolves to nothing when the server has ended. */
    ask(question: ClockQuestion): Promise<ClockState | undefined> {
      if (socket.destroyed) return Promise.resolve(undefined);
      const id = (count += 1);
      return new Promise((resolve, reject) => {
        const cancel = afterMachineMs(ANSWERS_WITHIN_MS, () => {
          waiting.delete(id);
          reject(
            new HarnessError("stuck", "the web server does not say what time it is", {
              place: "webServer",
              hint: "Look whether it is busy, or stopped in a debugger.",
            }),
          );
        });
        waiting.set(id, (state) => {
          cancel();
          resolve(state);
        });
        writeLine(socket, { id, ...question });
      });
    },
  };
}
