/**
 * A request that ends without a complete response. As in Fetch, there is no `Response`:
 * the handler rejects with a `NetworkFault`, and each mount makes its stack really do it
 * (a destroyed socket, a failed look-up, a FIN in mid-body).
 */

/** The ways in which a request can end without an answer, by the code that Node reports. */
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

export type NetworkFaultCode = (typeof networkFaultCodes)[number];

/** No complete answer. `code` is what Node's own stack reports for the same event. */
export class NetworkFault extends Error {
  readonly code: NetworkFaultCode;
  /** Which host was asked. */
  readonly host: string;
  /** The client learns of it this much later (a SYN that nobody answers); at once when absent. ms. */
  readonly afterMs: number | undefined;

  constructor(code: NetworkFaultCode, host: string, options: { readonly afterMs?: number } = {}) {
    super(`${code} ${host}`);
    this.name = "NetworkFault";
    this.code = code;
    this.host = host;
    this.afterMs = options.afterMs;
  }
}
