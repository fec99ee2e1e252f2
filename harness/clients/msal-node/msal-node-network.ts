/**
 * MSAL's `networkClient` setting over a transport, for the direct mount. It fails as the version's
 * own transport does: up to 3.x that is `node:https`, which never gives up on an answer, passes
 * errors on as text and replaces a body that is not JSON; later it is `fetch`, with a time-out of
 * its own and an `AuthError` for such a body. `test/matrix-mounts.walk.test.ts` compares it
 * with the own transports of all majors.
 */
import { STATUS_CODES } from "node:http";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { createRequest } from "../../core/http/message.ts";
import type { Transport } from "../client.ts";
import type { MsalNode } from "./msal-node-types.ts";

/** What is needed of the package. */
type Package = Pick<MsalNode, "AuthError" | "ConfidentialClientApplication">;

/** The setting for this version of the package. */
export function networkClientOver(msal: Package, transport: Transport): INetworkModule {
  const send = sendsByNodeHttp(msal)
    ? (request: Request) => answerByNodeHttp(request, transport)
    : (request: Request) => answerByFetch(request, transport, msal);
  const requestOf = (method: "GET" | "POST", url: string, options?: NetworkRequestOptions) =>
    createRequest(url, {
      method,
      ...(options?.headers === undefined ? {} : { headers: options.headers }),
      ...(method === "POST" ? { body: options?.body ?? "" } : {}),
    });
  return {
    sendGetRequestAsync: async (url, options) =>
      (await send(requestOf("GET", url, options))) as never,
    sendPostRequestAsync: async (url, options) =>
      (await send(requestOf("POST", url, options))) as never,
  };
}

/** Whether the version's own transport is `node:https`: it then has a setting for that module's agents. */
function sendsByNodeHttp({ ConfidentialClientApplication }: Package): boolean {
  const auth = { clientId: "any", clientSecret: "any" };
  const { config } = new ConfidentialClientApplication({ auth }) as unknown as {
    readonly config: { readonly system: object };
  };
  return "customAgentOptions" in config.system;
}

async function answerByFetch(
  request: Request,
  transport: Transport,
  { AuthError }: Package,
): Promise<NetworkResponse<unknown>> {
  const response = await transport(request);
  try {
    const body: unknown = JSON.parse(await response.text());
    return { headers: Object.fromEntries(response.headers), body, status: response.status };
  } catch (cause) {
    const message = `Failed to parse response: ${(cause as Error).message}`;
    throw new AuthError("token_parsing_error", "", message);
  }
}

async function answerByNodeHttp(
  request: Request,
  transport: Transport,
): Promise<NetworkResponse<unknown>> {
  const response = await transport(request, "http").catch((error: unknown) => {
    throw new Error(textOf(error));
  });
  const headers = Object.fromEntries(response.headers);
  const text = await response.text().catch((error: Error) => incomplete(error));
  return { headers, body: parsed(text, response.status, headers), status: response.status };
}

/** The text of an error, as Node's own errors have it: with a code of Node's. */
function textOf(error: unknown): string {
  const { code = "", message } = error as Error & { readonly code?: string };
  return code.startsWith("ERR_") ? `Error [${code}]: ${message}` : String(error);
}

/** A reset fails the request; a connection that just ends in mid-body is an event to which MSAL does not listen. */
function incomplete({ cause }: Error): Promise<never> {
  const { code } = cause as Error & { readonly code?: string };
  if (code === "ECONNRESET") return Promise.reject(new Error(String(cause)));
  return new Promise(() => undefined);
}

function parsed(text: string, status: number, headers: Readonly<Record<string, string>>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const [error, whose] =
      status >= 500
        ? ["server_error", "A server"]
        : status >= 400
          ? ["client_error", "A client"]
          : ["unknown_error", "An unknown"];
    return {
      error,
      error_description: [
        `${whose} error occured.`,
        `Http status code: ${status}`,
        `Http status message: ${STATUS_CODES[status] ?? "Unknown"}`,
        `Headers: ${JSON.stringify(headers)}`,
      ].join("\n"),
    };
  }
}
