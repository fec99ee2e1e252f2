/**
 * Who hears of an error that nothing catches: the test runner, or a handler of the app, such as
 * `process.on("unhandledRejection", log)`. With one of the app's own its process lives on.
 */

import type { EventEmitter } from "node:events";

/** Its listeners by any name: the types know those of signals. */
const emitter: EventEmitter = process;

const events = ["uncaughtException", "unhandledRejection"] as const;

/** The events for which a handler keeps Node from ending the process. */
export type LastResort = (typeof events)[number];

/** Listeners of the test runner: those that are there when it loads this module, and its later ones. */
const ofRunner = new WeakSet<object>(events.flatMap((name) => emitter.listeners(name)));

process.on("newListener", (name: string | symbol, listener: object) => {
  if (!events.includes(name as LastResort)) return;
  const { stack = "" } = new Error("who listens");
  if (isOfRunner(stack)) ofRunner.add(listener);
});

/** Whether the app has a handler of its own for it. */
export function isHeardByApp(name: LastResort): boolean {
  return (
    emitter.listeners(name).some((listener) => !ofRunner.has(listener)) ||
    (name === "uncaughtException" && process.hasUncaughtExceptionCaptureCallback())
  );
}

/** Whether a test runner has added a listener, by the stack of that. Other programs may have replaced `process.emit`, too. */
export function isOfRunner(stack: string): boolean {
  const places = stack.split("\n");
  const adding = places.findIndex((place) => ADDING.test(place));
  const caller = places.slice(adding + 1).find((place) => !place.includes("node:events"));
  return adding !== -1 && caller !== undefined && RUNNERS.test(caller);
}

const ADDING = /(?:addListener|prependListener) \(node:events/;
const RUNNERS =
  /node:internal\/(?:test_runner|main\/test_runner)|[\\/]node_modules[\\/](?:vitest|@vitest|mocha|jest|@jest|jest-[\w-]+)[\\/]/;
