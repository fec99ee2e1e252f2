/**
 * Child processes: waited for from their start until they have closed. One that has spoken and
 * then says nothing for a while has become a server, and is waited for no longer. One with an IPC
 * channel is waited for from a message to it until it answers.
 */
import { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type net from "node:net";
import { basename } from "node:path";
import type { Wait, WaitRegistry } from "./pending-work.ts";
import { callBefore, type Replace } from "./patching.ts";

/** So long may a child be silent after it has spoken, ms of the machine's time; a guess. */
const SILENCE_MS = 2_000;

/** Words of a command line that are shown. */
const WORDS_MAX = 3;

export interface ChildrenWatch {
  /** A pipe of this process has received something. */
  readonly received: (stream: net.Socket) => void;
  readonly stop: () => void;
}

/** Reports to `registry` until the returned function is called. */
export function watchChildren(registry: WaitRegistry, replace: Replace): ChildrenWatch {
  const waits = new WeakMap<ChildProcess, Wait>();
  const spoken = new WeakSet<ChildProcess>();
  const streams = new WeakMap<object, ChildProcess>();

  const begin = ({ process: child }: { readonly process: ChildProcess }): void => {
    const wait: Wait = {
      kind: "child",
      describe: () => `the child process ${commandOf(child)}`,
      names: () => [basename(child.spawnfile ?? "")],
      // A child that this process would not wait for at its end is not waited for here either.
      counts: () => isReferenced(child),
      ownLimitMs: () => (spoken.has(child) ? SILENCE_MS : undefined),
    };
    waits.set(child, wait);
    registry.begin(wait);
    // Its pipes and its channel are there when spawn() has returned.
    process.nextTick(() => {
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null) streams.set(stream, child);
      }
      if (child.channel != null) watchQuestions(child);
    });
  };

  const watchQuestions = (child: ChildProcess): void => {
    const send = child.send.bind(child) as (...values: unknown[]) => boolean;
    child.send = (...values: unknown[]) => {
      const wait = waits.get(child);
      if (wait !== undefined) {
        spoken.delete(child);
        registry.end(wait);
        registry.begin(wait);
      }
      return send(...values);
    };
  };

  callBefore(replace, ChildProcess.prototype, {
    method: "emit",
    before: (child, [event]) => {
      const wait = waits.get(child);
      if (wait === undefined) return;
      if (event === "close" || event === "error" || event === "message") registry.end(wait);
    },
  });
  subscribe("child_process", begin as (message: unknown) => void);
  return {
    received(stream) {
      const child = streams.get(stream);
      const wait = child === undefined ? undefined : waits.get(child);
      if (child === undefined || wait === undefined) return;
      spoken.add(child);
      registry.renew(wait);
    },
    stop: () => void unsubscribe("child_process", begin as (message: unknown) => void),
  };
}

function isReferenced(child: ChildProcess): boolean {
  const { _handle: handle } = child as { readonly _handle?: { hasRef(): boolean } | null };
  return handle?.hasRef() ?? true;
}

/** The program and the words before its first option: what follows may be a secret, or differ from run to run. */
function commandOf({ spawnfile, spawnargs }: ChildProcess): string {
  const words = (spawnargs ?? []).slice(1);
  const end = words.findIndex((word) => word.startsWith("-"));
  return [
    basename(spawnfile ?? ""),
    ...words.slice(0, end < 0 ? WORDS_MAX : Math.min(end, WORDS_MAX)),
  ].join(" ");
}
