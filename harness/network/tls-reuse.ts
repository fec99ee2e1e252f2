/**
 * Spares clients the dearest part of a TLS connection, so that thousands of real connections stay
 * affordable. undici forgets a session when the last connection to its host closes, and each
 * connection makes a context with the authorities anew; here the first connection to a host
 * does the whole handshake, the others resume its session, as those of an `https.Agent` do.
 * A client with TLS options of its own is left alone.
 */
import { syncBuiltinESMExports } from "node:module";
import tls from "node:tls";
import { isServedHost } from "./served-hosts.ts";

/** Options by which a client chooses its own keys, authorities, protocol or checks. */
const ownChoices: readonly string[] = [
  "ALPNCallback",
  "allowPartialTrustChain",
  "ca",
  "cert",
  "checkServerIdentity",
  "ciphers",
  "clientCertEngine",
  "crl",
  "dhparam",
  "ecdhCurve",
  "key",
  "maxVersion",
  "minDHSize",
  "minVersion",
  "passphrase",
  "pfx",
  "privateKeyEngine",
  "privateKeyIdentifier",
  "pskCallback",
  "rejectUnauthorized",
  "secureContext",
  "secureOptions",
  "secureProtocol",
  "sessionIdContext",
  "sessionTimeout",
  "sigalgs",
  "ticketKeys",
];

type Connect = (...values: unknown[]) => tls.TLSSocket;

/** Lets connections to served hosts share a context and sessions, until the returned function is called. Begin after the authorities are set. */
export function reuseTlsSessions(): () => void {
  const holder = tls as { connect: Connect };
  const original = holder.connect;
  const sessions = new Map<string, Buffer>();
  let context: tls.SecureContext | undefined;

  const connect: Connect = (...values) => {
    const [first, ...rest] = values;
    if (!isPlainClient(first)) return Reflect.apply(original, tls, values) as tls.TLSSocket;
    context ??= tls.createSecureContext();
    const name = first.servername ?? first.host ?? "";
    const session = first.session ?? sessions.get(name);
    const options = { ...first, secureContext: context, ...(session == null ? {} : { session }) };
    const socket = Reflect.apply(original, tls, [options, ...rest]) as tls.TLSSocket;
    if (session == null) socket.once("session", (begun) => sessions.set(name, begun));
    return socket;
  };
  const replace = (value: Connect): void => {
    holder.connect = value;
    syncBuiltinESMExports();
  };
  replace(connect);
  return () => {
    if (holder.connect === connect) replace(original);
  };
}

/** A client of a served host with Node's own TLS settings. */
function isPlainClient(options: unknown): options is tls.ConnectionOptions {
  if (typeof options !== "object" || options === null) return false;
  const given = options as Readonly<Record<string, unknown>>;
  const host = given["servername"] ?? given["host"];
  return (
    typeof host === "string" &&
    isServedHost(host) &&
    ownChoices.every((name) => given[name] === undefined || given[name] === null)
  );
}
