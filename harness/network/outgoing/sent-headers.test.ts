/** What a process sends over real sockets is seen, by any library. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { watchSentHeaders } from "./sent-headers.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headers = { authorization: "Bearer the-token", "x-more": "more" };
const answering = () => createServer((_request, response) => response.end("ok"));

it.each<[string, () => Promise<void>]>([
  [
    "fetch",
    async () =>
      void (await fetch(await listen(answering()), { headers }).then((one) => one.text())),
  ],
  [
    "node:http",
    async () => {
      const asked = request(await listen(answering()), { headers }).end();
      const [answer] = (await once(asked, "response")) as [NodeJS.ReadableStream];
      answer.resume();
      await once(answer, "end");
    },
  ],
  [
    "node:http2",
    async () => {
      const server = createHttp2Server((_request, response) => void response.end("ok"));
      const session = connect(await listen(server));
      const stream = session.request({ ":path": "/", ...headers }).resume();
      await once(stream, "end");
      session.close();
    },
  ],
])("the headers of %s", async (_how, ask) => {
  const seen: string[] = [];
  const unwatch = watchSentHeaders((text) => seen.push(text));
  await ask();
  expect(seen.join("\n")).toMatch(/Bearer the-token/);
  expect(seen.join("\n")).toMatch(/more/);
  unwatch();
  const before = seen.length;
  await ask();
  expect(seen).toHaveLength(before);
});
