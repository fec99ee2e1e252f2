/** The outages of the client's own side, by name: its network, its clock, and the store of its tokens. */
import type { Delay, FaultWindow } from "./plan.ts";
import { placed, type WindowOptions } from "./preset-options.ts";

/** When it happens. It concerns everything that the client does, so there is no slice. */
type DeviceWindow = Omit<WindowOptions, "where">;

/**
 * The device has no network: names do not resolve, and pages see `navigator.onLine` false. The
 * files of the page itself are still served, as by a service worker.
 *
 * @example
 * const faults = [offline({ from: hours(1), for: minutes(20) })];
 */
export function offline(options: DeviceWindow): FaultWindow {
  return { ...placed("offline", options), at: "device", on: "all", effect: { kind: "offline" } };
}

/**
 * The client's clock is wrong by `byMs`: ahead of the service's, or behind when it is negative.
 * `Date` shows it, timers are not affected. From 0 on it is wrong from the start; a window that
 * begins later sets it in mid-run.
 *
 * @example
 * const faults = [clockWrong({ from: hours(2), for: days(1), byMs: -hours(1) })];
 */
export function clockWrong(options: DeviceWindow & { readonly byMs: number }): FaultWindow {
  const { byMs } = options;
  return {
    ...placed("clock-wrong", options),
    at: "device",
    on: "all",
    effect: { kind: "clock-shift", byMs },
  };
}

/**
 * The store of the client's tokens fails: `access` says whether reads, writes or both (default).
 * In Node, what an application keeps `persisted`, as a file or a shared cache that does not answer;
 * in pages `localStorage` and `sessionStorage`, as where storage is blocked.
 *
 * @example
 * const faults = [cacheStoreDown({ from: hours(1), for: minutes(30) })];
 */
export function cacheStoreDown(
  options: DeviceWindow & { readonly access?: "read" | "write" | "both" },
): FaultWindow {
  const { access } = options;
  return {
    ...placed("cache-store-down", options),
    at: "cache-store",
    on: "all",
    effect: { kind: "store-failure", ...(access === undefined ? {} : { access }) },
  };
}

/**
 * The store of the client's tokens answers after `delay` ms, five seconds by default (our
 * assumption). Not in pages, whose storage does not wait.
 *
 * @example
 * const faults = [cacheStoreSlow({ from: hours(1), for: minutes(30), delay: seconds(2) })];
 */
export function cacheStoreSlow(options: DeviceWindow & { readonly delay?: Delay }): FaultWindow {
  const { delay = 5_000 } = options;
  return {
    ...placed("cache-store-slow", options),
    at: "cache-store",
    on: "all",
    effect: { kind: "store-latency", delay },
  };
}

/**
 * The store of the client's tokens is full: what takes more room than before is refused (the
 * quota of `localStorage`, a disk without space), reads succeed.
 *
 * @example
 * const faults = [cacheStoreFull({ from: hours(1), for: days(1) })];
 */
export function cacheStoreFull(options: DeviceWindow): FaultWindow {
  return {
    ...placed("cache-store-full", options),
    at: "cache-store",
    on: "all",
    effect: { kind: "store-full" },
  };
}
