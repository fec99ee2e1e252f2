/** Time-outs of sockets, requests and sessions, all on virtual time. */
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { createResponse } from "../../../harness/core/http/message.ts";
import { answerWith, HOST } from "../mount.ts";
import { after, first, type Row, type RowContext, type Rows } from "./row.ts";

const URL_OF_TOKEN = `${HOST}/t`;

function answerAfter({ bench }: RowContext, ms: number): void {
  bench.serve({
    handle: async (request) => {
      await bench.clock.sleep(ms, request.signal);
      return answerWith("{}")(request);
    },
  });
}

/** How a request ends: by its time-out, which the program makes an error of, or otherwise. */
function endOf(request: http.ClientRequest): Promise<string> {
  request.on("timeout", () =>
    request.destroy(Object.assign(new Error("timed out"), { code: "TIMED_OUT" })),
  );
  return endWithoutTimeout(request);
}

/** How a request of a program ends that listens to no time-out, as that of the global agent after 5 s. */
function endWithoutTimeout(request: http.ClientRequest): Promise<string> {
  return new Promise((resolve) => {
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    request.on("response", (response) => {
      response.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      response.on("end", () => resolve("answered"));
      response.resume();
    });
  });
}

/** Every way to give a request of node:https a time-out of 3.5 s. */
const timeoutOptions: Readonly<Record<string, () => http.ClientRequest>> = {
  "the option timeout": () => https.get(URL_OF_TOKEN, { timeout: 3_500 }),
  "request.setTimeout": () => https.get(URL_OF_TOKEN).setTimeout(3_500),
  "the option timeout of an agent": () =>
    https.get(URL_OF_TOKEN, { agent: new https.Agent({ timeout: 3_500 }) }),
  "socket.setTimeout": () => {
    const request = https.get(URL_OF_TOKEN);
    request.on("socket", (socket) => socket.setTimeout(3_500, () => request.emit("timeout")));
    return request;
  },
};

const fires = { gives: "TIMED_OUT" } satisfies Partial<Row>;

/** What the server does: each must end at 3.5 s. */
const slowAnswers: Readonly<Record<string, (context: RowContext) => void>> = {
  "an answer after 5 s": (context) => answerAfter(context, 5_000),
  "an answer after 20 s": (context) => answerAfter(context, 20_000),
  "no answer": (context) => answerAfter(context, 86_400_000),
  "a connection that hangs": ({ bench }) =>
    bench.serve({ connect: () => bench.clock.sleep(20_000) }),
  "a body that stalls": ({ bench }) =>
    bench.serve({
      handle: answerWith("x".repeat(50), { kind: "stalled", bytes: 10, forMs: 20_000 }),
    }),
};

const HANGING = "a connection that hangs";
const BY_REQUEST = "request.setTimeout";

/**
 * Node starts the time-out of `request.setTimeout` when the connection stands; until then the
 * agent's own of 5 s is in force. msw and nock have no connection to wait for.
 */
const beforeConnection: Rows = {
  [`${BY_REQUEST}, and ${HANGING}, on real sockets`]: timesOut(BY_REQUEST, HANGING, {
    takesMs: 5_000,
    mounts: ["https"],
  }),
  [`${BY_REQUEST}, and ${HANGING}, on mocked sockets`]: timesOut(BY_REQUEST, HANGING, {
    mounts: ["msw", "nock"],
  }),
};

function timesOut(option: string, answer: string, more: Partial<Row> = {}): Row {
  return after(
    3_500,
    (context) => {
      slowAnswers[answer]?.(context);
      const request = timeoutOptions[option]?.();
      if (request === undefined) throw new Error(`there is no time-out by "${option}"`);
      return endOf(request);
    },
    { ...fires, ...more },
  );
}

/** The table of time-outs by what the server does, for one mount. */
const mountTimeoutRows: Rows = {
  ...Object.fromEntries(
    Object.keys(timeoutOptions)
      .flatMap((option) => Object.keys(slowAnswers).map((answer) => ({ option, answer })))
      .filter(({ option, answer }) => option !== BY_REQUEST || answer !== HANGING)
      .map(({ option, answer }) => [`${option}, and ${answer}`, timesOut(option, answer)]),
  ),
  ...beforeConnection,
};

async function listen(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await first(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** msw and nock have sockets of their own, which they do not keep. */
function onSockets(takesMs: number, run: Row["run"]): Row {
  return after(takesMs, run, { mounts: ["https"] });
}

const ownRows: Rows = {
  "a time-out that each sign of life puts off": after(
    6_000,
    ({ bench }) => {
      bench.serve({
        handle: () =>
          Promise.resolve(
            createResponse(
              "x".repeat(9),
              { status: 200, headers: [["content-length", "9"]] },
              { kind: "slow", chunkBytes: 3, everyMs: 3_000 },
            ),
          ),
      });
      return endOf(https.get(URL_OF_TOKEN, { timeout: 3_500 }));
    },
    { gives: "answered" },
  ),
  "node:https without a time-out, and an answer after 20 minutes": after(
    1_200_000,
    (context) => {
      answerAfter(context, 1_200_000);
      return endWithoutTimeout(https.get(URL_OF_TOKEN));
    },
    { gives: "answered" },
  ),
  "node:https without a time-out, and a body that stalls for 20 minutes": after(
    1_200_000,
    ({ bench }) => {
      bench.serve({
        handle: answerWith("x".repeat(50), { kind: "stalled", bytes: 10, forMs: 1_200_000 }),
      });
      return endWithoutTimeout(https.get(URL_OF_TOKEN));
    },
    { gives: "answered" },
  ),
  "a free socket of a keep-alive agent": onSockets(3_500, async () => {
    const server = http.createServer((_request, response) => response.end("x"));
    const agent = new http.Agent({ keepAlive: true, timeout: 3_500 });
    const request = http.get({ port: await listen(server), host: "127.0.0.1", agent });
    request.on("response", (response) => response.resume());
    const socket = (await first(request, "socket")) as net.Socket;
    await first(socket, "close");
    server.close();
  }),
  "keepAliveTimeout of a server of this process": onSockets(6_000, async () => {
    const server = http.createServer({ keepAliveTimeout: 5_000 }, (_request, response) =>
      response.end("x"),
    );
    const agent = new http.Agent({ keepAlive: true });
    const request = http.get({ port: await listen(server), host: "127.0.0.1", agent });
    request.on("response", (response) => response.resume());
    const socket = (await first(request, "socket")) as net.Socket;
    await first(socket, "close");
    server.close();
  }),
  "net.connect to a server that is silent": after(
    3_500,
    async ({ peer }) => {
      const socket = net.connect({ port: peer.silent, host: "127.0.0.1", timeout: 3_500 });
      await first(socket, "timeout");
      socket.destroy();
    },
    { abandons: ["an answer from 127.0.0.1:PORT"] },
  ),
  "node:http to a server that never answers": after(
    3_500,
    ({ peer }) =>
      endOf(http.get({ port: peer.http, host: "127.0.0.1", path: "/never", timeout: 3_500 })),
    { ...fires, abandons: ["GET http://127.0.0.1:PORT/never", "an answer from 127.0.0.1:PORT"] },
  ),
  "setTimeout of an HTTP/2 session": after(3_500, async ({ peer }) => {
    const session = http2.connect(`http://127.0.0.1:${peer.http2}`);
    await first(session, "connect");
    await new Promise<void>((resolve) => session.setTimeout(3_500, resolve));
    session.destroy();
  }),
  "setTimeout of an HTTP/2 stream": after(3_500, async () => {
    const server = http2.createServer(() => undefined);
    const session = http2.connect(
      `http://127.0.0.1:${await listen(server as unknown as net.Server)}`,
    );
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => undefined);
    await new Promise<void>((resolve) => stream.setTimeout(3_500, resolve));
    session.destroy();
    server.close();
  }),
  "fetch waits for headers for 300 s": after(
    300_000,
    (context) => {
      answerAfter(context, 900_000);
      return causeOf(fetch(URL_OF_TOKEN));
    },
    { gives: "UND_ERR_HEADERS_TIMEOUT", lateMs: 1_500 },
  ),
  "fetch waits for the rest of a body for 300 s": after(
    300_000,
    async ({ bench }) => {
      bench.serve({
        handle: answerWith("x".repeat(50), { kind: "stalled", bytes: 10, forMs: 900_000 }),
      });
      return causeOf((await fetch(URL_OF_TOKEN)).text());
    },
    { gives: "UND_ERR_BODY_TIMEOUT", lateMs: 1_500 },
  ),
  "fetch waits for a connection for 10 s": after(
    10_000,
    ({ bench }) => {
      bench.serve({ connect: () => bench.clock.sleep(900_000) });
      return causeOf(fetch(URL_OF_TOKEN));
    },
    { gives: "UND_ERR_CONNECT_TIMEOUT", lateMs: 1_500, mounts: ["https"] },
  ),
  "fetch with AbortSignal.timeout": after(
    3_500,
    (context) => {
      answerAfter(context, 20_000);
      return fetch(URL_OF_TOKEN, { signal: AbortSignal.timeout(3_500) }).then(
        () => "answered",
        ({ name }: Error) => name,
      );
    },
    { gives: "TimeoutError" },
  ),
};

async function causeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "answered";
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    return cause?.code ?? String(error);
  }
}

export const timeoutRows: Rows = { ...mountTimeoutRows, ...ownRows };
