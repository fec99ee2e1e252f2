/**
 * Holds worker threads of a `Worker` that was taken before the simulation began, as
 * `const { Worker } = require("node:worker_threads")` at the top of a module does: the constructor
 * in the module is no longer looked up then. Node hands a thread its program in a message, and
 * here that message gets the guard before the program.
 */
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import workerThreads from "node:worker_threads";
import { childGuardPath, type ChildSettings, SETTINGS_VARIABLE } from "./child-settings.ts";
import { replaceMethod } from "./replace-method.ts";

export interface EarlyWorkerGuard {
  /** Runs a constructor that has given the thread its guard. */
  readonly held: <T>(construct: () => T) => T;
  readonly undo: () => void;
}

/** What Node sends to a new thread; other versions of Node may send something else. */
interface Program {
  readonly type?: unknown;
  readonly filename?: unknown;
  readonly doEval?: unknown;
}

/** Holds them until `undo`. */
export function guardEarlyWorkers(
  settingsOf: (program: string) => ChildSettings,
): EarlyWorkerGuard {
  let isHeld = false;
  const undo = replaceMethod(
    workerThreads.MessagePort.prototype,
    "postMessage",
    (original) =>
      function postMessage(this: unknown, ...values: unknown[]) {
        const [message, ...rest] = values;
        const sent = isHeld ? message : withGuard(message, settingsOf);
        return Reflect.apply(original, this, [sent, ...rest]);
      },
  );
  return {
    undo,
    held(construct) {
      isHeld = true;
      try {
        return construct();
      } finally {
        isHeld = false;
      }
    },
  };
}

function withGuard(message: unknown, settingsOf: (program: string) => ChildSettings): unknown {
  const { type, filename, doEval } = (message ?? {}) as Program;
  if (type !== "loadScript" || typeof filename !== "string") return message;
  const isText = doEval !== false;
  const settings = settingsOf(`the worker thread ${isText ? "of a text" : basename(filename)}`);
  const guard = JSON.stringify(childGuardPath);
  const first = `process.env.${SETTINGS_VARIABLE}=${JSON.stringify(JSON.stringify(settings))};process.getBuiltinModule("node:module").createRequire(${guard})(${guard});`;
  if (doEval === "classic" || doEval === "module")
    return { ...(message as object), filename: first + filename };
  const address = isText ? filename : pathToFileURL(filename).href;
  return {
    ...(message as object),
    doEval: "classic",
    filename: `${first}import(${JSON.stringify(address)})`,
  };
}
