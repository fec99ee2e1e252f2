/** Servers in a process of their own, in the machine's time. Prints their addresses, and ends with its parent. */
import dgram from "node:dgram";
import crypto from "node:crypto";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import tls from "node:tls";
import { readFileSync } from "node:fs";
import type { PeerPorts } from "./row.ts";
import { speakPostgres, speakRedis } from "./peer-databases.ts";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));

/** The delay that a text asks for, ms; what is no number, such as a question to a name server, is answered at once. */
function delayIn(text: string): number {
  const ms = Number(text);
  return Number.isFinite(ms) ? ms : 0;
}

/** `20,200`: a line after 20 ms, and another after 200 ms more. */
function speakLines(socket: Socket): void {
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    void (async () => {
      for (const line of data.toString("utf8").trim().split("\n")) {
        const [first = 0, second = 0] = line.split(",").map(delayIn);
        await sleep(first);
        socket.write("pong\n");
        if (second === 0) continue;
        await sleep(second);
        socket.write("more\n");
      }
    })();
  });
}

const delayOf = (url: string | undefined): number =>
  Number(new URL(url ?? "/", "http://peer").searchParams.get("delay") ?? 0);

const web = http.createServer((request, response) => {
  void (async () => {
    const delayMs = delayOf(request.url);
    if (request.url?.startsWith("/never") === true) return;
    if (request.url?.startsWith("/events") === true) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let event = 0; event < 3; event += 1) {
        await sleep(delayMs);
        response.write(`data: ${event}\n\n`);
      }
      response.end();
      return;
    }
    await sleep(delayMs);
    response.write("a");
    await sleep(delayMs);
    response.end("b");
  })();
});
web.on("upgrade", (request: http.IncomingMessage, socket: Socket) => {
  const accept = crypto
    .createHash("sha1")
    .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.on("error", () => undefined);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on(
    "data",
    () => void sleep(50).then(() => socket.write(Buffer.from([0x81, 2, 0x68, 0x69]))),
  );
});
const web2 = http2.createServer();
web2.on("stream", (stream, headers) => {
  stream.on("error", () => undefined);
  void sleep(delayOf(headers[":path"])).then(() => {
    stream.respond({ ":status": 200 });
    stream.end("x");
  });
});
const datagrams = dgram.createSocket("udp4");
datagrams.on("message", (message, { port, address }) => {
  if (message.toString("utf8") === "never") return;
  void sleep(delayIn(message.toString("utf8"))).then(() => datagrams.send("pong", port, address));
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

const path = `${tmpdir()}/brownout-peer-${process.pid}.sock`;
await new Promise<void>((resolve) => void net.createServer(speakLines).listen(path, resolve));
await new Promise<void>((resolve) => void datagrams.bind(0, "127.0.0.1", resolve));
const ports: PeerPorts = {
  tcp: await listen(net.createServer(speakLines)),
  tls: await listen(
    tls.createServer(
      { key: fixture("service.key.pem"), cert: fixture("service.cert.pem") },
      speakLines,
    ),
  ),
  http: await listen(web),
  http2: await listen(web2 as unknown as Server),
  udp: datagrams.address().port,
  silent: await listen(net.createServer((socket) => socket.on("error", () => undefined).resume())),
  redis: await listen(net.createServer(speakRedis)),
  postgres: await listen(net.createServer(speakPostgres)),
  path,
};
process.send?.(ports);
process.on("disconnect", () => process.exit());
