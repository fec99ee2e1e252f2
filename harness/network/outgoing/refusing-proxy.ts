/**
 * A proxy that refuses everything, in a thread of its own, so that it also answers while the
 * main thread waits for a program (`execFileSync`). Programs that are not Node's are sent here
 * by the usual variables, and name themselves as the user of the proxy.
 */
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { writeChildReport } from "./child-settings.ts";
import { stoppedInChild } from "./stopped-in-child.ts";

interface ProxyData {
  readonly reports: string;
  /** One number: the port, once it listens. */
  readonly port: Int32Array;
}

const { reports, port } = workerData as ProxyData;

const refuse = (incoming: http.IncomingMessage, place: string): string => {
  const [, encoded = ""] =
    /^Basic (.+)$/i.exec(incoming.headers["proxy-authorization"] ?? "") ?? [];
  const [name = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  const report = { program: decodeURIComponent(name) || "a program", place };
  writeChildReport(reports, report);
  return `Brownout: ${stoppedInChild(report).message}\n`;
};

const proxy = http.createServer((incoming, outgoing) => {
  const url = new URL(incoming.url ?? "/", "http://unknown");
  const text = refuse(incoming, url.host);
  outgoing.writeHead(403, { "Content-Type": "text/plain" }).end(text);
});
proxy.on("connect", (incoming: http.IncomingMessage, socket: Socket) => {
  socket.on("error", () => undefined);
  const text = refuse(incoming, (incoming.url ?? "").replace(/:443$/, ""));
  socket.end(`HTTP/1.1 403 Stopped by Brownout\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
});
proxy.listen(0, "127.0.0.1", () => {
  Atomics.store(port, 0, (proxy.address() as AddressInfo).port);
  Atomics.notify(port, 0);
  parentPort?.postMessage("listening");
});
