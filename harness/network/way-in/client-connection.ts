/** What the way in knows of the client of a connection, and of which cause its requests are. */
import type { Cause } from "../../history/ledger.ts";
import type { ClientProcess } from "./client-process.ts";

/** What is known of the client of a connection. */
export interface ClientConnection {
  readonly process: ClientProcess | undefined;
  /** Its address, without the port. */
  readonly address: string;
  /** The user in the address of the proxy, such as `pod-a` of `http://pod-a@127.0.0.1:8443`. */
  readonly proxyUser?: string | undefined;
}

/** How a client names itself in a request, if it does. */
export interface ClientNames {
  /** The header User-Agent. */
  readonly userAgent?: string | undefined;
  /** `x-client-SKU` of MSAL. */
  readonly sku?: string | undefined;
}

/** The cause of a request: its instance, and the operation to which it belongs. */
export type CauseOf = (connection: ClientConnection, names?: ClientNames) => Cause;
