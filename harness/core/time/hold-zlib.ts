/**
 * Time stands still while zlib works: it does so in the thread pool, of which the event loop
 * shows nothing, and a clock that jumped meanwhile would let an hour pass over a deflated
 * SAML request. Held by the streams' own prototype, because who promisified a function of
 * zlib did so before any clock was installed.
 */
import { DeflateRaw } from "node:zlib";
import type { Transform, TransformCallback } from "node:stream";
import type { VirtualClock } from "./virtual-clock.ts";
import type { Replace } from "./waits/patching.ts";

/** Puts a hold around every piece of work of every stream of zlib, by `replace`. */
export function holdDuringZlib(clock: VirtualClock, replace: Replace): void {
  const base = basePrototype();
  const real = Reflect.get(base, "_transform") as Transform["_transform"];
  const held: Transform["_transform"] = function (this: Transform, chunk, encoding, callback) {
    const hold = clock.gate.hold();
    const release = (): void => hold.release();
    // A stream that fails in mid-work is closed and calls back no more.
    this.once("close", release);
    const done: TransformCallback = (error, data) => {
      this.off("close", release);
      release();
      callback(error, data);
    };
    real.call(this, chunk, encoding, done);
  };
  replace(base, "_transform", held);
}

function basePrototype(): object {
  let prototype = DeflateRaw.prototype as object;
  while (!Object.hasOwn(prototype, "_transform")) {
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return prototype;
}
