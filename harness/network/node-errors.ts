/**
 * The errors of Node's own stack, for mounts that have no sockets: what a `NetworkFault`
 * looks like to a program. Texts and fields were taken from Node 24.21 (undici 7.29) by
 * making the real thing happen; the HTTPS mount makes it happen again, and the mounts'
 * common suite compares the codes.
 */
import type { NetworkFault } from "../core/http/network-fault.ts";

/** An error of Node's stack: `code` as documented, and `errno`, `syscall` where the system has them. */
export interface NodeError extends Error {
  readonly code: string;
}

/** The error with which a connection or an unanswered request fails; a fetch client sees it as `cause`. */
export function connectionError(fault: NetworkFault): NodeError {
  const { code, host } = fault;
  switch (code) {
    case "ECONNREFUSED":
      return systemError(`connect ECONNREFUSED ${host}:443`, {
        code,
        errno: -111,
        syscall: "connect",
      });
    case "ECONNRESET":
      return resetError();
    case "ENOTFOUND":
      return lookupError(host);
    case "ETIMEDOUT":
      return connectTimeoutError(host);
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return systemError(
        `Hostname/IP does not match certificate's altnames: Host: ${host}. is not in the cert's altnames: DNS:wrong-name.invalid`,
        {
          code,
          reason: `Host: ${host}. is not in the cert's altnames: DNS:wrong-name.invalid`,
          host,
        },
      );
    case "UND_ERR_SOCKET":
      return otherSideClosedError();
  }
}

/** The peer sent RST. */
export function resetError(): NodeError {
  return systemError("read ECONNRESET", { code: "ECONNRESET", errno: -104, syscall: "read" });
}

/** getaddrinfo knows no such name. */
export function lookupError(host: string): NodeError {
  return systemError(`getaddrinfo ENOTFOUND ${host}`, {
    code: "ENOTFOUND",
    errno: -3008,
    syscall: "getaddrinfo",
    hostname: host,
  });
}

/** The operating system gave up on the connection. */
function connectTimeoutError(host: string): NodeError {
  return systemError(`connect ETIMEDOUT ${host}:443`, {
    code: "ETIMEDOUT",
    errno: -110,
    syscall: "connect",
  });
}

/** undici's word for a FIN before the answer was whole. */
export function otherSideClosedError(): NodeError {
  return undiciError("SocketError", "other side closed", "UND_ERR_SOCKET");
}

/** undici's word for no answer within 300 s. */
export function headersTimeoutError(): NodeError {
  return undiciError("HeadersTimeoutError", "Headers Timeout Error", "UND_ERR_HEADERS_TIMEOUT");
}

/** undici's word for a body of which nothing has come for 300 s. */
export function bodyTimeoutError(): NodeError {
  return undiciError("BodyTimeoutError", "Body Timeout Error", "UND_ERR_BODY_TIMEOUT");
}

/** How `fetch` reports that there is no response. */
export function fetchFailed(cause: unknown): TypeError {
  return new TypeError("fetch failed", { cause });
}

/** How a response body reports that it will never be whole. */
export function bodyTerminated(cause: unknown): TypeError {
  return new TypeError("terminated", { cause });
}

function systemError(
  message: string,
  fields: { readonly code: string } & Record<string, unknown>,
): NodeError {
  return Object.assign(new Error(message), fields);
}

function undiciError(name: string, message: string, code: string): NodeError {
  const error = Object.assign(new Error(message), { code });
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  return error;
}
