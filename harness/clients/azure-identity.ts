/**
 * The real `@azure/identity`: its `ManagedIdentityCredential`, which most programs on Azure use.
 * It uses MSAL, which keeps state in its module, so each application gets a fresh copy of both
 * modules. Through the direct mount the documented option `httpClient` sends its requests.
 */
import type { AccessToken, ManagedIdentityCredentialObjectIdOptions } from "@azure/identity";
import type { Flow } from "../history/event.ts";
import { createRequest } from "../core/http/message.ts";
import type {
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
} from "./client.ts";
import { loadFresh } from "./fresh-package.ts";
import { installedVersion, notInstalled } from "./installed-package.ts";

type AzureIdentity = typeof import("@azure/identity");
type HttpClient = NonNullable<ManagedIdentityCredentialObjectIdOptions["httpClient"]>;
type PipelineHeaders = Awaited<ReturnType<HttpClient["sendRequest"]>>["headers"];

/** The flows that it supports. */
export const azureIdentityFlows = ["managed-identity"] as const satisfies readonly Flow[];

/** Loads `@azure/identity` from `folder`, else from the packages installed beside Brownout; rejects with `client-not-installed`. */
export async function loadAzureIdentity(folder?: string): Promise<ClientUnderTest> {
  if (folder === undefined) {
    // Only checks that it is installed: each application loads its own copy.
    await import("@azure/identity").catch((cause: unknown) => {
      throw notInstalled("@azure/identity", { major: 4, cause });
    });
  }
  return {
    name: "azure-identity",
    version: installedVersion("@azure/identity", folder),
    flows: azureIdentityFlows,
    open: (options, context) => Promise.resolve(open(options, context, folder)),
    describeError,
  };
}

function open(
  options: OpenOptions,
  context: ClientContext,
  folder: string | undefined,
): ClientInstance {
  const { ManagedIdentityCredential } = loadFresh<AzureIdentity>("@azure/identity", {
    shared: ["@azure/msal-node"],
    folder,
  });
  const { transport } = context;
  const http = transport === undefined ? {} : { httpClient: httpClientOver(transport) };
  const credential = new ManagedIdentityCredential({ ...identityOf(options), ...http });
  return {
    async acquire({ scopes, claims }, signal) {
      const token: AccessToken = await credential.getToken([...scopes], {
        abortSignal: signal,
        ...(claims === undefined ? {} : { claims }),
      });
      return { accessToken: token.token, expiresAt: token.expiresOnTimestamp };
    },
  };
}

/** The id of a user-assigned identity; a system-assigned one needs none. */
function identityOf({
  app,
  identifiedBy = "clientId",
}: OpenOptions): { clientId: string } | { objectId: string } | { resourceId: string } | object {
  if (app.managedIdentity?.assigned !== "user") return {};
  switch (identifiedBy) {
    case "clientId":
      return { clientId: app.clientId };
    case "objectId":
      return { objectId: app.servicePrincipalId };
    case "resourceId":
      return { resourceId: app.managedIdentity.resourceId };
  }
}

/** An `HttpClient` of `@azure/core-rest-pipeline` over a transport. */
function httpClientOver(transport: (request: Request) => Promise<Response>): HttpClient {
  return {
    async sendRequest(request) {
      const { method, url, body, abortSignal } = request;
      const response = await transport(
        createRequest(url, {
          method,
          headers: request.headers.toJSON(),
          ...(typeof body === "string" && method !== "GET" ? { body } : {}),
          ...(abortSignal === undefined ? {} : { signal: asSignal(abortSignal) }),
        }),
      ).catch((error: unknown) => {
        throw restError(error);
      });
      const { status } = response;
      return { request, status, headers: headersOf(response), bodyAsText: await response.text() };
    },
  };
}

/** The error as the package's own transport reports it: a `RestError` with Node's code. */
function restError(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? Object.assign(cause, { name: "RestError" }) : cause;
}

function headersOf({ headers }: Response): PipelineHeaders {
  const fields = new Map(headers);
  return {
    get: (name) => fields.get(name.toLowerCase()),
    has: (name) => fields.has(name.toLowerCase()),
    set: (name, value) => void fields.set(name.toLowerCase(), String(value)),
    delete: (name) => void fields.delete(name.toLowerCase()),
    toJSON: () => Object.fromEntries(fields),
    [Symbol.iterator]: () => fields.entries(),
  };
}

/** Converts Azure's own abort signal, which has fewer methods, to a platform one. */
function asSignal(from: {
  readonly aborted: boolean;
  addEventListener: AbortSignal["addEventListener"];
}): AbortSignal {
  const controller = new AbortController();
  if (from.aborted) controller.abort();
  else from.addEventListener("abort", () => controller.abort());
  return controller.signal;
}

function describeError(error: unknown): ClientErrorDescription | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, cause } = error;
  const code =
    cause instanceof Error && "errorCode" in cause && typeof cause.errorCode === "string"
      ? cause.errorCode
      : name;
  return { name, code, message, interactionRequired: false };
}
