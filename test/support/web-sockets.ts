/** A server's side of WebSockets, as far as tests need it: short texts. */
import { createHash } from "node:crypto";
import type { Server } from "node:http";
import type { Duplex } from "node:stream";

/** Calls `heard` with each text that arrives, and with what sends a text back. */
export function serveWebSockets(
  server: Server,
  heard: (text: string, answer: (text: string) => void) => void,
): void {
  server.on("upgrade", (request, socket: Duplex) => {
    const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    socket.write(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}`,
        "\r\n",
      ].join("\r\n"),
    );
    let bytes = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let frame = readFrame(bytes); frame !== undefined; frame = readFrame(bytes)) {
        bytes = bytes.subarray(frame.length);
        if (frame.isText)
          heard(frame.text, (text) =>
            socket.write(Buffer.from([0x81, text.length, ...Buffer.from(text)])),
          );
      }
    });
  });
}

/** The first frame in `bytes`, shorter than 126 bytes and masked as those of browsers are; undefined while it is not whole. */
function readFrame(
  bytes: Buffer,
): { readonly isText: boolean; readonly text: string; readonly length: number } | undefined {
  const payload = (bytes[1] ?? 0) & 0x7f;
  const length = 6 + payload;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(2, 6);
  const text = bytes.subarray(6, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { isText: (bytes[0] ?? 0) === 0x81, text: Buffer.from(text).toString(), length };
}
