/**
 * `setTimeout` of sockets and of HTTP/2 sessions and streams, and with it every time-out of
 * `net`, `tls`, `http`, `https` and `http2`, on virtual time: Node starts them with timers of its
 * own. Node keeps the timer of a socket under a symbol and refreshes it at every sign of life;
 * ours lies there instead.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import http2 from "node:http2";
import net from "node:net";
import { HarnessError } from "../errors.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { callBefore, type Replace } from "./waits/patching.ts";

/** What a socket, a session and a stream have in common here. */
interface Timed extends NodeJS.EventEmitter {
  readonly destroyed: boolean;
  timeout?: number;
  _onTimeout(): void;
  setTimeout(delayMs: number, callback?: () => void): unknown;
}

interface KeptTimer {
  readonly refresh: () => void;
  readonly cancel: () => void;
}

const timerSymbol = Object.getOwnPropertySymbols(new net.Socket()).find(
  ({ description }) => description === "timeout",
);

/** Puts the time-outs on `clock`; the returned function stops looking for sessions of HTTP/2. Throws `bad-usage` on a Node that keeps them elsewhere. */
export function putSocketTimeoutsOn(clock: VirtualClock, replace: Replace): () => void {
  if (timerSymbol === undefined) {
    throw new HarnessError(
      "bad-usage",
      `Node ${process.version} keeps the time-outs of sockets where they are not found`,
      {
        hint: "Use a version of Node that package.json names under engines.",
      },
    );
  }
  const key = timerSymbol;
  const done = new WeakSet<object>();
  const patch = (prototype: Timed): void => {
    if (done.has(prototype)) return;
    done.add(prototype);
    replace(prototype, "setTimeout", virtualTimeout(clock, key, prototype.setTimeout));
  };
  patch(net.Socket.prototype as unknown as Timed);
  // Node refreshes the timer of a socket for what it reads itself; what others push is a sign of life, too.
  callBefore(replace, net.Socket.prototype, {
    method: "push",
    before: (socket) => keptTimer(socket, key)?.refresh(),
  });
  const patchSession = (session: object): void => patch(ownerOfSetTimeout(session));
  const { connect } = http2;
  replace(http2, "connect", (...values: Parameters<typeof connect>) => {
    const session = connect(...values);
    patchSession(session);
    return session;
  });
  const onStream = (message: unknown): void => {
    const { stream } = message as { readonly stream: { readonly session?: object } };
    patch(ownerOfSetTimeout(stream));
    if (stream.session !== undefined) patchSession(stream.session);
  };
  const channels = ["http2.client.stream.created", "http2.server.stream.created"];
  for (const channel of channels) subscribe(channel, onStream);
  return () => {
    for (const channel of channels) unsubscribe(channel, onStream);
  };
}

function ownerOfSetTimeout(instance: object): Timed {
  let prototype = Object.getPrototypeOf(instance) as object;
  while (!Object.hasOwn(prototype, "setTimeout"))
    prototype = Object.getPrototypeOf(prototype) as object;
  return prototype as Timed;
}

function keptTimer(socket: object, key: symbol): KeptTimer | undefined {
  const timer = Reflect.get(socket, key) as Partial<KeptTimer> | null | undefined;
  return timer?.cancel === undefined ? undefined : (timer as KeptTimer);
}

function virtualTimeout(clock: VirtualClock, key: symbol, real: Timed["setTimeout"]) {
  const watched = new WeakSet<Timed>();
  const kept = (socket: Timed): KeptTimer | undefined => keptTimer(socket, key);
  return function setTimeout(this: Timed, delayMs: number, callback?: () => void): unknown {
    const before = kept(this);
    before?.cancel();
    if (before !== undefined) Reflect.set(this, key, null);
    // Node checks the arguments and keeps the listener; the timer that it starts is stopped again.
    const result = Reflect.apply(real, this, [delayMs, callback]) as unknown;
    if (this.destroyed || !(delayMs > 0)) return result;
    Reflect.apply(real, this, [0]);
    this.timeout = delayMs;
    const timer = clock.setTimer(
      () => {
        if (!this.destroyed) this._onTimeout();
      },
      Math.max(1, delayMs),
    );
    const own: KeptTimer = {
      refresh: () => {
        if (!this.destroyed) timer.restart();
      },
      cancel: timer.cancel,
    };
    Reflect.set(this, key, own);
    if (!watched.has(this)) this.once("close", () => kept(this)?.cancel());
    watched.add(this);
    return result;
  };
}
