/** Served simulations, and programs that ask them over real sockets: each test ends its own. */
import { readFileSync } from "node:fs";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import type { ServeOptions } from "../../harness/serve/serve-options.ts";
import type { ListenAddress } from "../../harness/network/way-in/way-in.ts";
import { type Serving, startServing } from "../../harness/serve/start-serving.ts";

const anywhere = { host: "127.0.0.1", port: 0 };

/** A served simulation with a stepped clock, unless the options say otherwise. */
export async function serve(
  options: Partial<ServeOptions & { readonly dns: ListenAddress }> = {},
): Promise<Serving> {
  const serving = await startServing({
    listen: anywhere,
    control: anywhere,
    clock: { kind: "stepped" },
    seed: "1",
    app: "app",
    eventsKept: 10_000,
    token: "token-of-a-test",
    pid: process.pid,
    environment: {},
    onProblem: () => undefined,
    ...options,
  });
  onTestFinished(() => serving.stop());
  return serving;
}

export interface Asked {
  readonly url: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly way?: "direct" | "proxy";
  readonly headers?: Readonly<Record<string, string>>;
  /** Before the address of the proxy. */
  readonly proxyUser?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Asks as a program does that trusts the certificate; rejects with its stack's own error. */
export async function ask(serving: Serving, asked: Asked): Promise<Answered> {
  const url = new URL(asked.url);
  const { host, port, ca } = serving.ready;
  const socket =
    asked.way === "proxy" ? await tunnel(serving, `${url.hostname}:443`, asked) : undefined;
  const body = asked.form === undefined ? undefined : new URLSearchParams(asked.form).toString();
  const request = https.request({
    ...(socket === undefined ? { host, port, agent: false } : { socket, agent: false }),
    servername: url.hostname,
    path: `${url.pathname}${url.search}`,
    method: body === undefined ? "GET" : "POST",
    headers: {
      Host: url.host,
      ...(body === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" }),
      ...asked.headers,
    },
    ca: readFileSync(ca),
  });
  return answerTo(request, body);
}

/** CONNECT; rejects with the status when it is refused. */
export function tunnel(
  serving: Serving,
  path: string,
  { proxyUser }: Pick<Asked, "proxyUser">,
): Promise<Socket> {
  const { host, port } = serving.ready;
  const credentials = Buffer.from(`${proxyUser ?? ""}:`).toString("base64");
  const headers = proxyUser === undefined ? {} : { "Proxy-Authorization": `Basic ${credentials}` };
  return new Promise((resolve, reject) => {
    http
      .request({ host, port, method: "CONNECT", path, headers, agent: false })
      .once("connect", ({ statusCode }: IncomingMessage, socket: Socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(new Error(`CONNECT ${statusCode}`));
      })
      .once("error", reject)
      .end();
  });
}

/** Sends a request of `node:http` and reads the whole answer. */
export function answerTo(request: http.ClientRequest, body?: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request.once("error", reject).once("response", (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.end(body);
  });
}

/** Asks the control API; the body of a POST is JSON. */
export async function control(
  { ready }: Serving,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly json: unknown; readonly text: string }> {
  const url = new URL(path, ready.control);
  const headers = { Authorization: `Bearer ${ready.token}`, "Content-Type": "application/json" };
  const { status, text } = await answerTo(
    http.request(url, { method, headers, agent: false }),
    body === undefined ? undefined : JSON.stringify(body),
  );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status, json, text };
}

const [tenant] = contoso.tenants;
const daemon = tenant?.apps.find(({ name }) => name === "nightly-daemon");

export const METADATA =
  "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";

/** A token request of the nightly daemon, by client credentials. */
export const daemonRequest: Asked = {
  url: `https://login.microsoftonline.com/${tenant?.id ?? ""}/oauth2/v2.0/token`,
  form: {
    client_id: daemon?.clientId ?? "",
    client_secret: daemon?.secrets[0]?.value ?? "",
    grant_type: "client_credentials",
    scope: "https://graph.microsoft.com/.default",
  },
};
