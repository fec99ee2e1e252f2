/** An application in a browser, of which only the requests are seen: what tests of its calls send and read. */
import { createOperationCounter } from "../../harness/clients/application.ts";
import { createVirtualClock } from "../../harness/core/time/virtual-clock.ts";
import type { HistoryEvent } from "../../harness/history/event.ts";
import { createRecorder } from "../../harness/history/recorder.ts";
import { createRequest, createResponse } from "../../harness/core/http/message.ts";
import { NetworkFault } from "../../harness/core/http/network-fault.ts";
import { createPageCalls } from "../../harness/runner/live/page-calls.ts";
import type { RequestOrigin } from "../../harness/runner/live/request-origin.ts";

export const LOGIN = "https://login.microsoftonline.com/t1/oauth2/v2.0";
const API = "https://graph.microsoft.com/v1.0/me/messages";
const SCOPE = "https://graph.microsoft.com/Mail.Read";
export const ADA = "aaaa.t1";
const CLIENT_INFO = Buffer.from('{"uid":"aaaa","utid":"t1"}').toString("base64url");

export const tab1: RequestOrigin = { tab: "tab-1", window: "tab-1", isChild: false };
export const tab2: RequestOrigin = { tab: "tab-2", window: "tab-2", isChild: false };
export const popup: RequestOrigin = { tab: "tab-1", window: "popup-1", isChild: false };
export const frame: RequestOrigin = { tab: "tab-1", window: "tab-1", isChild: true };

type Reply = Response | NetworkFault | "never";

export const json = (status: number, body: object): Response =>
  createResponse(JSON.stringify(body), {
    status,
    headers: [["Content-Type", "application/json"]],
  });
export const issued = (accessToken: string): Response =>
  json(200, {
    access_token: accessToken,
    refresh_token: "rt",
    id_token: "id",
    expires_in: 3_600,
    scope: SCOPE,
    client_info: CLIENT_INFO,
  });
export const page = (status = 200): Response =>
  createResponse("<title>x</title>", { status, headers: [["Content-Type", "text/html"]] });
export const back = (fragment = "code=1"): Response =>
  createResponse("", {
    status: 302,
    headers: [["Location", `http://localhost:5173/#${fragment}`]],
  });
export const refused = (error: string, more: object = {}): Response =>
  json(400, { error, ...more });
export const fine = (): Response => json(200, {});

/** An application in a browser, of which only the requests are seen. */
export function open() {
  const clock = createVirtualClock({ startMs: 0 });
  const recorder = createRecorder({ clock, annotate: () => ({ servedBy: "primary", faults: [] }) });
  const origins = new Map<Request, RequestOrigin>();
  let reply: Reply = fine();
  const operations = createOperationCounter();
  const calls = createPageCalls({
    recorder,
    operations,
    clock,
    client: "mail",
    originOf: (request) => Promise.resolve(origins.get(request)),
  });
  const answer = (): Promise<Response> => {
    if (reply === "never") return new Promise(() => undefined);
    return reply instanceof NetworkFault ? Promise.reject(reply) : Promise.resolve(reply);
  };
  const service = calls.around(
    recorder.watch({
      connect: () =>
        reply instanceof NetworkFault && reply.code === "ECONNREFUSED"
          ? Promise.reject(reply)
          : Promise.resolve(),
      handle: answer,
    }),
  );
  const send = async (
    origin: RequestOrigin | undefined,
    request: Request,
    with_: Reply,
  ): Promise<void> => {
    reply = with_;
    if (origin !== undefined) origins.set(request, origin);
    await service
      .connect(request)
      .then(() => service.handle(request))
      .catch(() => undefined);
  };
  const post = (fields: Readonly<Record<string, string>>, signal?: AbortSignal): Request =>
    createRequest(`${LOGIN}/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: "spa", scope: SCOPE, ...fields }).toString(),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    clock,
    recorder,
    calls,
    operations,
    authorize: (origin: RequestOrigin, with_: Reply, query = "response_type=code") =>
      send(
        origin,
        createRequest(`${LOGIN}/authorize?client_id=spa&scope=${SCOPE}&${query}`),
        with_,
      ),
    redeem: (origin: RequestOrigin, with_: Reply) =>
      send(origin, post({ grant_type: "authorization_code", code: "1" }), with_),
    refresh: (
      origin: RequestOrigin | undefined,
      with_: Reply,
      more: Readonly<Record<string, string>> = {},
    ) => send(origin, post({ grant_type: "refresh_token", refresh_token: "rt", ...more }), with_),
    post,
    send,
    use: (origin: RequestOrigin, token: string) =>
      send(origin, createRequest(API, { headers: { authorization: `Bearer ${token}` } }), fine()),
    passes: (ms: number) => clock.drive(clock.sleep(ms)),
    /** What is known of calls, and of whose each request is. */
    story: (): readonly string[] => recorder.events.flatMap(lineOf),
  };
}

function lineOf(event: HistoryEvent): readonly string[] {
  switch (event.kind) {
    case "operation-invoked": {
      const { operation, flow, tab, user, claims } = event;
      return [
        [operation, flow, tab, user, claims && "claims", event.told].filter(Boolean).join(" "),
      ];
    }
    case "operation-completed": {
      const { operation, outcome } = event;
      if (outcome === "ok") {
        const from = event.fromCache === true ? " from cache" : "";
        return [`${operation} ok ${event.user}${event.token === undefined ? " bare" : ""}${from}`];
      }
      return [`${operation} ${outcome} ${outcome === "fail" ? event.error.code : event.reason}`];
    }
    case "exchange-began":
      return [`> ${event.endpoint} ${event.operation ?? "-"}`];
    default:
      return [];
  }
}

/** Somebody has signed in by a popup, and has the token `one`. */
export async function signedIn() {
  const app = open();
  await app.authorize(popup, page());
  await app.authorize(popup, back());
  await app.redeem(tab1, issued("one"));
  return app;
}
