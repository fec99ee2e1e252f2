/**
 * What is under way in one document though nothing shows it from outside: cryptography,
 * and requests and navigations that have begun and that the browser has not reported yet.
 * Sent to the browser as text (see `page-agent.ts`), so it may use nothing but what is
 * inside the function.
 */
export interface PageWatch {
  /** Cryptographic work under way. */
  busy(): number;
  /** Addresses that this document has set out for since it was born, without fragments. */
  going(): readonly string[];
  /** The windows that this document has opened, in order: whether each is still open, as far as it can tell. */
  windows(): readonly boolean[];
}

/** Watches a document; `bump` is told of everything that happens, `turnLater` waits in the machine's time. */
export function installPageWatch(
  bump: () => void,
  turnLater: (callback: () => void, delayMs: number) => void,
): PageWatch {
  /** The machine's time. */
  const MESSAGE_MS = 25;
  let busy = 0;
  let inOrder: Promise<unknown> = Promise.resolve();
  const going = new Set<string>();
  const windows: Window[] = [];
  const goTo = (address: unknown): void => {
    bump();
    try {
      const url = new URL(
        address instanceof Request ? address.url : String(address),
        location.href,
      );
      url.hash = "";
      if (/^https?:$/.test(url.protocol)) going.add(url.href);
    } catch {
      // No address: the browser will say so.
    }
  };
  const wrap = (
    target: object,
    name: string,
    around: (original: (...values: unknown[]) => unknown) => (...values: unknown[]) => unknown,
  ): void => {
    const original = Reflect.get(target, name) as (...values: unknown[]) => unknown;
    const value = around(original);
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  };

  // Absent where the page is no secure context.
  const subtle = globalThis.SubtleCrypto as { readonly prototype: object } | undefined;
  for (const name of Object.getOwnPropertyNames(subtle?.prototype ?? {})) {
    if (subtle === undefined || name === "constructor") continue;
    wrap(
      subtle.prototype,
      name,
      (original) =>
        async function (this: unknown, ...values: unknown[]) {
          busy += 1;
          // One after the other, as called: in the browser's threads they end in any order.
          const work = inOrder.then(() => original.apply(this, values));
          inOrder = work.then(
            () => undefined,
            () => undefined,
          );
          try {
            return await work;
          } finally {
            busy -= 1;
            bump();
          }
        },
    );
  }
  wrap(
    globalThis,
    "fetch",
    (original) =>
      async function (...values: unknown[]) {
        goTo(values[0]);
        try {
          return await original.apply(globalThis, values);
        } finally {
          bump();
        }
      },
  );
  wrap(
    XMLHttpRequest.prototype,
    "open",
    (original) =>
      function (this: XMLHttpRequest, ...values: unknown[]) {
        goTo(values[1]);
        this.addEventListener("loadend", bump);
        return original.apply(this, values);
      },
  );
  wrap(
    globalThis,
    "open",
    (original) =>
      function (...values: unknown[]) {
        if (values[0] !== undefined && values[0] !== "") goTo(values[0]);
        const opened = original.apply(globalThis, values) as Window | null;
        if (opened !== null && opened !== globalThis.window && !windows.includes(opened))
          windows.push(opened);
        return opened;
      },
  );
  wrap(
    globalThis,
    "close",
    (original) =>
      function (...values: unknown[]) {
        bump();
        // On its way to nowhere: until it is gone, or has shown that it stays.
        going.add("about:closed");
        return original.apply(globalThis, values);
      },
  );
  // What one document tells another is on its way where nobody sees it.
  wrap(
    BroadcastChannel.prototype,
    "postMessage",
    (original) =>
      function (this: unknown, ...values: unknown[]) {
        busy += 1;
        turnLater(() => {
          busy -= 1;
        }, MESSAGE_MS);
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
  const source = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "src");
  Object.defineProperty(HTMLIFrameElement.prototype, "src", {
    ...source,
    set(this: HTMLIFrameElement, address: string) {
      goTo(address);
      source?.set?.call(this, address);
    },
  });
  // Links, forms and scripts that leave the page: all of them pass here.
  globalThis.navigation.addEventListener(
    "navigate",
    ({ hashChange, destination, downloadRequest }) => {
      if (!hashChange && downloadRequest === null && !destination.sameDocument)
        goTo(destination.url);
    },
  );
  for (const event of ["message", "storage", "hashchange", "pageshow", "DOMContentLoaded", "load"])
    globalThis.addEventListener(event, bump, true);
  return {
    busy: () => busy,
    going: () => [...going],
    windows: () => windows.map(({ closed }) => !closed),
  };
}
