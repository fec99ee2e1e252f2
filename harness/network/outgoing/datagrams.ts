/** Stops datagrams (UDP) to other machines: at `send` and `connect` of every socket of `node:dgram`. */
import dgram from "node:dgram";
import { isLoopback } from "../loopback.ts";
import { unmockedRequest } from "../served-hosts.ts";
import { isAllowed } from "../suite.ts";
import { stop, type StopOptions } from "./stop.ts";
import { type Method, replaceMethod } from "./replace-method.ts";

/** Stops them until the returned function is called. */
export function guardDatagrams(options: StopOptions): () => void {
  const stopped = (socket: dgram.Socket, values: readonly unknown[], to: Place): boolean => {
    const { host, port } = to;
    if (isLoopback(host) || isAllowed(options.suite, host)) return false;
    const error = stop(options, unmockedRequest(host, port, "datagram"));
    const callback = values.findLast((value) => typeof value === "function");
    process.nextTick(() => {
      if (callback !== undefined) (callback as (reason: Error) => void)(error);
      // Without a listener it would end the process.
      else if (socket.listenerCount("error") > 0) socket.emit("error", error);
    });
    return true;
  };
  const guarded =
    (placeOf: (values: readonly unknown[]) => Place | undefined) =>
    (original: Method): Method =>
      function guardedMethod(this: unknown, ...values: unknown[]) {
        const to = placeOf(values);
        const isStopped = to !== undefined && stopped(this as dgram.Socket, values, to);
        return isStopped ? undefined : Reflect.apply(original, this, values);
      };
  const undo = [
    replaceMethod(dgram.Socket.prototype, "send", guarded(placeOfSend)),
    replaceMethod(dgram.Socket.prototype, "connect", guarded(placeOfConnect)),
  ];
  return () => {
    for (const restore of undo) restore();
  };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** `send(message[, offset, length][, port][, address][, callback])`; without a port the socket is connected. */
function placeOfSend(values: readonly unknown[]): Place | undefined {
  const rest = values.slice(1).filter((value) => typeof value !== "function");
  const hasRange = rest.length >= 3 && typeof rest[2] !== "string";
  const [port, host] = hasRange ? rest.slice(2) : rest;
  return placeOf(port, host);
}

/** `connect(port[, address][, callback])`. */
function placeOfConnect([port, host]: readonly unknown[]): Place | undefined {
  return placeOf(port, host);
}

function placeOf(port: unknown, host: unknown): Place | undefined {
  if (port === undefined || port === null) return undefined;
  return { host: typeof host === "string" && host !== "" ? host : "localhost", port: Number(port) };
}
