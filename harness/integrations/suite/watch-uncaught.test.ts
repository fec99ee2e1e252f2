import type { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { processOfSuite } from "./watch-uncaught.ts";

const emitter: EventEmitter = process;

it("hears of what would end the process, and only while it watches", () => {
  const taken: unknown[] = [];
  const before = process.listenerCount("unhandledRejection");
  const stop = processOfSuite.watch((thrown, by) => {
    taken.push([by, thrown]);
    return false;
  });
  const error = new Error("no token");
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  emitter.emit("uncaughtExceptionMonitor", error, "unhandledRejection");
  // Vitest listens itself, so no monitor hears of rejected promises.
  const [listener] = process.listeners("unhandledRejection").slice(before);
  listener?.(error, Promise.resolve());
  expect(taken).toEqual([
    ["thrown", error],
    ["rejected", error],
    ["rejected", error],
  ]);
  stop();
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  expect(taken).toHaveLength(3);
  expect(process.listenerCount("unhandledRejection")).toBe(before);
});

it("adds no listener by which Node would no longer end the process", () => {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  try {
    const stop = processOfSuite.watch(() => false);
    expect(process.listenerCount("unhandledRejection")).toBe(0);
    stop();
  } finally {
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
});
