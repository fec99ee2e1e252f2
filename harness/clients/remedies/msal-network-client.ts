/** MSAL's `networkClient` setting over remedies around requests. */
import type { Send } from "./held-back.ts";

/**
 * What MSAL asks its `networkClient` to send.
 *
 * @example
 * const options: MsalNetworkOptions = { headers: { accept: "application/json" } };
 */
export interface MsalNetworkOptions {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * What MSAL's `networkClient` gives back. MSAL says which body it expects.
 *
 * @example
 * const { status, body }: MsalNetworkResponse<{ access_token: string }> = await client.sendPostRequestAsync(url);
 */
export interface MsalNetworkResponse<Body> {
  headers: Record<string, string>;
  body: Body;
  status: number;
}

/**
 * MSAL's `networkClient`, as MSAL declares it.
 *
 * @example
 * const networkClient: MsalNetworkClient = msalNetworkClient(withRetryAfter(fetch));
 */
export interface MsalNetworkClient {
  sendGetRequestAsync<Body>(
    url: string,
    options?: MsalNetworkOptions,
  ): Promise<MsalNetworkResponse<Body>>;
  sendPostRequestAsync<Body>(
    url: string,
    options?: MsalNetworkOptions,
  ): Promise<MsalNetworkResponse<Body>>;
}

/**
 * A `networkClient` for MSAL that sends through remedies such as `withRetryAfter`.
 *
 * @param send Sends a request.
 * @returns An object for `system.networkClient`. A call rejects as `send` does, and with a
 * `SyntaxError` for a body that is not JSON; MSAL makes `network_error` of both.
 * @see https://learn.microsoft.com/entra/msal/javascript/node/configuration
 * @example
 * const send = withRetryAfter(withJitteredBackoff((request) => fetch(request)));
 * const msal = new ConfidentialClientApplication({
 *   auth,
 *   system: { networkClient: msalNetworkClient(send) },
 * });
 */
export function msalNetworkClient(send: Send): MsalNetworkClient {
  const ask = async <Body>(request: Request): Promise<MsalNetworkResponse<Body>> => {
    const response = await send(request);
    const body = JSON.parse(await response.text()) as Body;
    return { headers: Object.fromEntries(response.headers), body, status: response.status };
  };
  const headersOf = ({ headers }: MsalNetworkOptions) => (headers === undefined ? {} : { headers });
  return {
    sendGetRequestAsync: (url, options = {}) => ask(new Request(url, headersOf(options))),
    sendPostRequestAsync: (url, options = {}) => {
      const { body = "" } = options;
      return ask(new Request(url, { method: "POST", body, ...headersOf(options) }));
    },
  };
}
