/**
 * Work in the thread pool, of Node's own and of native add-ons, seen through `async_hooks`: a
 * patched function would miss who promisified it before.
 */
import { AsyncResource, asyncWrapProviders } from "node:async_hooks";
import type { Wait, WaitRegistry } from "./pending-work.ts";
import { createResourceHook } from "./resource-hook.ts";

/** Node's names of work that ends by itself and that the list of active resources does not show. */
const NODE_WORK =
  /^(?!HTTPCLIENT).+REQUEST$|^QUERYWRAP$|^WORKER(HEAP|CPU).+$|^BLOBREADER$|^HTTP2PING$/;

/** Names that JavaScript of Node gives to what is no work. */
const NO_WORK = ["Timeout", "Immediate", "TickObject", "Microtask"];

/** Synchronous functions leave work behind that no one waits for; more of it is not kept. */
const UNSEEN_MAX = 1_000;

interface Job {
  readonly wait: Wait;
  readonly resource: object;
}

/** Reports to `registry` until the returned function is called. */
export function watchThreadPool(registry: WaitRegistry): ThreadPoolWatch {
  const known = new Set([...Object.keys(asyncWrapProviders), ...NO_WORK]);
  /** Begun since the last look: whether someone waits for it is known when the function that began it has returned. */
  let unseen = new Map<number, Job>();
  const jobs = new Map<number, Wait>();

  const look = (): void => {
    if (unseen.size === 0) return;
    for (const [id, { wait, resource }] of unseen) {
      if (!hasCallback(resource)) continue;
      jobs.set(id, wait);
      registry.begin(wait);
    }
    unseen = new Map();
  };

  const hook = createResourceHook({
    init(id, type, _trigger, resource) {
      if (NODE_WORK.test(type)) {
        unseen.set(id, {
          resource,
          wait: { kind: "threadPool", describe: () => `work in the thread pool (${type})` },
        });
        if (unseen.size > UNSEEN_MAX) look();
      } else if (!known.has(type) && !(resource instanceof AsyncResource)) {
        const wait: Wait = {
          kind: "addOn",
          describe: () => `work of a native add-on (${type})`,
          names: () => [type],
        };
        jobs.set(id, wait);
        registry.begin(wait);
      }
    },
    destroy(id) {
      unseen.delete(id);
      const wait = jobs.get(id);
      if (wait === undefined) return;
      jobs.delete(id);
      registry.end(wait);
    },
  }).enable();
  return { look, stop: () => void hook.disable() };
}

export interface ThreadPoolWatch {
  /** Registers what has begun since the last look. */
  readonly look: () => void;
  readonly stop: () => void;
}

function hasCallback(resource: object): boolean {
  return "ondone" in resource || "oncomplete" in resource;
}
