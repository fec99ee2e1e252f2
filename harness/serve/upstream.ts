/**
 * Another emulator or identity provider behind the faults: what no fault takes is handed on to it
 * and its answer back. It is asked by the name that the program asked for, as behind a reverse
 * proxy, and where its metadata or a redirect names the provider itself, programs are led here.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { HarnessError } from "../core/errors.ts";
import { createResponse, type HeaderPair, keepBytes, textOfRequest } from "../core/http/message.ts";
import { parseObject } from "../core/http/json-object.ts";
import type { Service } from "../core/http/service.ts";
import { textOf } from "../core/thrown.ts";
import { afterMachineMs } from "../core/time/machine-timer.ts";
import { describeRequestAs, type Endpoint } from "../entra/request/endpoint.ts";
import { isMachineAddress } from "../entra/request/machine-address.ts";
import { UPSTREAM_HEADER } from "../history/upstream-header.ts";
import { isLoopback } from "../network/loopback.ts";
import type { Upstream } from "../runner/simulation/simulated-service.ts";

export interface HandedOn extends Upstream {
  /** Gives requests at the provider's own paths the endpoint that they are by its metadata. */
  readonly around: (service: Service) => Service;
}

/** Its metadata is waited for as long, ms. */
const FIRST_ANSWER_MS = 10_000;

const METADATA = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(?:\/|$)/;

/** The endpoints of the metadata (OpenID Connect Discovery, RFC 8414, RFC 8628) as Entra's. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  authorization_endpoint: "authorize",
  token_endpoint: "token",
  jwks_uri: "keys",
  userinfo_endpoint: "userinfo",
  device_authorization_endpoint: "device-code",
  end_session_endpoint: "logout",
};

interface Parts {
  readonly origin: URL;
  /** By path. */
  readonly endpoints: Map<string, Endpoint>;
  /** Called with what is wrong with the provider. */
  readonly onProblem: (error: HarnessError) => void;
}

/** Asks the provider for its metadata, and begins to hand on. Rejects `bad-usage` when nothing answers there. */
export async function startUpstream(
  address: string,
  onProblem: Parts["onProblem"],
): Promise<HandedOn> {
  const parts: Parts = { origin: new URL(address), endpoints: new Map(), onProblem };
  await readMetadata(address, parts);
  return {
    address,
    handle: (request) => handOn(request, parts),
    around: ({ connect, handle }) => ({
      connect,
      handle(request) {
        const endpoint = endpointOf(new URL(request.url), parts);
        if (endpoint !== undefined) describeRequestAs(request, endpoint);
        return handle(request);
      },
    }),
  };
}

async function readMetadata(address: string, parts: Parts): Promise<void> {
  const stop = new AbortController();
  const cancel = afterMachineMs(FIRST_ANSWER_MS, () => stop.abort(new Error("it is silent")));
  // By a name that programs will use: some providers know no other.
  const url = new URL("https://login.microsoftonline.com/.well-known/openid-configuration");
  try {
    const { body } = await send(url, { method: "GET", headers: [] }, parts, stop.signal);
    learn(body.toString("utf8"), parts);
  } catch (error) {
    throw new HarnessError("bad-usage", `nothing answers at ${address}: ${textOf(error)}`, {
      place: "--upstream",
      hint: "Start the identity provider first.",
      cause: error,
    });
  } finally {
    cancel();
  }
}

function endpointOf(url: URL, { endpoints }: Parts): Endpoint | undefined {
  if (isMachineAddress(url)) return undefined;
  return METADATA.test(url.pathname) ? "openid-configuration" : endpoints.get(url.pathname);
}

/** Remembers which paths of the provider are which endpoints. */
function learn(text: string, { endpoints }: Parts): void {
  const fields = parseObject(text) ?? {};
  if (typeof fields["issuer"] !== "string") return;
  for (const [name, endpoint] of Object.entries(ENDPOINTS)) {
    const path = URL.parse(String(fields[name]))?.pathname;
    if (path !== undefined) endpoints.set(path, endpoint);
  }
}

async function handOn(request: Request, parts: Parts): Promise<Response> {
  const { origin, onProblem } = parts;
  const url = new URL(request.url);
  const body = await textOfRequest(request);
  let answer: Answer;
  try {
    const asked = { method: request.method, headers: [...request.headers], body };
    answer = await send(url, asked, parts, request.signal);
  } catch (error) {
    if (request.signal.aborted) throw error;
    const said = `the upstream ${origin.origin} cannot be reached: ${textOf(error)}`;
    onProblem(new HarnessError("unfit-machine", said, { place: "--upstream", cause: error }));
    const headers = [["Content-Type", "text/plain"] as const, [UPSTREAM_HEADER, "gone"] as const];
    return createResponse(`Brownout: ${said}\n`, { status: 502, headers });
  }
  return responseOf(answer, url, parts);
}

function responseOf({ status, headers, body }: Answer, asked: URL, parts: Parts): Response {
  const pairs = pairsOf(headers).map(([name, value]): HeaderPair => {
    return name === "location" ? [name, ledHere(value, asked, parts)] : [name, value];
  });
  const isMetadata = METADATA.test(asked.pathname) && status === 200;
  if (!isMetadata) {
    const response = createResponse(body.toString("utf8"), { status, headers: pairs });
    keepBytes(response, body);
    return response;
  }
  const text = body.toString("utf8");
  learn(text, parts);
  return createResponse(metadataHere(text, asked, parts), { status, headers: pairs });
}

/** The issuer stays: it is in the tokens. */
function metadataHere(text: string, asked: URL, parts: Parts): string {
  const fields = parseObject(text);
  if (fields === undefined) return text;
  const led = Object.entries(fields).map(([name, value]) =>
    typeof value !== "string" || name === "issuer"
      ? [name, value]
      : [name, ledHere(value, asked, parts)],
  );
  return JSON.stringify(Object.fromEntries(led));
}

/** An address of the provider, at the host that was asked; any other is left as it is. */
function ledHere(address: string, asked: URL, { origin }: Parts): string {
  const url = URL.parse(address);
  if (url === null) return address;
  const isItself = url.origin === origin.origin || areBothHere(url, origin);
  // It may know the name by which it is asked, and not that TLS ends here.
  const isOfHost = url.host === asked.host && url.protocol !== asked.protocol;
  if (!isItself && !isOfHost) return address;
  return `${asked.origin}${address.slice(address.indexOf(url.host) + url.host.length)}`;
}

/** `localhost` and `127.0.0.1` are one place. */
function areBothHere(one: URL, other: URL): boolean {
  return isLoopback(one.hostname) && isLoopback(other.hostname) && one.port === other.port;
}

interface Asked {
  readonly method: string;
  readonly headers: readonly HeaderPair[];
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function send(url: URL, asked: Asked, { origin }: Parts, signal: AbortSignal): Promise<Answer> {
  const isHere = isLoopback(origin.hostname);
  const { request } = origin.protocol === "https:" ? https : http;
  const body = asked.body ?? "";
  return new Promise((resolve, reject) => {
    const onward = request(new URL(`${url.pathname}${url.search}`, origin), {
      method: asked.method,
      agent: false,
      signal,
      // A provider on this machine has a certificate of its own making, for another name or none.
      rejectUnauthorized: !isHere,
      ...(isHere ? { servername: url.hostname } : {}),
      headers: {
        ...Object.fromEntries(asked.headers.filter(([name]) => !NOT_HANDED_ON.has(name))),
        host: url.host,
        "x-forwarded-host": url.host,
        "x-forwarded-proto": url.protocol.slice(0, -1),
        ...(body === "" ? {} : { "content-length": Buffer.byteLength(body) }),
      },
    });
    onward.once("error", reject);
    onward.once("response", (answer) => {
      readAll(answer).then(resolve, reject);
    });
    onward.end(body);
  });
}

async function readAll(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { statusCode = 502, headers } = answer;
  return { status: statusCode, headers, body: Buffer.concat(chunks) };
}

/** Of one connection only; and an answer that is compressed could be neither recorded nor broken. */
const NOT_HANDED_ON: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

function pairsOf(headers: IncomingHttpHeaders): readonly HeaderPair[] {
  return Object.entries(headers).flatMap(([name, value = ""]) => {
    if (NOT_HANDED_ON.has(name)) return [];
    return (Array.isArray(value) ? value : [value]).map((one): HeaderPair => [name, one]);
  });
}
