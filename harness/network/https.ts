/**
 * The reference mount: real sockets, real TLS, a real HTTP parser. The client keeps its
 * address (`https://login.microsoftonline.com`); only the last step, the TCP connection, is
 * led to a server on loopback in this process, so that a FIN, a reset, a refused connection
 * or a stalled body is what the client's own stack makes of it.
 *
 * The way of a request: the client announces it (`client-requests.ts`, the hold begins) ·
 * its socket connects (`network-guard.ts`, `service.connect`) · it arrives at the server and
 * waits for its turn (`turnstile.ts`) · `service.handle` in the caller's context · the
 * answer waits for its turn · the client announces the end (the hold is released).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { LookupFunction, Socket } from "node:net";
import { NetworkFault } from "../core/http/network-fault.ts";
import { isMachinePlace, isPlainPlace } from "../entra/request/machine-address.ts";
import { deliveryOf, textOfResponse } from "../core/http/message.ts";
import { type AnsweredHosts, createAnsweredHosts } from "./answered-hosts.ts";
import { type ClientSideRequest, watchClientRequests } from "./client-requests.ts";
import { stepsOf } from "./deliver.ts";
import { connectionAttempt } from "./in-process-transport.ts";
import { type Arrival, type ArrivalOptions, startServers } from "./https-server.ts";
import type { Mount, MountContext, Mounted } from "./mount.ts";
import { type Destination, type Dial, installNetworkGuard } from "./network-guard.ts";
import { connectionError, lookupError, resetError } from "./node-errors.ts";
import { isServedHost, unmockedUrl } from "./served-hosts.ts";
import { trustBesideFixtureAuthority, trustFixtureAuthority } from "./fixture-authority.ts";
import { reuseTlsSessions } from "./tls-reuse.ts";
import { createTurnstile, nextTurn, type Turnstile } from "./turnstile.ts";
import { watchUndiciTicks } from "./undici-ticks.ts";

/** The mount `https`. */
export const mount: Mount = { name: "https", quietTurns: 4, start };

/** tcpmux, which is not in use: a fixed port, because its number is in the error's message. */
const CLOSED_PORT = 1;

/**
 * Keeps a caller's `Request` from being collected while its copy is under way: a copy hears
 * of the caller's abort through the original, which undici refers to only weakly.
 */
const askedFor = new AsyncLocalStorage<Request>();

const TURNS_TO_CLOSE = 10;

/** How long clients may keep an idle connection, virtual s: longer than most pauses between polls, and the most that undici goes by. */
const KEPT_S = 600;

const kept: ArrivalOptions = {
  afterwards: "keep-alive",
  extra: () => [["Keep-Alive", `timeout=${KEPT_S}`]],
};

interface Parts {
  /** Whether the service accepts a connection for a request in whose name it was not begun. */
  readonly accepted: WeakMap<ClientSideRequest, Promise<boolean>>;
  readonly context: MountContext;
  readonly turnstile: Turnstile;
}

async function start(context: MountContext): Promise<Mounted> {
  const clients = watchClientRequests({
    gate: context.gate,
    onOver: ({ sequence }) => turnstile.dismiss(sequence),
    onUnasked: (request, socket) => accepted.set(request, connectAgain(request, socket, parts)),
  });
  const turnstile = createTurnstile({ gate: context.gate, heldBack: () => clients.queued() });
  const accepted: Parts["accepted"] = new WeakMap();
  const parts: Parts = { context, turnstile, accepted };
  const servers = await startServers(
    (arrival) => {
      const request = clients.arrive(arrival.sequence, arrival.host);
      if (request === undefined) arrival.reset();
      else void answer(request, arrival, parts);
    },
    context.keepsConnections === true ? kept : {},
  );
  const dialed = new Set<Socket>();
  const distrust = trustFixtureAuthority();
  const others = answerOtherHosts(context);
  const stopReuse = reuseTlsSessions();
  const guard = installNetworkGuard({
    ...(context.onHarnessError === undefined ? {} : { onHarnessError: context.onHarnessError }),
    ...(context.suite === undefined ? {} : { suite: context.suite }),
    dial: ({ host, port }, dial, socket) => {
      if (others.dial({ host, port }, dial)) {
        dialed.add(socket);
        socket.once("close", () => dialed.delete(socket));
        return true;
      }
      const isOfMachine = isMachinePlace(host, port);
      if (!isOfMachine && (port !== 443 || !isServedHost(host))) return false;
      dialed.add(socket);
      socket.once("close", () => dialed.delete(socket));
      const ports: Ports = {
        ...servers,
        servicePort: isPlainPlace(host, port) ? servers.plainPort : servers.servicePort,
      };
      const begin = (request: ClientSideRequest | undefined): void => {
        // undici dials once more after a request that its caller has given up.
        if (request === undefined) dial.connect({ host: "127.0.0.1", port: ports.servicePort });
        else void connect(request, dial, ports, parts);
      };
      const request = clients.dial(host.toLowerCase());
      // http announces a request only after it has begun its connection; undici before.
      if (request === undefined) process.nextTick(() => begin(clients.dial(host.toLowerCase())));
      else begin(request);
      return true;
    },
  });
  const ticks = watchUndiciTicks();
  const { fetch } = globalThis;

  return {
    fetch: (request) => askedFor.run(request, () => fetch(request, { redirect: "manual" })),
    reachesProcess: true,
    answerFor: others.answerFor,
    async stop() {
      guard.restore();
      clients.stop();
      others.stopWatching();
      stopReuse();
      distrust();
      for (const socket of dialed) endConnection(socket);
      await servers.stop();
      await others.stop();
      // The clients' ends of the closed connections learn of it a few turns later.
      for (let turn = 0; turn < TURNS_TO_CLOSE; turn += 1) await nextTurn();
      ticks.stop();
    },
  };
}

/** The hosts for which a test answers itself: their requests are held like those of Entra, and are not in the history. */
function answerOtherHosts({ gate, onHarnessError }: MountContext): Pick<
  AnsweredHosts,
  "answerFor" | "stop"
> & {
  /** Takes a connection over. Returns false for a host without answers. */
  readonly dial: (destination: Destination, dial: Dial) => boolean;
  readonly stopWatching: () => void;
} {
  const hosts = createAnsweredHosts({
    trust: trustBesideFixtureAuthority,
    onUnknown: (url) => onHarnessError?.(unmockedUrl(url)),
  });
  const clients = watchClientRequests({
    gate,
    isWatched: ({ protocol, hostname, port }) =>
      hosts.isAnswered(hostname, port === "" ? (protocol === "http:" ? 80 : 443) : Number(port)),
    onOver: () => undefined,
    onUnasked: () => undefined,
  });
  return {
    answerFor: hosts.answerFor,
    dial({ host, port }, dial) {
      if (!hosts.isAnswered(host, port)) return false;
      void hosts.portOf(host, port).then((own) => dial.connect({ host: "127.0.0.1", port: own }));
      return true;
    },
    stopWatching: clients.stop,
    stop: hosts.stop,
  };
}

/**
 * Ends a client's connection with an error that is not a reset: of a body that no one reads,
 * the undici of Node 24 asserts that it is being read (nodejs/undici#5360) when its connection
 * closes without an error or by a reset, and that assertion ends the process.
 */
function endConnection(socket: Socket): void {
  const isHeard = socket.listenerCount("error") > 0;
  socket.destroy(
    isHeard ? new Error("The simulation behind this connection has ended.") : undefined,
  );
}

interface Ports {
  readonly servicePort: number;
  readonly wrongNamePort: number;
}

/** Asks the service whether the connection stands, and lets happen to the socket what it says. */
async function connect(
  request: ClientSideRequest,
  dial: Dial,
  ports: Ports,
  { context, turnstile }: Parts,
): Promise<void> {
  try {
    await request.inContext(() =>
      request.hold.run(() => context.service.connect(connectionAttempt(request))),
    );
    dial.connect({ host: "127.0.0.1", port: ports.servicePort });
  } catch (error) {
    if (!(await turnstile.pass(request.sequence, "fail"))) return;
    if (error instanceof NetworkFault) failConnection(error, dial, ports);
    else {
      context.onHarnessError?.(error);
      dial.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Asks the service as for a new connection, and breaks the open one when it refuses; resolves to whether it stands. */
async function connectAgain(
  request: ClientSideRequest,
  socket: Socket,
  { context, turnstile }: Parts,
): Promise<boolean> {
  try {
    await request.inContext(() =>
      request.hold.run(() => context.service.connect(connectionAttempt(request))),
    );
    return true;
  } catch (error) {
    if (!(error instanceof NetworkFault)) context.onHarnessError?.(error);
    if (await turnstile.pass(request.sequence, "fail"))
      socket.destroy(error instanceof NetworkFault ? connectionError(error) : undefined);
    return false;
  }
}

function failConnection(fault: NetworkFault, dial: Dial, ports: Ports): void {
  switch (fault.code) {
    case "ECONNREFUSED":
      return dial.connect({ host: "127.0.0.1", port: CLOSED_PORT });
    case "ENOTFOUND":
      return dial.connect({ host: fault.host, port: 443, lookup: unknownName });
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return dial.connect({ host: "127.0.0.1", port: ports.wrongNamePort });
    case "ETIMEDOUT":
      // Loopback answers every SYN, so what a lost one leads to has to be said.
      return dial.fail(connectionError(fault));
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      // Node reports every connection that ends before it is established as a reset.
      return dial.fail(resetError());
  }
}

const unknownName: LookupFunction = (hostname, _options, callback) => {
  process.nextTick(callback, lookupError(hostname), "", 4);
};

/** Handles an arrived request when its turn has come, and sends the answer when that one's has. */
async function answer(request: ClientSideRequest, arrival: Arrival, parts: Parts): Promise<void> {
  const { context, turnstile, accepted } = parts;
  try {
    const asked = await arrival.read(request.signal);
    if ((await accepted.get(request)) === false) return;
    if (!(await turnstile.pass(request.sequence, "start"))) return arrival.reset();
    await request.inContext(() =>
      request.hold.run(async () => {
        const response = await context.service.handle(asked);
        await deliverTo(request, arrival, response, parts);
      }),
    );
  } catch (error) {
    if (request.isOver()) return arrival.reset();
    if (!(error instanceof NetworkFault)) context.onHarnessError?.(error);
    if (!(await turnstile.pass(request.sequence, "send"))) return;
    if (error instanceof NetworkFault && error.code === "UND_ERR_SOCKET") arrival.close();
    else arrival.reset();
  }
}

async function deliverTo(
  request: ClientSideRequest,
  arrival: Arrival,
  response: Response,
  { context, turnstile }: Parts,
): Promise<void> {
  const delivery = deliveryOf(response);
  const steps = stepsOf(Buffer.from(await textOfResponse(response)), delivery);
  for (const [index, { afterMs, bytes }] of steps.entries()) {
    if (afterMs > 0) await context.clock.sleep(afterMs, request.signal);
    if (!(await turnstile.pass(request.sequence, "send"))) return arrival.reset();
    const isLast = index === steps.length - 1 && delivery.kind !== "cut";
    await arrival.send(response, bytes, isLast ? "last" : "more");
  }
  if (delivery.kind !== "cut") return;
  if (delivery.by === "fin") arrival.close();
  else arrival.reset();
}
