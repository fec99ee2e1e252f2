/**
 * Keeps a run on this machine. Every TCP and TLS client of Node (undici, http, https,
 * net, tls) opens its connection through `net.Socket.prototype.connect`; the guard stands
 * there, and `outgoing/` stands where datagrams, look-ups and child processes begin. Loopback and local sockets pass; every other host goes to the mount's `dial`, or,
 * when the mount has none or does not serve it, fails with the host's name.
 */
import net from "node:net";
import { isMachinePlace } from "../entra/request/machine-address.ts";
import { isLoopback } from "./loopback.ts";
import { guardOutgoing } from "./outgoing/outgoing.ts";
import { http2Request, isServedHost, unmockedRequest } from "./served-hosts.ts";
import { stop, type StopOptions } from "./outgoing/stop.ts";
import { isAllowed } from "./suite.ts";

/** Where a client wants to connect to. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** How a mount makes a connection for a client. */
export interface Dial {
  /** Goes on with the client's own connect, with other options. */
  readonly connect: (options: net.TcpSocketConnectOpts) => void;
  /** Ends the attempt with an error that the client sees. */
  readonly fail: (error: Error) => void;
}

export interface GuardOptions extends StopOptions {
  /** Takes a connection over. Returns false for a host that it does not serve. */
  readonly dial?: (destination: Destination, dial: Dial, socket: net.Socket) => boolean;
}

export interface NetworkGuard {
  restore(): void;
}

type Connect = typeof net.Socket.prototype.connect;

/** Shuts the network until `restore`. Guards must be restored in reverse order. */
export function installNetworkGuard(guard: GuardOptions): NetworkGuard {
  const original = net.Socket.prototype.connect;

  function guardedConnect(this: net.Socket, ...values: unknown[]): net.Socket {
    const { destination, options: given, callback } = readArguments(values);
    if (
      destination === undefined ||
      isOutside(destination) ||
      isAllowed(guard.suite, destination.host)
    ) {
      return Reflect.apply(original, this, values) as net.Socket;
    }
    const dial: Dial = {
      connect: (changed) => {
        if (this.destroyed) return;
        const changedValues = [
          { ...given, ...changed },
          ...(callback === undefined ? [] : [callback]),
        ];
        Reflect.apply(original, this, changedValues);
      },
      fail: (error) => void this.destroy(error),
    };
    // What connect() sets at once, also when it has to look up the name first: writes wait.
    Object.assign(this, { connecting: true });
    if (speaksOnlyHttp2(given) && isServedHost(destination.host)) {
      process.nextTick(dial.fail, stop(guard, http2Request(destination.host)));
      return this;
    }
    if (guard.dial?.(destination, dial, this) === true) return this;
    const error = stop(guard, unmockedRequest(destination.host, destination.port));
    process.nextTick(dial.fail, error);
    return this;
  }

  net.Socket.prototype.connect = guardedConnect as Connect;
  const release = guardOutgoing(guard);
  return {
    restore() {
      release();
      if (net.Socket.prototype.connect === (guardedConnect as Connect))
        net.Socket.prototype.connect = original;
    },
  };
}

/** Of this machine, and none of the endpoints that the simulator has on it. */
function isOutside({ host, port }: Destination): boolean {
  return isLoopback(host) && !isMachinePlace(host, port);
}

/** Whether a client offers the server HTTP/2 and nothing else, as node:http2 does: ALPN, RFC 7301. */
function speaksOnlyHttp2({ ALPNProtocols: offered }: { ALPNProtocols?: unknown }): boolean {
  return Array.isArray(offered) && offered.length > 0 && offered.every((name) => name === "h2");
}

interface ConnectArguments {
  /** Absent for a local socket, which has a path and no host. */
  readonly destination: Destination | undefined;
  readonly options: object;
  readonly callback: unknown;
}

/** Node itself passes one array `[options, callback]`; programs pass any of the public forms. */
function readArguments(values: readonly unknown[]): ConnectArguments {
  const list = Array.isArray(values[0]) ? (values[0] as unknown[]) : values;
  const callback = list.findLast((value) => typeof value === "function");
  const [target, name] = list;
  const options: { host?: string; port?: unknown; path?: string } =
    typeof target === "object" && target !== null
      ? target
      : { port: target, ...(typeof name === "string" ? { host: name } : {}) };
  const port = Number(options.port);
  const isLocalSocket = options.port === undefined || !Number.isInteger(port);
  return {
    destination: isLocalSocket ? undefined : { host: options.host ?? "localhost", port },
    options,
    callback,
  };
}
