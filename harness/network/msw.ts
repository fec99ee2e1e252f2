/**
 * The mount under Mock Service Worker: `fetch`, `http` and `https` of this process are
 * answered by one handler for everything. For suites that have msw already.
 *
 * How true it is. `HttpResponse.error()` would lose the code, and msw prints what a handler
 * throws, so a `fetch` fails with Node's own error beside msw (`patched-fetch.ts`). A client
 * of `http` gets it through msw, which passes on what looks like a system error (`code` and
 * `errno`) and prints it. A cut body ends as undici ends it, for `fetch`; a client of `http`
 * sees its socket closed. There is no connection: each request connects anew, no body is paused
 * while it is not read, and header case and order are lost.
 */
import { HarnessError } from "../core/errors.ts";
import { createInProcessTransport } from "./in-process-transport.ts";
import { isLoopback } from "./loopback.ts";
import type { Mount } from "./mount.ts";
import { requirePackage } from "./optional-package.ts";
import { currentClient, failCurrentFetch } from "./patched-fetch.ts";
import { takeProcess } from "./patched-process.ts";
import { isServedUrl } from "./served-hosts.ts";
import { isServedIn } from "./suite.ts";

/** The mount `msw`; `start` rejects with `bad-usage` when msw is missing or too old. */
export const mount: Mount = {
  name: "msw",
  // Between `fetch` and the handler, and back, msw takes turns of its own.
  quietTurns: 10,
  ownDraws: "/@mswjs/interceptors/",
  async start(context) {
    const { setupServer, http, HttpResponse, passthrough } = await loadMsw();
    const { suite } = context;
    const transport = createInProcessTransport(context, currentClient);
    const answer = async ({ request }: { readonly request: Request }): Promise<Response> => {
      const url = new URL(request.url);
      if (isLoopback(url.hostname) && !isServedUrl(url)) return passthrough();
      try {
        return await transport.send(request);
      } catch (error) {
        if (failCurrentFetch(error)) return HttpResponse.error();
        throw likeSystemError(error);
      }
    };
    if (suite === undefined) {
      const server = setupServer(http.all("*", answer));
      server.listen({ onUnhandledRequest: "error" });
      return takeProcess(context, { transport, release: () => server.close() });
    }
    // What we serve and nothing else: the suite's handlers have the rest. A handler cannot be taken out again; it can stop matching.
    let isOn = true;
    const handler = http.all(
      ({ request }) => isOn && isServedIn(suite, new URL(request.url)),
      answer,
    );
    const others = new Map<string, object>();
    const stub = http.all(
      ({ request }) => isOn && others.has(addressOf(new URL(request.url))),
      ({ request }) => Response.json(others.get(addressOf(new URL(request.url)))),
    );
    const answerFor = (address: URL, data: object): void =>
      void others.set(addressOf(address), data);
    if (suite.server !== undefined) {
      suite.server.use(stub as never, handler as never);
      const release = (): void => void (isOn = false);
      return { ...takeProcess(context, { transport, release }), answerFor };
    }
    checkAlone();
    const server = setupServer(stub, handler);
    server.listen({ onUnhandledRequest: "bypass" });
    return { ...takeProcess(context, { transport, release: () => server.close() }), answerFor };
  },
};

/** An address without its query. */
function addressOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** Two servers of msw share their interceptors, and one that closes takes them from the other. */
function checkAlone(): void {
  if (!(Symbol.for("fetch-interceptor") in globalThis)) return;
  throw new HarnessError("bad-usage", "something else answers for fetch in this process already", {
    place: "mount msw",
    hint: 'If it is your own msw server, hand it over, and let it listen before: useEntra({ server }). If it is nock: useEntra({ mount: "nock" }).',
  });
}

async function loadMsw() {
  requirePackage("msw", "2.15.0");
  const [{ setupServer }, { http, HttpResponse, passthrough }] = await Promise.all([
    import("msw/node"),
    import("msw"),
  ]);
  return { setupServer, http, HttpResponse, passthrough };
}

/** msw hands an error to the client only if it has `errno`; any other becomes a 500. */
function likeSystemError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const field of ["code", "errno"]) {
    if (!(field in error))
      Object.defineProperty(error, field, { value: undefined, configurable: true });
  }
  return error;
}
