import type { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isOfRunner } from "./last-resort.ts";
import { processOfSuite } from "./watch-uncaught.ts";

const emitter: EventEmitter = process;
const error = new Error("no token");

let taken: unknown[] = [];
let stop = (): void => undefined;
beforeEach(() => {
  taken = [];
  stop = processOfSuite.watch((thrown, by) => {
    taken.push([by, thrown]);
    return false;
  });
});
afterEach(() => stop());

/** Emits what Node emits, without the listeners that are there. */
function emitAlone(name: string, listeners: readonly (() => void)[]): boolean {
  const others = process.listeners(name as "exit");
  process.removeAllListeners(name);
  for (const listener of listeners) emitter.on(name, listener);
  const isHandled = emitter.emit(name, error, Promise.resolve());
  process.removeAllListeners(name);
  for (const listener of others) emitter.on(name, listener);
  return isHandled;
}

it("hears of what would end the process, and only while it watches", () => {
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  emitter.emit("uncaughtExceptionMonitor", error, "unhandledRejection");
  expect(taken).toEqual([
    ["thrown", error],
    ["rejected", error],
  ]);
  stop();
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  expect(taken).toHaveLength(2);
});

it("adds no listener, with which Vitest would take rejected promises for handled", () => {
  expect(process.listeners("unhandledRejection")).toHaveLength(1);
  const emit: unknown = Reflect.get(process, "emit");
  stop();
  expect(Reflect.get(process, "emit")).not.toBe(emit);
});

it("leaves what no one hears of to Node, whose monitor then hears of it", () => {
  expect(emitAlone("unhandledRejection", [])).toBe(false);
  expect(taken).toEqual([]);
});

it("does not take what the app hears of itself, by which its process lives on", () => {
  const heard: unknown[] = [];
  const hear = (): void => void heard.push(1);
  expect(emitAlone("unhandledRejection", [hear])).toBe(true);
  process.on("uncaughtException", hear);
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  process.off("uncaughtException", hear);
  process.setUncaughtExceptionCaptureCallback(hear);
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  process.setUncaughtExceptionCaptureCallback(null);
  expect([heard.length, taken]).toEqual([1, []]);
  emitter.emit("uncaughtExceptionMonitor", error, "uncaughtException");
  expect(taken).toHaveLength(1);
});

it.each([
  ["file:///app/node_modules/mocha/lib/runner.js:1", true],
  ["/app/node_modules/.pnpm/mocha@11/node_modules/mocha/lib/runner.js:1", true],
  ["C:\\app\\node_modules\\jest-circus\\build\\index.js:1", true],
  ["node:internal/test_runner/harness:1", true],
  ["/app/src/server.ts:1", false],
  ["/app/node_modules/winston/lib/exception-handler.js:1", false],
])("knows a runner's listener by who adds it: %s is %s", (place, isRunner) => {
  const stack = `Error: who listens
    at process.<anonymous> (/own.ts:1)
    at process.emit (node:events:1)
    at process.emit (/app/node_modules/vitest/suppress-warnings.cjs:1)
    at _addListener (node:events:1)
    at process.addListener (node:events:1)
    at start (${place}:1)
    at later (node:internal/test_runner/harness:1)`;
  expect(isOfRunner(stack)).toBe(isRunner);
});
