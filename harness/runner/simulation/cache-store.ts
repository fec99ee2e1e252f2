/** The store of an application's token cache: a map that the fault windows at `cache-store` make slow, full, or fail. */
import type { CacheStore } from "../../clients/client.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { Random } from "../../core/random.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import type { FaultEffect } from "../../faults/plan.ts";
import { isOpenAt } from "../../faults/window.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface CacheStoreParts {
  /** The name of the application in the history. */
  readonly client: string;
  /** Where the values are. */
  readonly storage: Map<string, string>;
  readonly faults: Pick<LivePlan, "windows" | "tally">;
  readonly clock: Clock;
  readonly startedAt: number;
  readonly random: Random;
  readonly recorder: Recorder;
}

/** Creates a store over `storage`. */
export function createCacheStore(parts: CacheStoreParts): CacheStore {
  const { client, storage, faults, clock, startedAt, random, recorder } = parts;

  const access = async (
    kind: "read" | "write",
    growsBy: number,
    perform: () => string | undefined,
  ): Promise<string | undefined> => {
    const open = faults.windows.filter(
      (window) => window.at === "cache-store" && isOpenAt(window, clock.now() - startedAt),
    );
    if (open.length === 0) return perform();
    for (const window of open) faults.tally.taken(window);
    const operation = recorder.cause()?.operation;
    const record = (outcome: "ok" | "fail"): void =>
      void recorder.emit({
        kind: "store-accessed",
        client,
        ...(operation === undefined ? {} : { operation }),
        access: kind,
        outcome,
        faults: open.map(({ id }) => id),
      });
    for (const { effect } of open) {
      if (effect.kind === "store-latency") await clock.sleep(delayOf(effect.delay, random));
      const error = errorOf(effect, kind, growsBy);
      if (error === undefined) continue;
      record("fail");
      throw error;
    }
    record("ok");
    return perform();
  };

  return {
    read: (key) => access("read", 0, () => storage.get(key)),
    async write(key, value) {
      const growsBy = value.length - (storage.get(key)?.length ?? 0);
      await access("write", growsBy, () => {
        storage.set(key, value);
        return undefined;
      });
    },
  };
}

/** Why an access fails under that effect, as Node reports it of a socket or a disk; undefined when it does not. */
function errorOf(
  effect: FaultEffect,
  kind: "read" | "write",
  growsBy: number,
): NodeJS.ErrnoException | undefined {
  if (effect.kind === "store-full") {
    if (kind === "read" || growsBy <= 0) return undefined;
    return storeError("ENOSPC", "ENOSPC: no space left in the cache store, write");
  }
  if (effect.kind !== "store-failure") return undefined;
  const { access = "both" } = effect;
  if (access !== "both" && access !== kind) return undefined;
  return storeError("ECONNREFUSED", `ECONNREFUSED: the cache store does not answer, ${kind}`);
}

function storeError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

function delayOf(
  delay: number | { readonly min: number; readonly max: number },
  random: Random,
): number {
  return typeof delay === "number" ? delay : random.integer(delay.min, delay.max);
}
