/** Accesses to stores of tokens, which the fault windows at `cache-store` make slow, refuse for want of room, or let fail. */
import type { Clock } from "../../core/time/clock.ts";
import type { Random } from "../../core/random.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import type { FaultEffect, FaultWindow } from "../../faults/plan.ts";
import { isOpenAt } from "../../faults/window.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface StoreAccessParts {
  /** The name of the application in the history. */
  readonly client: string;
  readonly faults: Pick<LivePlan, "windows" | "tally">;
  readonly clock: Clock;
  readonly startedAt: number;
  readonly random: Random;
  readonly recorder: Recorder;
}

/** One access. */
export interface Access {
  readonly kind: "read" | "write";
  /** How much more room it takes than what it replaces; 0 or less is never refused for want of room. */
  readonly growsBy: number;
}

/**
 * What a cache store throws, or rejects with, while a fault window is open at `cache-store`: as
 * Node reports it of a socket (`ECONNREFUSED`, effect `store-failure`) or of a disk (`ENOSPC`,
 * effect `store-full`).
 *
 * @example
 * const isStoreError = (error: unknown): error is CacheStoreError =>
 *   error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
 */
export interface CacheStoreError extends Error {
  readonly code: "ECONNREFUSED" | "ENOSPC";
}

export interface StoreAccess {
  /** Performs an access of a store that is waited for; rejects with a `CacheStoreError`. Without a fault, what `perform` returns. */
  readonly perform: <Result>(access: Access, perform: () => Result) => Result | Promise<Result>;
  /** The same for a store that answers at once, which no fault makes slow; throws a `CacheStoreError`. */
  readonly performAtOnce: <Result>(access: Access, perform: () => Result) => Result;
}

/** The accesses of one application. */
export function createStoreAccess(parts: StoreAccessParts): StoreAccess {
  const { client, faults, clock, startedAt, random, recorder } = parts;

  /** The windows that an access meets, noted as met, and what records its outcome. */
  const meet = (kind: Access["kind"], isMet: (effect: FaultEffect) => boolean) => {
    const open = faults.windows.filter(
      (window: FaultWindow) =>
        window.at === "cache-store" &&
        isMet(window.effect) &&
        isOpenAt(window, clock.now() - startedAt),
    );
    if (open.length === 0) return undefined;
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
    return { effects: open.map(({ effect }) => effect), record };
  };

  return {
    perform(access, perform) {
      const met = meet(access.kind, () => true);
      if (met === undefined) return perform();
      return (async () => {
        for (const effect of met.effects) {
          if (effect.kind === "store-latency") await clock.sleep(delayOf(effect.delay, random));
          const error = errorOf(effect, access);
          if (error === undefined) continue;
          met.record("fail");
          throw error;
        }
        met.record("ok");
        return perform();
      })();
    },
    performAtOnce(access, perform) {
      const met = meet(access.kind, ({ kind }) => kind !== "store-latency");
      if (met === undefined) return perform();
      const error = met.effects.map((effect) => errorOf(effect, access)).find(Boolean);
      met.record(error === undefined ? "ok" : "fail");
      if (error !== undefined) throw error;
      return perform();
    },
  };
}

/** Why an access fails under that effect, as Node reports it of a socket or a disk; undefined when it does not. */
function errorOf(effect: FaultEffect, { kind, growsBy }: Access): CacheStoreError | undefined {
  if (effect.kind === "store-full") {
    if (kind === "read" || growsBy <= 0) return undefined;
    return storeError("ENOSPC", "ENOSPC: no space left in the cache store, write");
  }
  if (effect.kind !== "store-failure") return undefined;
  const { access = "both" } = effect;
  if (access !== "both" && access !== kind) return undefined;
  return storeError("ECONNREFUSED", `ECONNREFUSED: the cache store does not answer, ${kind}`);
}

function storeError(code: CacheStoreError["code"], message: string): CacheStoreError {
  return Object.assign(new Error(message), { code });
}

function delayOf(
  delay: number | { readonly min: number; readonly max: number },
  random: Random,
): number {
  return typeof delay === "number" ? delay : random.integer(delay.min, delay.max);
}
