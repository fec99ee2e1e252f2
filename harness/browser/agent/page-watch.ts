/**
 * What is under way in one document though nothing shows it from outside: cryptography,
 * and requests and navigations that have begun and that the browser has not reported yet.
 * Sent to the browser as text (see `page-agent.ts`), so its functions may use nothing but
 * each other and what is inside them.
 */
export interface PageWatch {
  /** Cryptographic work under way. */
  busy(): number;
  /** Addresses that this document has requested or navigated to since it began, without fragments. */
  going(): readonly string[];
  /** The windows that this document has opened, in order: whether each is still open, as far as it knows. */
  windows(): readonly boolean[];
}

/** What the functions of this file share. */
interface WatchState {
  busy: number;
  readonly going: Set<string>;
  readonly windows: Window[];
  readonly bump: () => void;
  readonly turnLater: (callback: () => void, delayMs: number) => void;
}

type AnyFunction = (...values: unknown[]) => unknown;

/** Watches a document; `bump` is called for everything that happens, `turnLater` waits in the machine's time. */
export function installPageWatch(
  bump: () => void,
  turnLater: (callback: () => void, delayMs: number) => void,
): PageWatch {
  const state: WatchState = { busy: 0, going: new Set(), windows: [], bump, turnLater };
  watchCryptography(state);
  watchRequests(state);
  watchWindows(state);
  watchMessages(state);
  watchNavigations(state);
  for (const event of ["message", "storage", "hashchange", "pageshow", "DOMContentLoaded", "load"])
    globalThis.addEventListener(event, bump, true);
  return {
    busy: () => state.busy,
    going: () => [...state.going],
    windows: () => state.windows.map(({ closed }) => !closed),
  };
}

/** Notes the address of a request or navigation that begins. */
function noteAddress({ bump, going }: WatchState, address: unknown): void {
  bump();
  try {
    const url = new URL(address instanceof Request ? address.url : String(address), location.href);
    url.hash = "";
    if (/^https?:$/.test(url.protocol)) going.add(url.href);
  } catch {
    // Not an address: the browser will say so.
  }
}

function wrapMethod(
  target: object,
  name: string,
  around: (original: AnyFunction) => AnyFunction,
): void {
  const original = Reflect.get(target, name) as AnyFunction;
  const value = around(original);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function watchCryptography(state: WatchState): void {
  let inOrder: Promise<unknown> = Promise.resolve();
  // Absent where the page is not a secure context.
  const subtle = globalThis.SubtleCrypto as { readonly prototype: object } | undefined;
  for (const name of Object.getOwnPropertyNames(subtle?.prototype ?? {})) {
    if (subtle === undefined || name === "constructor") continue;
    wrapMethod(
      subtle.prototype,
      name,
      (original) =>
        async function (this: unknown, ...values: unknown[]) {
          state.busy += 1;
          // One after the other, as called: in the browser's threads they end in any order.
          const work = inOrder.then(() => original.apply(this, values));
          inOrder = work.then(
            () => undefined,
            () => undefined,
          );
          try {
            return await work;
          } finally {
            state.busy -= 1;
            state.bump();
          }
        },
    );
  }
}

function watchRequests(state: WatchState): void {
  wrapMethod(
    globalThis,
    "fetch",
    (original) =>
      async function (...values: unknown[]) {
        noteAddress(state, values[0]);
        try {
          return await original.apply(globalThis, values);
        } catch (error) {
          holdWhileReported(state);
          throw error;
        } finally {
          state.bump();
        }
      },
  );
  wrapMethod(
    XMLHttpRequest.prototype,
    "open",
    (original) =>
      function (this: XMLHttpRequest, ...values: unknown[]) {
        noteAddress(state, values[1]);
        this.addEventListener("loadend", state.bump);
        for (const end of ["abort", "timeout"])
          this.addEventListener(end, () => holdWhileReported(state));
        return original.apply(this, values);
      },
  );
}

/** A page knows at once that it has given a request up; the browser's other processes hear of it later. */
function holdWhileReported(state: WatchState): void {
  /** The machine's time. */
  const REPORT_MS = 50;
  stayBusy(state, REPORT_MS);
}

/** Counts as work under way for so long of the machine's time. */
function stayBusy(state: WatchState, forMs: number): void {
  state.busy += 1;
  state.turnLater(() => {
    state.busy -= 1;
  }, forMs);
}

function watchWindows(state: WatchState): void {
  const { windows, going } = state;
  wrapMethod(
    globalThis,
    "open",
    (original) =>
      function (...values: unknown[]) {
        if (values[0] !== undefined && values[0] !== "") noteAddress(state, values[0]);
        const opened = original.apply(globalThis, values) as Window | null;
        if (opened !== null && opened !== globalThis.window && !windows.includes(opened))
          windows.push(opened);
        return opened;
      },
  );
  wrapMethod(
    globalThis,
    "close",
    (original) =>
      function (...values: unknown[]) {
        state.bump();
        // Under way until the document is gone, or has shown that it stays.
        going.add("about:closed");
        return original.apply(globalThis, values);
      },
  );
}

/** A message from one document to another is under way where nothing shows it. */
function watchMessages(state: WatchState): void {
  /** The machine's time. */
  const MESSAGE_MS = 25;
  const { bump } = state;
  wrapMethod(
    BroadcastChannel.prototype,
    "postMessage",
    (original) =>
      function (this: unknown, ...values: unknown[]) {
        stayBusy(state, MESSAGE_MS);
        bump();
        return original.apply(this, values);
      },
  );
  const RealChannel = BroadcastChannel;
  globalThis.BroadcastChannel = class extends RealChannel {
    constructor(name: string) {
      super(name);
      this.addEventListener("message", bump);
    }
  };
}

function watchNavigations(state: WatchState): void {
  const source = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "src");
  Object.defineProperty(HTMLIFrameElement.prototype, "src", {
    ...source,
    set(this: HTMLIFrameElement, address: string) {
      noteAddress(state, address);
      source?.set?.call(this, address);
    },
  });
  // Links, forms and scripts that leave the page: all of them pass here.
  globalThis.navigation.addEventListener(
    "navigate",
    ({ hashChange, destination, downloadRequest }) => {
      if (!hashChange && downloadRequest === null && !destination.sameDocument)
        noteAddress(state, destination.url);
    },
  );
}

/** The functions that `installPageWatch` calls. */
export const pageWatchParts: readonly ((...values: never[]) => unknown)[] = [
  noteAddress,
  wrapMethod,
  watchCryptography,
  watchRequests,
  holdWhileReported,
  stayBusy,
  watchWindows,
  watchMessages,
  watchNavigations,
];
