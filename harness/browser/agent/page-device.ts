/**
 * The browser of one document, as faults at `device` and `cache-store` change it: whether it is
 * online, and whether its storage and databases can be read and written. Sent to the browser as
 * text (see `page-agent.ts`), so its functions may use nothing but each other and what is inside
 * them. Storage by property (`localStorage.name = value`) cannot be intercepted.
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
  guardPageDatabases(() => state);
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

/**
 * Makes IndexedDB fail as the device says, with the events of a browser whose disk fails or is
 * full: an error at the request, then the end of its transaction.
 */
function guardPageDatabases(stateNow: () => DeviceState): void {
  type Method = (this: unknown, ...values: unknown[]) => unknown;
  const fail = (request: IDBRequest, name: string, text: string): void => {
    const { transaction } = request;
    if (transaction === null) return;
    const error = new DOMException(text, name);
    for (const failed of [request, transaction])
      Object.defineProperty(failed, "error", { configurable: true, get: () => error });
    // A browser fails it later, so that further requests of this moment are still accepted.
    queueMicrotask(() => {
      try {
        transaction.abort();
      } catch {
        // Another request has ended it.
      }
    });
  };
  const failDisk = (request: IDBRequest): void => fail(request, "UnknownError", "Internal error.");
  const guard = (
    owner: { readonly prototype: object },
    names: readonly string[],
    judge: (request: IDBRequest) => void,
  ): void => {
    const prototype = owner.prototype as Record<string, Method | undefined>;
    for (const name of names) {
      const real = prototype[name];
      if (real === undefined) continue;
      prototype[name] = function guarded(...values) {
        const request = Reflect.apply(real, this, values) as IDBRequest;
        judge(request);
        return request;
      };
    }
  };
  const reads = ["get", "getAll", "getKey", "getAllKeys", "count", "openCursor", "openKeyCursor"];
  for (const owner of [IDBObjectStore, IDBIndex])
    guard(owner, reads, (request) => void (stateNow().storeReads === "fail" && failDisk(request)));
  guard(IDBObjectStore, ["put", "add", "delete", "clear"], (request) => {
    if (stateNow().storeWrites === "fail") failDisk(request);
  });
  guard(IDBObjectStore, ["put", "add"], (request) => {
    if (stateNow().storeWrites === "full") fail(request, "QuotaExceededError", "Quota exceeded.");
  });
  const factory = IDBFactory.prototype as unknown as Record<"open", Method>;
  const { open } = factory;
  let failed = 0;
  factory.open = function guardedOpen(...values) {
    if (stateNow().storeReads !== "fail" || values.length === 0)
      return Reflect.apply(open, this, values);
    failed += 1;
    // A new database whose creation is aborted is not kept, and its request fails as a request does.
    const request = Reflect.apply(open, this, [`unavailable-${failed}`, 1]) as IDBOpenDBRequest;
    request.addEventListener("upgradeneeded", (event) => {
      event.stopImmediatePropagation();
      fail(request, "UnknownError", "Internal error opening backing store for indexedDB.open.");
    });
    return request;
  };
}

/** The functions that the first calls by name. */
export const pageDeviceParts: readonly ((...values: never[]) => unknown)[] = [
  guardPageStorage,
  guardPageDatabases,
];
