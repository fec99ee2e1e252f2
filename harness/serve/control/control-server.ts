/**
 * The control API of a served simulation: HTTP on this machine, for who has the token. What a page
 * of another site could send is refused: its origin is not ours, and the name by which a rebound
 * DNS answer leads here is not either.
 */
import { timingSafeEqual, createHash } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HarnessError } from "../../core/errors.ts";
import { plainMessageOf } from "../../core/explain.ts";
import { textOf } from "../../core/thrown.ts";
import { isLoopback } from "../../network/loopback.ts";
import { createSocketClients } from "../../network/way-in/socket-clients.ts";
import type { ListenAddress } from "../../network/way-in/way-in.ts";
import { createOpenApi } from "./openapi.ts";
import type { ControlAnswer, ControlContext, Route } from "./route.ts";
import { routes } from "./routes.ts";

export interface ControlServer {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface ControlOptions {
  readonly listen: ListenAddress;
  readonly token: string;
  readonly context: ControlContext;
}

/** Starts it; rejects `bad-usage` where it cannot listen. */
export async function startControl(options: ControlOptions): Promise<ControlServer> {
  const clientOf = createSocketClients();
  const server = http.createServer((incoming, outgoing) => {
    respond(incoming, outgoing, { ...options, clientOf }).catch((error: unknown) => {
      send(outgoing, 500, { json: { error: { message: textOf(error) } } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new HarnessError("bad-usage", `it cannot be listened to: ${error.message}`, {
          place: `--control ${options.listen.host}:${options.listen.port}`,
          hint: "Name another address, or port 0 for a free one.",
        }),
      ),
    );
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Parts extends ControlOptions {
  readonly clientOf: ReturnType<typeof createSocketClients>;
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  parts: Parts,
): Promise<void> {
  const refusal = refusalOf(incoming, parts.listen);
  if (refusal !== undefined) return refuse(outgoing, 403, refusal);
  const url = new URL(incoming.url ?? "/", "http://control");
  const found = findRoute(incoming.method ?? "GET", url.pathname);
  if (found === undefined) {
    const known = routes.some(({ path }) => matches(path, url.pathname) !== undefined);
    return known
      ? refuse(outgoing, 405, `${url.pathname} has no ${incoming.method ?? ""}`)
      : refuse(outgoing, 404, `there is no ${url.pathname}; see /openapi.json`);
  }
  const { route, id } = found;
  if (route.open !== true && !isAuthorized(incoming, parts.token)) {
    outgoing.setHeader("WWW-Authenticate", 'Bearer realm="brownout"');
    return refuse(outgoing, 401, "the token of the ready file is missing or wrong");
  }
  try {
    const body = route.body === undefined ? undefined : await readBody(incoming);
    const caller = async () => (await parts.clientOf(incoming.socket)).process;
    const request = { id, query: url.searchParams, body, caller };
    checkQuery(url.searchParams, route);
    const answer =
      route.path === "/openapi.json"
        ? { json: createOpenApi(routes) }
        : await route.handle(request, parts.context);
    send(outgoing, ("status" in answer ? answer.status : undefined) ?? 200, answer);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const { code, place, hint } = error;
    const status = code === "unknown-name" ? 404 : 400;
    send(outgoing, status, {
      json: { error: { code, message: plainMessageOf(error), place, hint } },
    });
  }
}

/** Why a request may be one that a page of another site makes its reader's browser send. */
function refusalOf({ headers }: IncomingMessage, listen: ListenAddress): string | undefined {
  const { host = "", origin } = headers;
  const name = host.replace(/:\d+$/, "");
  if (!isLoopback(name) && name !== listen.host) return `this is not the host "${name}"`;
  if (origin !== undefined && origin !== `http://${host}`) return "another site's page may not ask";
  return undefined;
}

function isAuthorized({ headers }: IncomingMessage, token: string): boolean {
  const [, given = ""] = /^Bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function findRoute(
  method: string,
  path: string,
): { readonly route: Route; readonly id: string } | undefined {
  for (const route of routes) {
    const id = route.method === method ? matches(route.path, path) : undefined;
    if (id !== undefined) return { route, id };
  }
  return undefined;
}

/** What stands for `{id}`, empty without one; undefined for another path. */
function matches(pattern: string, path: string): string | undefined {
  const [before = "", after] = pattern.split("{id}");
  if (after === undefined) return pattern === path ? "" : undefined;
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const id = path.slice(before.length, path.length - after.length);
  if (id === "" || id.includes("/")) return undefined;
  try {
    return decodeURIComponent(id);
  } catch {
    return undefined;
  }
}

function checkQuery(query: URLSearchParams, { path, query: known = [] }: Route): void {
  const unknown = [...query.keys()].find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new HarnessError("bad-usage", `${path} has no parameter "${unknown}"`, {
    place: path,
    hint: known.length === 0 ? "It has none." : `It has ${known.join(", ")}.`,
  });
}

const BODY_BYTES_MAX = 1_000_000;

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX)
      throw new HarnessError("bad-usage", `the body is larger than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HarnessError("bad-usage", `expected JSON: ${textOf(error)}`, { place: "body" });
  }
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  send(outgoing, status, { json: { error: { message } } });
}

function send(outgoing: ServerResponse, status: number, answer: ControlAnswer): void {
  if (outgoing.headersSent) {
    outgoing.end();
    return;
  }
  const [text, type] =
    "json" in answer
      ? [`${JSON.stringify(answer.json)}\n`, "application/json"]
      : [answer.text, answer.type];
  outgoing.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    // Of the live page: its own script, and no other site around it.
    "Content-Security-Policy":
      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  });
  outgoing.end(text);
}
