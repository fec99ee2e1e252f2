/**
 * One document's leaps through time: its timers fire one after the other, each at its
 * instant, until one does what somebody outside could notice: a request, a message, work in
 * another thread, another screen. There time stops, and the harness looks. Sent to the
 * browser as text (see `page-agent.ts`), so it may use nothing but what is inside the function.
 */
import type { Company, PageLeap } from "./agent-protocol.ts";
import type { PageTimers } from "./page-timers.ts";
import type { SeenScreen } from "./screen.ts";

export interface PageLeaps {
  /** Something happened that somebody outside could notice. */
  noticed(): void;
  leap(untilMs: number, company: Company): Promise<Pick<PageLeap, "reachedMs" | "stopped">>;
}

/** What a leap has to know of its document. */
interface LeapWatch {
  /** Whether it has work under way. */
  readonly isBusy: () => boolean;
  /** How often it has changed. */
  readonly changes: () => number;
  /** Whether a message that is sent over a WebSocket means nothing. */
  readonly isHeartbeat: (socket: WebSocket, message: unknown) => boolean;
}

/** Leaps of a document. */
export function installPageLeaps(
  { now, leap, zeros }: Pick<PageTimers, "now" | "leap" | "zeros">,
  { isBusy, changes, isHeartbeat }: LeapWatch,
  readScreen: () => SeenScreen,
): PageLeaps {
  let leaping: Company | undefined;
  let isNoticed = false;
  const scope = globalThis as typeof globalThis & {
    readonly __brownoutAt?: (atMs: number) => void;
  };
  const noticed = (): void => {
    if (leaping === undefined || isNoticed) return;
    isNoticed = true;
    // What comes of it may be heard of before this leap has ended.
    scope.__brownoutAt?.(now());
  };
  const watch = (
    target: object | undefined,
    name: string,
    company: readonly Company[],
    meansNothing = (_target: unknown, _values: readonly unknown[]): boolean => false,
  ): void => {
    const original: unknown = target === undefined ? undefined : Reflect.get(target, name);
    if (target === undefined || typeof original !== "function") return;
    const value = function (this: unknown, ...values: unknown[]): unknown {
      const isIdle = meansNothing(this, values);
      if (leaping !== undefined && company.includes(leaping) && !isIdle) noticed();
      return original.apply(this, values);
    };
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  };
  // Some are absent where the page is no secure context.
  const { LockManager, IDBDatabase, ServiceWorker, EventSource } = globalThis as Partial<
    typeof globalThis
  >;
  const always = ["alone", "others"] as const;
  watch(LockManager?.prototype, "request", always);
  watch(IDBDatabase?.prototype, "transaction", always);
  watch(ServiceWorker?.prototype, "postMessage", always);
  watch(Worker.prototype, "postMessage", always);
  watch(WebSocket.prototype, "send", always, (socket, [message]) =>
    isHeartbeat(socket as WebSocket, message),
  );
  watch(EventSource?.prototype, "close", always);
  watch(Navigator.prototype, "sendBeacon", always);
  for (const name of ["setItem", "removeItem", "clear"]) watch(Storage.prototype, name, ["others"]);

  const isTop = globalThis.parent === globalThis.window;
  const screen = (): string => JSON.stringify(readScreen());
  return {
    noticed,
    async leap(untilMs, company) {
      leaping = company;
      isNoticed = false;
      const before = isTop ? screen() : "";
      let changesBefore = changes();
      const isAnother = (): boolean => {
        if (!isTop || changes() === changesBefore) return false;
        changesBefore = changes();
        return screen() !== before;
      };
      const isToStop = (): boolean => {
        if (!isNoticed && !isBusy() && zeros() === 0 && !isAnother()) return false;
        isNoticed = true;
        return true;
      };
      try {
        await leap(untilMs, isToStop);
      } finally {
        leaping = undefined;
      }
      return { reachedMs: now(), stopped: isNoticed };
    },
  };
}
