/**
 * Makes what real sockets do come in a fixed order. Bytes arrive when the kernel likes, so
 * everything that a socket event leads to (a handler's start, a response, a failed connection)
 * waits here, and passes one at a time, only when nothing else is at work: the order then
 * depends on who asked first, never on who was served first.
 */
import type { Gate } from "../core/time/gate.ts";

/** What may pass, in this order: earlier stages first, then by sequence. */
export type Stage = "fail" | "start" | "send";

const stageRank: Readonly<Record<Stage, number>> = { fail: 0, start: 1, send: 2 };

/** Two turns: bytes written in one turn are read in the next, and what they lead to begins in it. */
const QUIET_TURNS = 2;

export interface Turnstile {
  /** Resolves true when it is this one's turn, false when it was dismissed meanwhile. */
  pass(sequence: number, stage: Stage): Promise<boolean>;
  /** What waits under this sequence number must not pass. */
  dismiss(sequence: number): void;
}

export interface TurnstileOptions {
  readonly gate: Gate;
  /** Holds that are awake and yet cannot go on before others do. */
  readonly heldBack: () => number;
}

interface Waiter {
  readonly sequence: number;
  readonly stage: Stage;
  readonly resolve: (mayPass: boolean) => void;
}

/** A turnstile at which nothing waits yet. */
export function createTurnstile({ gate, heldBack }: TurnstileOptions): Turnstile {
  const waiting = new Set<Waiter>();
  let turning = false;

  const isQuiet = async (): Promise<boolean> => {
    for (let turn = 0; turn < QUIET_TURNS; turn += 1) {
      const before = gate.activity();
      await nextTurn();
      if (gate.activity() !== before || gate.awake() > waiting.size + heldBack()) return false;
    }
    return true;
  };

  const turn = async (): Promise<void> => {
    turning = true;
    while (waiting.size > 0) {
      if (!(await isQuiet())) continue;
      const next = [...waiting].toSorted(inOrder)[0];
      if (next === undefined) continue;
      waiting.delete(next);
      next.resolve(true);
    }
    turning = false;
  };

  return {
    pass: (sequence, stage) =>
      new Promise((resolve) => {
        waiting.add({ sequence, stage, resolve });
        if (!turning) void turn();
      }),
    dismiss(sequence) {
      for (const waiter of waiting) {
        if (waiter.sequence !== sequence) continue;
        waiting.delete(waiter);
        waiter.resolve(false);
      }
    },
  };
}

/** One turn of the event loop, I/O included. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function inOrder(a: Waiter, b: Waiter): number {
  return stageRank[a.stage] - stageRank[b.stage] || a.sequence - b.sequence;
}
