/**
 * Worker threads: waited for from their start, and after each message to them, until they say
 * something or end. The same for a message through a port whose other end is in a thread.
 */
import { executionAsyncResource } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { basename } from "node:path";
import { MessagePort, Worker } from "node:worker_threads";
import { leadsToThread } from "./message-ports.ts";
import type { Wait, WaitRegistry } from "./pending-work.ts";
import { createResourceHook } from "./resource-hook.ts";
import { callBefore, type Replace } from "./patching.ts";

/** Reports to `registry` until the returned function is called. */
export function watchThreads(registry: WaitRegistry, replace: Replace): () => void {
  const stopPorts = watchPorts(registry, replace);
  const waits = new WeakMap<Worker, Wait>();
  const ask = (worker: Worker): void => {
    const wait = waits.get(worker) ?? waitFor(worker);
    waits.set(worker, wait);
    registry.end(wait);
    registry.begin(wait);
  };
  const begin = ({ worker }: { readonly worker: Worker }): void => ask(worker);

  callBefore(replace, Worker.prototype, { method: "postMessage", before: ask });
  callBefore(replace, Worker.prototype, { method: "terminate", before: ask });
  callBefore(replace, Worker.prototype as Worker & object, {
    method: "emit",
    before: (worker, [event]) => {
      const wait = waits.get(worker);
      if (wait === undefined) return;
      if (event === "message" || event === "error" || event === "exit") registry.end(wait);
    },
  });
  subscribe("worker_threads", begin as (message: unknown) => void);
  return () => {
    unsubscribe("worker_threads", begin as (message: unknown) => void);
    stopPorts();
  };
}

/** The id of a thread that is no more. */
const ENDED = -1;

function waitFor(worker: Worker): Wait {
  // The script is known only to the thread; its name is what the program calls it.
  const { threadName } = worker as { readonly threadName?: string | null };
  const name = threadName == null || threadName === "" ? "WorkerThread" : basename(threadName);
  return {
    kind: "worker",
    describe: () => `worker thread ${name}`,
    names: () => [name],
    // A thread that this process would not wait for at its end is not waited for here either: the
    // compilers of module loaders have one, which answers in shared memory.
    counts: () => isReferenced(worker),
    isOver: () => worker.threadId === ENDED,
  };
}

/** Whether the thread keeps this process alive: Node says so of its handle alone. */
function isReferenced(worker: Worker): boolean {
  const symbol = Object.getOwnPropertySymbols(worker).find(
    ({ description }) => description === "kHandle",
  );
  if (symbol === undefined) return true;
  const { [symbol]: handle } = worker as unknown as Readonly<
    Record<symbol, { hasRef?(): boolean } | null | undefined>
  >;
  return handle?.hasRef?.() ?? true;
}

function watchPorts(registry: WaitRegistry, replace: Replace): () => void {
  const asked = new Map<object, Wait>();
  // Costs something in every callback of the process, so only while a port has been asked.
  const hook = createResourceHook({
    before() {
      const wait = asked.get(executionAsyncResource());
      if (wait !== undefined) over(wait);
    },
  });
  const over = (wait: Wait): void => {
    registry.end(wait);
    for (const [port, one] of asked) if (one === wait) asked.delete(port);
    if (asked.size === 0) hook.disable();
  };
  callBefore(replace, MessagePort.prototype, {
    method: "postMessage",
    before: (port) => {
      if (!leadsToThread(port)) return;
      const wait: Wait = asked.get(port) ?? {
        kind: "worker",
        describe: () => "an answer of a worker thread through a message port",
        names: () => ["MessagePort"],
      };
      asked.set(port, wait);
      registry.begin(wait);
      hook.enable();
    },
  });
  return () => void hook.disable();
}
