/**
 * The name server of a sandbox: every simulated host has an address of its own on loopback, and
 * any other name does not exist. Faults on connections are real here: a name that does not
 * resolve, an address where nothing listens, and one from which nothing comes back.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import { machineEndpoints } from "../../entra/request/machine-address.ts";
import { HarnessError } from "../../core/errors.ts";
import { isReachable, type OwnHosts } from "../../network/way-in/own-hosts.ts";
import { createProcessFinder } from "../../network/way-in/client-process.ts";
import type { Admission } from "../../network/way-in/admissions.ts";
import type { ListenAddress, WayIn } from "../../network/way-in/way-in.ts";
import { answerTo, type DnsQuestion, parseQuestion, TYPE_A } from "./dns-message.ts";

export interface NameServerOptions {
  /** The way in of the moment. */
  readonly wayIn: () => Pick<WayIn, "admit" | "listenAt">;
  /** Where it listens; default: port 53 of loopback. */
  readonly listen?: ListenAddress;
  /** The address of every name; default: each has one of its own, with port 443. */
  readonly address?: string;
  /** Hosts that lead to the way in without being simulated; default: none. */
  readonly ownHosts?: OwnHosts | undefined;
  /** An address at which every packet is lost; undefined where there is none. */
  readonly lost: string | undefined;
  /** Called with a name that no one serves. */
  readonly onUnknown: (name: string) => void;
  readonly onError: (error: unknown) => void;
}

export interface NameServer {
  readonly host: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const USUAL: ListenAddress = { host: "127.0.0.1", port: 53 };

/** Where simulated hosts are asked: HTTPS, and the endpoint of Service Fabric. */
const ports = [443, Number(new URL(machineEndpoints["service-fabric"]).port)];

/** An address of loopback where nothing listens. */
const CLOSED = "127.255.255.1";

/** Starts it, over UDP and TCP; rejects `bad-usage` where it cannot listen. */
export async function startNameServer(options: NameServerOptions): Promise<NameServer> {
  const { address: shared, ownHosts, listen = USUAL } = options;
  const addresses = shared === undefined ? createAddresses() : { of: () => shared };
  const find = createProcessFinder();
  const answer = async (question: DnsQuestion, from: Asker): Promise<Buffer> => {
    // Whether a name exists does not depend on the type that is asked for.
    if (question.type !== TYPE_A)
      return answerTo(question, isReachable(question.name, ownHosts) ? "empty" : "no-such-name");
    const { admit, listenAt } = options.wayIn();
    const admission = await admit(question.name, async () => ({
      process: await find({
        remoteAddress: from.address,
        remotePort: from.port,
        localAddress: listen.host,
        localPort: udp.address().port,
      }),
      address: from.address,
    }));
    const place = addressOf(question.name, admission, { addresses, options });
    // Only there, so that another address refuses connections.
    if (typeof place === "object" && place.isServed && shared === undefined)
      for (const port of ports) await listenAt({ host: place.address, port });
    return answerTo(question, place);
  };
  const udp = await listenUdp(listen, (message, from) => {
    const question = parseQuestion(message);
    if (question === undefined) return;
    answer(question, from).then(
      (reply) => udp.send(reply, from.port, from.address),
      options.onError,
    );
  });
  const { port } = udp.address();
  const tcp = await listenTcp({ ...listen, port }, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (data: Buffer) => {
      const question = parseQuestion(data.subarray(2));
      if (question === undefined) return void socket.destroy();
      const { remoteAddress: address = "", remotePort: port = 0 } = socket;
      answer(question, { address, port }).then((reply) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        socket.end(Buffer.concat([length, reply]));
      }, options.onError);
    });
  });
  return {
    host: listen.host,
    port,
    async stop() {
      await new Promise<void>((resolve) => void udp.close(() => resolve()));
      await new Promise<void>((resolve) => void tcp.close(() => resolve()));
    },
  };
}

type Asker = Pick<RemoteInfo, "address" | "port">;

interface Addresses {
  readonly of: (name: string) => string;
}

/** An address for each name, so that a client that keeps addresses cannot mix up two hosts. */
function createAddresses(): Addresses {
  const known = new Map<string, string>();
  return {
    of(name) {
      const number = known.size + 1;
      const address = known.get(name) ?? `127.64.${Math.floor(number / 250)}.${(number % 250) + 1}`;
      known.set(name, address);
      return address;
    },
  };
}

/** Where a name leads, and whether the simulator must listen there. */
interface Place {
  readonly address: string;
  readonly isServed: boolean;
}

function addressOf(
  name: string,
  admission: Admission,
  { addresses, options }: { readonly addresses: Addresses; readonly options: NameServerOptions },
): Exclude<Parameters<typeof answerTo>[1], object> | Place {
  if (admission === "not-served") {
    options.onUnknown(name);
    return "no-such-name";
  }
  const address = addresses.of(name);
  if (admission === "served") return { address, isServed: true };
  switch (admission.code) {
    case "ENOTFOUND":
      return "no-such-name";
    case "ETIMEDOUT":
      // Without such an address the handshake waits.
      return { address: options.lost ?? address, isServed: options.lost === undefined };
    default:
      return { address: CLOSED, isServed: false };
  }
}

function listenUdp(
  { host, port }: ListenAddress,
  onMessage: (message: Buffer, from: RemoteInfo) => void,
): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4", onMessage);
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => reject(notListening({ host, port }, error)));
    socket.bind(port, host, () => resolve(socket));
  });
}

function listenTcp(
  { host, port }: ListenAddress,
  onSocket: (socket: TcpSocket) => void,
): Promise<Server> {
  const server = createServer(onSocket);
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(notListening({ host, port }, error)));
    server.listen(port, host, () => resolve(server));
  });
}

function notListening({ host, port }: ListenAddress, { message }: Error): HarnessError {
  return new HarnessError("bad-usage", `a name server cannot listen there: ${message}`, {
    place: `${host}:${port}`,
    hint: "Name another address, or port 0 for a free one.",
  });
}
