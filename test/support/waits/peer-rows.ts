/** Servers in another process, and next to them servers in this one, which no one waits for. */
import dgram from "node:dgram";
import http, { type IncomingMessage } from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import tls from "node:tls";
import { after, askLine, first, pause, type Rows, work } from "./row.ts";

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect(port, "127.0.0.1");
  await first(socket, "connect");
  return socket;
}

async function askPeer(port: number, line: string, lines = 1): Promise<void> {
  const socket = await connect(port);
  await askLine(socket, line, lines);
  socket.destroy();
}

function get(options: http.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", ...options }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
        response.on("end", () => resolve(text));
        response.on("error", reject);
      })
      .on("error", reject);
  });
}

const redisCommand = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

/** Reads until so many bytes have come. */
function receive(socket: net.Socket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const listen = (data: Buffer): void => {
      count += data.length;
      if (count < bytes) return;
      socket.off("data", listen);
      resolve();
    };
    socket.on("data", listen);
  });
}

function postgresMessage(type: string, body: string): Buffer {
  const buffer = Buffer.alloc(type.length + 4 + body.length);
  buffer.write(type, 0, "latin1");
  buffer.writeInt32BE(4 + body.length, type.length);
  buffer.write(body, type.length + 4, "latin1");
  return buffer;
}

/** From the startup message over the password to the first query, in a socket of one's own. */
async function askPostgres(port: number): Promise<void> {
  const socket = await connect(port);
  socket.write(postgresMessage("", "\0\x03\0\0user\0brownout\0\0"));
  await receive(socket, 9);
  socket.write(postgresMessage("p", "secret\0"));
  await receive(socket, 9 + 6);
  socket.write(postgresMessage("Q", "select 1\0"));
  await receive(socket, 10 + 11 + 14 + 6);
  socket.destroy();
}

const rowsOfOthers: Rows = {
  ...Object.fromEntries(
    [1, 5, 50, 300].map((ms) => [
      `a TCP server that answers in ${ms} ms`,
      work(({ peer }) => askPeer(peer.tcp, String(ms)), { covers: ["TCPWRAP", "TCPCONNECTWRAP"] }),
    ]),
  ),
  "a TCP server that answers in parts": work(({ peer }) => askPeer(peer.tcp, "20,200", 2), {
    limit: "of a protocol that is not known the first part counts as the answer",
  }),
  "a TLS server": work(
    async ({ peer }) => {
      const socket = tls.connect({ port: peer.tls, host: "127.0.0.1", rejectUnauthorized: false });
      await first(socket, "secureConnect");
      await askLine(socket, "50");
      socket.destroy();
    },
    { covers: ["TLSWRAP"] },
  ),
  "TLS over a connection that is there": work(async ({ peer }) => {
    const plain = await connect(peer.tls);
    const socket = tls.connect({ socket: plain, rejectUnauthorized: false });
    await first(socket, "secureConnect");
    await askLine(socket, "50");
    socket.destroy();
  }),
  "a server on a socket of the file system": work(
    async ({ peer }) => {
      const socket = new net.Socket();
      socket.connect(peer.path);
      await first(socket, "connect");
      await askLine(socket, "100");
      socket.destroy();
    },
    { covers: ["PIPECONNECTWRAP"] },
  ),
  "Redis, whose reply comes in parts": work(async ({ peer }) => {
    const socket = await connect(peer.redis);
    socket.write(
      redisCommand("LRANGE", "list", "0", "-1") + redisCommand("LRANGE", "other", "0", "-1"),
    );
    await receive(socket, 2 * (13 + 9));
    socket.destroy();
  }),
  "PostgreSQL, whose rows come in parts": work(({ peer }) => askPostgres(peer.postgres)),
  "an hour beside a subscription at Redis": after(3_600_000, async ({ peer }) => {
    const socket = await connect(peer.redis);
    socket.write(redisCommand("SUBSCRIBE", "news"));
    await first(socket, "data");
    await pause(3_600_000);
    socket.destroy();
  }),
  "node:http": work(({ peer }) => get({ port: peer.http, path: "/?delay=50" }), {
    gives: "ab",
    covers: ["HTTPCLIENTREQUEST"],
  }),
  "node:http with a keep-alive agent": work(async ({ peer }) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 3; count += 1)
      await get({ port: peer.http, path: "/?delay=20", agent });
    agent.destroy();
  }),
  fetch: work(async ({ peer }) => (await fetch(`http://127.0.0.1:${peer.http}/?delay=50`)).text(), {
    gives: "ab",
  }),
  "fetch of server-sent events": work(async ({ peer }) =>
    (await fetch(`http://127.0.0.1:${peer.http}/events?delay=100`)).text(),
  ),
  http2: work(
    async ({ peer }) => {
      const session = http2.connect(`http://127.0.0.1:${peer.http2}`);
      const stream = session.request({ ":path": "/?delay=100" });
      stream.resume();
      await first(stream, "close");
      session.destroy();
    },
    { covers: ["HTTP2SESSION", "HTTP2STREAM", "HTTP2SETTINGS"] },
  ),
  WebSocket: work(
    async ({ peer }) => {
      const socket = new WebSocket(`ws://127.0.0.1:${peer.http}/`);
      await first(socket, "open");
      socket.send("x");
      await first(socket, "message");
      socket.close();
    },
    // msw answers for it.
    { mounts: ["https", "nock"] },
  ),
  "a datagram": work(
    async ({ peer }) => {
      const socket = dgram.createSocket("udp4");
      const answered = first(socket, "message");
      socket.send("50", peer.udp, "127.0.0.1");
      await answered;
      socket.close();
    },
    { covers: ["UDPWRAP", "UDPSENDWRAP"] },
  ),
  "an hour after a datagram that no one answers": after(
    3_600_000,
    async ({ peer }) => {
      const socket = dgram.createSocket("udp4");
      socket.on("message", () => undefined);
      socket.send("never", peer.udp, "127.0.0.1");
      await pause(3_600_000);
      socket.close();
    },
    { abandons: ["an answer by UDP from 127.0.0.1:PORT"] },
  ),
  "an hour after a datagram to which no one listens": after(3_600_000, async ({ peer }) => {
    const socket = dgram.createSocket("udp4");
    socket.send("never", peer.udp, "127.0.0.1");
    await pause(3_600_000);
    socket.close();
  }),
  "a race of a server of 300 ms and a timer of 100 ms": work(
    async ({ peer }) => {
      const socket = await connect(peer.tcp);
      const timer = pause(100).then(() => "timer");
      const winner = await Promise.race([askLine(socket, "300").then(() => "server"), timer]);
      socket.destroy();
      return winner;
    },
    { gives: "server" },
  ),
  "an hour on an idle connection": after(3_600_000, async ({ peer }) => {
    const socket = await connect(peer.tcp);
    await askOnce(socket);
    await pause(3_600_000);
    socket.destroy();
  }),
  "an hour after an answer by fetch": after(3_600_000, async ({ peer }) => {
    await (await fetch(`http://127.0.0.1:${peer.http}/?delay=5`)).text();
    await pause(3_600_000);
  }),
  "an hour on a connection that never answers": after(
    3_600_000,
    async ({ peer }) => {
      const socket = await connect(peer.silent);
      socket.write("subscribe\n");
      await pause(3_600_000);
      socket.destroy();
    },
    { abandons: ["an answer from 127.0.0.1:PORT"] },
  ),
};

function askOnce(socket: net.Socket): Promise<unknown> {
  const answered = first(socket, "data");
  socket.write("1\n");
  return answered;
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await first(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** An HTTP server of this process that answers after 20 s of virtual time. */
async function slowServer(): Promise<{ readonly port: number; readonly stop: () => void }> {
  const server = http.createServer((_request, response) => {
    void pause(20_000).then(() => response.end("x"));
  });
  const port = await listen(server);
  return {
    port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const slowLines = (socket: net.Socket): unknown =>
  socket.on("data", () => void pause(20_000).then(() => socket.write("pong\n")));

const rowsOfThisProcess: Rows = {
  "an HTTP server of this process": after(20_000, async () => {
    const { port, stop } = await slowServer();
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    stop();
  }),
  "a TCP server of this process": after(
    20_000,
    async () => {
      const server = net.createServer(slowLines);
      const socket = await connect(await listen(server));
      await askLine(socket, "1");
      socket.destroy();
      server.close();
    },
    { covers: ["TCPSERVERWRAP"] },
  ),
  "a server of this process on a socket of the file system": after(
    20_000,
    async () => {
      const path = `${tmpdir()}/brownout-row-${process.pid}.sock`;
      const server = net.createServer(slowLines).listen(path);
      await first(server, "listening");
      const socket = net.connect(path);
      await askLine(socket, "1");
      socket.destroy();
      server.close();
    },
    { covers: ["PIPESERVERWRAP"] },
  ),
  "a proxy of this process before a server of it": after(20_000, async () => {
    const { port, stop } = await slowServer();
    const proxy = http.createServer((_request, response) => {
      http.get({ port, host: "127.0.0.1" }, (answer: IncomingMessage) => answer.pipe(response));
    });
    await get({ port: await listen(proxy) });
    stop();
    proxy.close();
  }),
  "an HTTP/2 server of this process": after(20_000, async () => {
    const server = http2.createServer();
    server.on("stream", (stream) => void pause(20_000).then(() => stream.end("x")));
    const session = http2.connect(
      `http://127.0.0.1:${await listen(server as unknown as net.Server)}`,
    );
    const stream = session.request({ ":path": "/" });
    stream.resume();
    await first(stream, "close");
    session.destroy();
    server.close();
  }),
};

export const peerRows: Rows = { ...rowsOfOthers, ...rowsOfThisProcess };
