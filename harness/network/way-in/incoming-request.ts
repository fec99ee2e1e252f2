/** What a request says of itself before it is one of the simulator's: its address, and who sends it. */
import type http from "node:http";
import net from "node:net";
import { textOfRequest } from "../../core/http/message.ts";
import { isServedUrl } from "../served-hosts.ts";
import type { ClientNames } from "./client-connection.ts";

/** The user of `Proxy-Authorization: Basic`, without the password. */
export function proxyUserOf({ headers }: http.IncomingMessage): string | undefined {
  const [, encoded] = /^Basic (\S+)$/i.exec(headers["proxy-authorization"] ?? "") ?? [];
  const [user = ""] = Buffer.from(encoded ?? "", "base64")
    .toString("utf8")
    .split(":", 1);
  return user === "" ? undefined : user;
}

/** The address that a request means: the port of the way in is no part of it, and a proxy is given the whole address. */
export function addressOf(
  scheme: "http" | "https",
  { url = "/", headers, socket }: http.IncomingMessage,
  machineOrigin: string | undefined,
): URL | undefined {
  const { host = "" } = headers;
  const given = URL.parse(/^https?:\/\//i.test(url) ? url : `${scheme}://${host}${url}`);
  if (given === null) return undefined;
  if (isServedUrl(given)) return given;
  const withoutPort = host.replace(new RegExp(`:${socket.localPort ?? 0}$`), "");
  const named = URL.parse(given.href.replace(`//${host}`, `//${withoutPort}`)) ?? given;
  const isOwnPort = scheme === "http" && !isServedUrl(named) && net.isIP(named.hostname) !== 0;
  if (!isOwnPort || machineOrigin === undefined) return named;
  return URL.parse(`${machineOrigin}${named.pathname}${named.search}`) ?? undefined;
}

/** How its client names itself. */
export async function namesIn(request: Request): Promise<ClientNames> {
  const sku =
    request.headers.get("x-client-sku") ??
    /[?&]x-client-sku=([\w.-]+)/i.exec(request.url)?.[1] ??
    /(?:^|&)x-client-sku=([\w.-]+)/i.exec(await textOfRequest(request))?.[1];
  return { sku, userAgent: request.headers.get("user-agent") ?? undefined };
}
