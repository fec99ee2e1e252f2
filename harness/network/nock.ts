/**
 * The mount under nock: `fetch`, `http` and `https` of this process are answered by one
 * reply function for everything. For suites that have nock already.
 *
 * How true it is. Errors reach the client with the code of Node's own stack: nock destroys
 * the request with what the reply function throws. A cut body ends as undici ends it. There
 * is no connection: each request connects anew and no body is paused while it is not read.
 * A JSON request body arrives reserialized. A client of `http` that gives up is not seen
 * to do so.
 */
import { Readable } from "node:stream";
import type { Body, Interceptor, ReplyFnContext, ReplyFnResult, ReplyHeaders } from "nock";
import type { Gate } from "../core/time/gate.ts";
import { afterMachineMs } from "../core/time/machine-timer.ts";
import { createRequest, headersOf } from "../core/http/message.ts";
import { machineOrigins } from "../entra/request/machine-address.ts";
import { createInProcessTransport, type InProcessTransport } from "./in-process-transport.ts";
import { isLoopback } from "./loopback.ts";
import type { Mount } from "./mount.ts";
import { requirePackage } from "./optional-package.ts";
import { currentClient, currentFetchSignal } from "./patched-fetch.ts";
import { takeProcess } from "./patched-process.ts";
import { isServedIn, type Suite } from "./suite.ts";

type Nock = typeof import("nock");

interface Answering {
  readonly transport: InProcessTransport;
  readonly gate: Gate;
}

/** The mount `nock`; `start` rejects with `bad-usage` when nock is missing or too old. */
export const mount: Mount = {
  name: "nock",
  // Between `fetch` and the reply function, and back, nock takes turns of its own.
  quietTurns: 10,
  ownDraws: "/@mswjs/interceptors/",
  async start(context) {
    const nock = await loadNock();
    const transport = createInProcessTransport(context, currentClient);
    const answering: Answering = { transport, gate: context.gate };
    const wasActive = nock.isActive();
    if (!wasActive) nock.activate();
    if (context.suite !== undefined) {
      const remove = answerBeside(nock, answering, context.suite);
      const stubs = createStubs(nock);
      const release = (): void => {
        stubs.remove();
        remove();
        if (!wasActive) nock.restore();
      };
      return { ...takeProcess(context, { transport, release }), answerFor: stubs.answerFor };
    }
    nock.disableNetConnect();
    nock.enableNetConnect((host) => isLoopback(host.replace(/:\d+$/, "")));
    for (const scheme of ["https", "http"]) {
      const scope = nock(answeredOrigins(scheme)).persist();
      for (const method of METHODS)
        scope.intercept(() => true, method).reply(replyWith(answering, scheme));
    }
    return takeProcess(context, {
      transport,
      release: () => {
        nock.cleanAll();
        nock.restore();
        nock.enableNetConnect();
      },
    });
  },
};

/**
 * Answers what the simulator serves and nothing else, beside a suite's own interceptors;
 * returns how to take that away. Optional, so that `nock.isDone()` does not wait for it; and
 * what nock does with any other host is for the suite to say.
 */
function answerBeside(nock: Nock, answering: Answering, suite: Suite): () => void {
  const served = ["https", "http"].map((scheme) => new ServedOrigins(scheme, suite));
  const added: Interceptor[] = [];
  for (const origins of served) {
    const scope = nock(origins).persist();
    for (const method of METHODS) {
      const interceptor = scope.intercept(() => true, method).optionally();
      interceptor.reply(replyWith(answering, origins.scheme));
      added.push(interceptor);
    }
  }
  return () => {
    for (const origins of served) origins.isOn = false;
    for (const interceptor of added) nock.removeInterceptor(interceptor);
  };
}

/** Answers for other hosts, beside a suite's own interceptors. */
function createStubs(nock: Nock): {
  readonly answerFor: (address: URL, data: object) => void;
  readonly remove: () => void;
} {
  const answers = new Map<string, object>();
  const added: Interceptor[] = [];
  return {
    answerFor({ origin, pathname }, data) {
      const address = `${origin}${pathname}`;
      const isKnown = answers.has(address);
      answers.set(address, data);
      if (isKnown) return;
      const scope = nock(origin).persist();
      for (const method of METHODS) {
        const interceptor = scope
          .intercept((path) => path.split("?", 1)[0] === pathname, method)
          .optionally();
        interceptor.reply(200, () => answers.get(address));
        added.push(interceptor);
      }
    },
    remove: () => {
      for (const interceptor of added) nock.removeInterceptor(interceptor);
    },
  };
}

let patterns = 0;

/**
 * The origins that are served, as nock wants them: it keeps interceptors by the text of a
 * pattern, never forgets one, and asks the first that matches. So each has a text of its own,
 * and matches nothing any more when its session is over.
 */
class ServedOrigins extends RegExp {
  readonly scheme: string;
  readonly suite: Suite;
  isOn = true;

  constructor(scheme: string, suite: Suite) {
    super(`${scheme} served by brownout ${(patterns += 1)}`);
    this.scheme = scheme;
    this.suite = suite;
  }

  override test(origin: string): boolean {
    if (!this.isOn || !origin.startsWith(`${this.scheme}://`)) return false;
    return isServedIn(this.suite, new URL(origin));
  }
}

/** Everything but what runs on this machine; of that, the endpoints of the simulator. */
function answeredOrigins(scheme: string): RegExp {
  const ours = machineOrigins.filter((origin) => origin.startsWith(`${scheme}://`)).join("|");
  return new RegExp(`^${scheme}://(?!localhost|127\\.|\\[::1\\])|^(?:${ours})$`);
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** nock counts parameters: two mean a promise, three a callback. */
function replyWith({ transport, gate }: Answering, scheme: string) {
  return async function reply(
    this: ReplyFnContext,
    path: string,
    body: Body,
  ): Promise<ReplyFnResult> {
    const { method, headers } = this.req;
    const fields = Object.entries(headers).filter(
      ([name]) => name !== "host" && name !== "content-length",
    );
    const signal = currentFetchSignal();
    const response = await transport.send(
      createRequest(`${scheme}://${String(headers["host"])}${path}`, {
        method,
        headers: fields.flatMap(([name, value]) =>
          [value].flat().map((one): [string, string] => [name, String(one)]),
        ),
        ...(method === "GET" || method === "HEAD"
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      }),
    );
    const pairs = headersOf(response).flatMap(([name, value]) => [name, value]);
    const played = readUnlessAborted(response.body, signal, holdUntilPlayed(gate));
    return [response.status, Readable.from(played), pairs as unknown as ReplyHeaders];
  };
}

/**
 * Keeps time still until nock plays the answer: it waits for timers of the machine that it took
 * from Node before the clock was there. Nor does it say so when the request was given up.
 */
function holdUntilPlayed(gate: Gate): () => void {
  const hold = gate.hold();
  const isPlayed = afterMachineMs(PLAYED_WITHIN_MS, () => hold.release());
  return () => {
    isPlayed();
    hold.release();
  };
}

const PLAYED_WITHIN_MS = 1_000;

/**
 * Read only when nock reads: a stream that fails before nock listens would end the process. When
 * the caller has given up, nock listens to no error of the body any more.
 */
async function* readUnlessAborted(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal | undefined,
  onPlayed: () => void,
): AsyncGenerator<Uint8Array> {
  onPlayed();
  if (body === null) return;
  try {
    yield* body;
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

async function loadNock(): Promise<Nock> {
  requirePackage("nock", "14.0.17");
  return (await import("nock")).default;
}
