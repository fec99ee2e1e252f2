import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { type InterruptSignal, listenForInterrupt } from "./interrupt.ts";

function listening() {
  const signals = new EventEmitter();
  const [reported, exits]: [InterruptSignal[], number[]] = [[], []];
  let nowMs = 0;
  const stop = listenForInterrupt(
    {
      on: (signal, handler) => signals.on(signal, handler),
      off: (signal, handler) => signals.off(signal, handler),
      exit: (code) => void exits.push(code),
    },
    (signal) => void reported.push(signal),
    () => nowMs,
  );
  const send = (signal: InterruptSignal, atMs: number): void => {
    nowMs = atMs;
    signals.emit(signal);
  };
  return { reported, exits, stop, send, count: () => signals.eventNames().length };
}

it("reports the first signal, ignores its copy, and ends at a later one", () => {
  const { reported, exits, stop, send } = listening();
  send("SIGTERM", 5_000);
  stop();
  send("SIGTERM", 5_010);
  send("SIGINT", 5_999);
  expect({ reported, exits }).toEqual({ reported: ["SIGTERM"], exits: [] });
  send("SIGTERM", 6_000);
  send("SIGINT", 7_000);
  expect({ reported, exits }).toEqual({ reported: ["SIGTERM"], exits: [143, 130] });
});

it("leaves signals alone again when it was not interrupted", () => {
  const { stop, count } = listening();
  expect(count()).toBe(3);
  stop();
  expect(count()).toBe(0);
});

// S21
it("takes the end of a terminal for one of them", () => {
  const { reported, exits, send } = listening();
  send("SIGHUP", 0);
  send("SIGHUP", 2_000);
  expect({ reported, exits }).toEqual({ reported: ["SIGHUP"], exits: [129] });
});
