/**
 * A request that ends without a complete response. As in Fetch, there is no `Response`:
 * the handler rejects with a `NetworkFault`, and each mount makes its stack really do it
 * (a destroyed socket, a failed look-up, a FIN in mid-body).
 */

/** The ways in which a request can end without a complete answer, by the code that Node reports. */
export const networkFaultCodes = [
  /** Nothing listens: connect() fails. */
  "ECONNREFUSED",
  /** The peer sent RST. */
  "ECONNRESET",
  /** The name does not resolve. */
  "ENOTFOUND",
  /** The connection could not be made in time: packets vanish. */
  "ETIMEDOUT",
  /** The TLS handshake failed: the certificate is for another name. */
  "ERR_TLS_CERT_ALTNAME_INVALID",
  /** The peer closed the connection (FIN) before the answer was whole. */
  "UND_ERR_SOCKET",
] as const;

/**
 * How a request ends without a complete answer, by the code that Node reports.
 *
 * @example
 * const reset: NetworkFaultCode = "ECONNRESET";
 */
export type NetworkFaultCode = (typeof networkFaultCodes)[number];

/**
 * The rejection of a handler whose request gets no complete answer. `code` is what Node's own
 * stack reports for the same event; a mount makes its HTTP stack fail in that way.
 *
 * @example
 * const unreachable: Handler = (request) =>
 *   Promise.reject(new NetworkFault("ECONNREFUSED", new URL(request.url).host));
 */
export class NetworkFault extends Error {
  readonly code: NetworkFaultCode;
  /** The host that the request was sent to. */
  readonly host: string;
  /** How much later the client learns of it, ms (a SYN that gets no answer). Default: at once. */
  readonly afterMs: number | undefined;

  constructor(code: NetworkFaultCode, host: string, options: { readonly afterMs?: number } = {}) {
    super(`${code} ${host}`);
    this.name = "NetworkFault";
    this.code = code;
    this.host = host;
    this.afterMs = options.afterMs;
  }
}
