/**
 * The two ends of each message channel. An end whose other end was moved to a thread leads out of
 * this one, and what it is asked takes the machine's time. Channels are paired from the import of
 * this module on: pools of threads are mostly made before a simulation begins.
 */
import { syncBuiltinESMExports } from "node:module";
import workerThreads, { MessagePort } from "node:worker_threads";

const otherEnds = new WeakMap<object, MessagePort>();
const moved = new WeakSet<object>();

/** Whether what is sent by `port` arrives in another thread. */
export function leadsToThread(port: MessagePort): boolean {
  const other = otherEnds.get(port);
  return other !== undefined && moved.has(other);
}

const RealMessageChannel = workerThreads.MessageChannel;

const PairingMessageChannel = new Proxy(RealMessageChannel, {
  construct(target, values, newTarget) {
    const channel = Reflect.construct(target, values, newTarget) as InstanceType<typeof target>;
    otherEnds.set(channel.port1, channel.port2);
    otherEnds.set(channel.port2, channel.port1);
    return channel;
  },
});

const { prototype } = MessagePort;
const realPostMessage = prototype.postMessage as (...values: unknown[]) => void;

/** A worker thread gets its first data, and every message, through a port. */
function postMessage(this: MessagePort, ...values: unknown[]): void {
  Reflect.apply(realPostMessage, this, values);
  for (const one of transferredIn(values[1])) if (otherEnds.has(one)) moved.add(one);
}

/** The second argument is a list, or an object with one. */
function transferredIn(given: unknown): readonly object[] {
  const { transfer = given } = Object(given) as { readonly transfer?: unknown };
  return Array.isArray(transfer) ? (transfer as readonly object[]) : [];
}

if (globalThis.MessageChannel === (RealMessageChannel as unknown)) {
  Object.defineProperty(globalThis, "MessageChannel", {
    value: PairingMessageChannel,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}
Reflect.set(workerThreads, "MessageChannel", PairingMessageChannel);
Reflect.set(prototype, "postMessage", postMessage);
syncBuiltinESMExports();
