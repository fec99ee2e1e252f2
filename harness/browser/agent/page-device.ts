/**
 * The browser of one document, as faults at `device` and `cache-store` change it: whether it is
 * online, and whether its storage can be read and written. Sent to the browser as text (see
 * `page-agent.ts`), so its functions may use nothing but each other and what is inside them.
 * Storage by property (`localStorage.name = value`) cannot be intercepted, nor can IndexedDB.
 */
import type { DeviceState } from "../../core/device.ts";

/** What the agent needs of it. */
export interface PageDevice {
  state(): DeviceState;
  /** Changes the browser, and fires `online` or `offline` when that changes. */
  set(state: DeviceState): void;
}

/** Puts the device in place of the browser's own signs of it. */
export function installPageDevice(begin: DeviceState): PageDevice {
  let state = begin;
  Object.defineProperty(Navigator.prototype, "onLine", {
    configurable: true,
    enumerable: true,
    get: () => !state.isOffline,
  });
  // The network of the machine under the browser is not that of the device.
  for (const name of ["online", "offline"]) {
    window.addEventListener(
      name,
      (event) => {
        if (event.isTrusted) event.stopImmediatePropagation();
      },
      { capture: true },
    );
  }
  guardPageStorage(() => state);
  return {
    state: () => state,
    set(next) {
      const turned = next.isOffline !== state.isOffline;
      state = next;
      if (turned) window.dispatchEvent(new Event(next.isOffline ? "offline" : "online"));
    },
  };
}

/** Makes the methods of `localStorage` and `sessionStorage` fail as the device says. */
function guardPageStorage(stateNow: () => DeviceState): void {
  const prototype = Storage.prototype as unknown as Record<
    string,
    (this: Storage, ...values: string[]) => unknown
  >;
  const guard = (name: string, check: (storage: Storage, values: string[]) => void): void => {
    const real = prototype[name];
    if (real === undefined) return;
    prototype[name] = function guarded(this: Storage, ...values) {
      check(this, values);
      return Reflect.apply(real, this, values);
    };
  };
  const realGet = prototype["getItem"];
  const refuse = (name: string): never => {
    const text = `Failed to execute '${name}' on 'Storage': Access is denied for this document.`;
    throw new DOMException(text, "SecurityError");
  };
  for (const name of ["getItem", "key"])
    guard(name, () => void (stateNow().storeReads === "fail" && refuse(name)));
  for (const name of ["removeItem", "clear"])
    guard(name, () => void (stateNow().storeWrites === "fail" && refuse(name)));
  guard("setItem", (storage, [key = "", value = ""]) => {
    const { storeWrites } = stateNow();
    if (storeWrites === "fail") refuse("setItem");
    if (storeWrites !== "full") return;
    const before = realGet === undefined ? null : Reflect.apply(realGet, storage, [key]);
    if (typeof before === "string" && String(value).length <= before.length) return;
    const text = `Failed to execute 'setItem' on 'Storage': Setting the value of '${key}' exceeded the quota.`;
    throw new DOMException(text, "QuotaExceededError");
  });
}

/** The functions that the first calls by name. */
export const pageDeviceParts: readonly ((...values: never[]) => unknown)[] = [guardPageStorage];
