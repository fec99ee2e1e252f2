/**
 * Realms: a test runner may run tests in a context of their own (`node:vm`, as Jest does), whose
 * `Date`, timers and `Math` are not those of the process. The clock is installed in the process;
 * the realm of a test shows the same time, chance and network while a simulation runs.
 */

/** The global object of a realm. */
export type Realm = typeof globalThis;

let current: Realm = globalThis;

/** The realm of the test file that calls us at the moment. */
export function currentRealm(): Realm {
  return current;
}

/** Does `work` for a test file of that realm; synchronous. */
export function inRealm<T>(realm: Realm, work: () => T): T {
  const before = current;
  current = realm;
  try {
    return work();
  } finally {
    current = before;
  }
}

/** Lets the realm show the time, the chance and `fetch` of the process; the returned function undoes it. */
export function mirrorProcessIn(realm: Realm): () => void {
  if (realm === globalThis) return () => undefined;
  const undo: (() => void)[] = [];
  const put = (target: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    const enumerable = before?.enumerable ?? true;
    Object.defineProperty(target, name, { value, writable: true, enumerable, configurable: true });
    undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, before);
    });
  };
  put(realm, "Date", dateOf(realm));
  for (const name of ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] as const)
    put(realm, name, globalThis[name]);
  put(realm.Math, "random", () => Math.random());
  if ("fetch" in realm) {
    put(realm, "fetch", (...values: Parameters<typeof fetch>) => globalThis.fetch(...values));
  }
  if ("process" in realm && realm.process !== process) {
    put(realm.process, "hrtime", process.hrtime);
    put(realm.process, "uptime", () => process.uptime());
  }
  if ("performance" in realm && realm.performance !== performance)
    put(realm.performance, "now", () => performance.now());
  if ("AbortSignal" in realm && realm.AbortSignal !== AbortSignal)
    put(realm.AbortSignal, "timeout", (delayMs: number) => abortAfter(realm, delayMs));
  putFormats(realm, { put, undo });
  return () => {
    for (const back of undo.toReversed()) back();
    undo.length = 0;
  };
}

/** The realm's own class, so that `instanceof` holds, by the process's time. */
function dateOf({ Date: RealDate }: Realm): DateConstructor {
  function RealmDate(this: unknown, ...parts: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(Date.now()).toString();
    const values = parts.length === 0 ? [Date.now()] : parts;
    return Reflect.construct(RealDate, values, new.target) as unknown;
  }
  RealmDate.prototype = RealDate.prototype;
  Object.setPrototypeOf(RealmDate, RealDate);
  return Object.assign(RealmDate, { now: () => Date.now() }) as unknown as DateConstructor;
}

function abortAfter(realm: Realm, delayMs: number): AbortSignal {
  const controller = new realm.AbortController();
  setTimeout(() => {
    const text = "The operation was aborted due to timeout";
    controller.abort(new DOMException(text, "TimeoutError"));
  }, delayMs);
  return controller.signal;
}

/** `Intl.DateTimeFormat` without an argument formats now. */
function putFormats(
  { Intl: { DateTimeFormat } }: Realm,
  {
    put,
    undo,
  }: {
    readonly put: (target: object, name: string, value: unknown) => void;
    readonly undo: (() => void)[];
  },
): void {
  const { prototype } = DateTimeFormat;
  const { formatToParts } = prototype;
  put(prototype, "formatToParts", function (this: Intl.DateTimeFormat, date?: Date | number) {
    return Reflect.apply(formatToParts, this, [date ?? Date.now()]) as unknown;
  });
  const before = Object.getOwnPropertyDescriptor(prototype, "format");
  const real = before?.get;
  if (before === undefined || real === undefined) return;
  Object.defineProperty(prototype, "format", {
    ...before,
    get(this: Intl.DateTimeFormat) {
      const format = Reflect.apply(real, this, []) as (date: Date | number) => string;
      return (date?: Date | number) => format(date ?? Date.now());
    },
  });
  undo.push(() => void Object.defineProperty(prototype, "format", before));
}
