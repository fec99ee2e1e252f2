/**
 * The real `@azure/msal-node`, called the way its documentation shows. Nothing is added:
 * no retry, no cache, no time-out. Through the direct mount MSAL's own `networkClient`
 * setting carries its requests; through every other mount MSAL uses its own transport.
 */
import type { AuthenticationResult } from "@azure/msal-node";
import { HarnessError } from "../../core/errors.ts";
import type { Flow } from "../../history/event.ts";
import type {
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "../client.ts";
import type { Confidential, MsalNode, Public } from "./msal-node-types.ts";
import { openManagedIdentity } from "./msal-node-managed-identity.ts";
import { installedVersion, loadFrom, notInstalled } from "../installed-package.ts";
import { configurationOf } from "./msal-node-configuration.ts";
import { approveDevice } from "../device-approval.ts";
import { claimsOf, signIn, SignInError } from "./msal-node-sign-in.ts";

/** The flows that it supports. */
export const msalNodeFlows = [
  "client-credentials",
  "silent",
  "authorization-code",
  "refresh-token",
  "on-behalf-of",
  "device-code",
  "password",
  "managed-identity",
] as const satisfies readonly Flow[];

/** Loads `@azure/msal-node`, from `folder`, else from the packages installed beside Brownout; rejects with `client-not-installed`. */
export async function loadMsalNode(folder?: string): Promise<ClientUnderTest> {
  const msal = await (folder === undefined
    ? import("@azure/msal-node").catch((cause: unknown) => {
        throw notInstalled("@azure/msal-node", { cause });
      })
    : loadFrom<MsalNode>(folder, "@azure/msal-node"));
  return {
    name: "msal-node",
    // Not every version exports its version.
    version: folder === undefined ? msal.version : installedVersion("@azure/msal-node", folder),
    flows: msalNodeFlows.filter((flow) => supports(msal, flow)),
    open: (options, context) => Promise.resolve(openInstance(msal, options, context, folder)),
    describeError: (error) => describeMsalError(msal, error),
  };
}

/** Whether this version supports a flow; checks for the class and not for the version. */
function supports(msal: Partial<MsalNode>, flow: Flow): boolean {
  return flow !== "managed-identity" || msal.ManagedIdentityApplication !== undefined;
}

function openInstance(
  msal: MsalNode,
  options: OpenOptions,
  context: ClientContext,
  folder: string | undefined,
): ClientInstance {
  if (options.app.managedIdentity !== undefined)
    return openManagedIdentity(options, context, folder);
  const configuration = configurationOf(msal, options, context);
  if (options.credential === undefined) {
    const client = new msal.PublicClientApplication(configuration);
    return { acquire: (request) => acquirePublic(client, request, options, context) };
  }
  const client = new msal.ConfidentialClientApplication(configuration);
  return { acquire: (request) => acquireConfidential(client, request, options, context) };
}

async function acquirePublic(
  client: Public,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<TokenResult> {
  const scopes = [...request.scopes];
  switch (request.flow) {
    case "device-code":
      return resultOf(
        await client.acquireTokenByDeviceCode({
          scopes,
          deviceCodeCallback: (code) =>
            void approveDevice(code.verificationUri, code.userCode, request, options, context),
        }),
      );
    case "password":
      return resultOf(
        await client.acquireTokenByUsernamePassword({
          scopes,
          username: request.user?.upn ?? "",
          password: request.credential ?? request.user?.password ?? "",
        }),
      );
    default:
      return acquireForUser(client, request, options, context);
  }
}

async function acquireConfidential(
  client: Confidential,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<TokenResult> {
  const common = { scopes: [...request.scopes], ...claimsOf(request) };
  switch (request.flow) {
    case "client-credentials":
      return resultOf(
        await client.acquireTokenByClientCredential({
          ...common,
          ...(request.region === undefined ? {} : { azureRegion: request.region }),
          skipCache: request.forceRefresh ?? false,
        }),
      );
    case "on-behalf-of":
      return resultOf(
        await client.acquireTokenOnBehalfOf({
          ...common,
          oboAssertion: request.credential ?? "",
          skipCache: request.forceRefresh ?? false,
        }),
      );
    default:
      return acquireForUser(client, request, options, context);
  }
}

async function acquireForUser(
  client: Confidential | Public,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<TokenResult> {
  const common = { scopes: [...request.scopes], ...claimsOf(request) };
  switch (request.flow) {
    case "silent": {
      const accounts = await client.getTokenCache().getAllAccounts();
      const account = accounts.find(
        (candidate) => candidate.username.toLowerCase() === request.user?.upn.toLowerCase(),
      );
      if (account === undefined) throw new NoAccountError(request.user?.upn ?? "no user");
      return resultOf(
        await client.acquireTokenSilent({
          ...common,
          account,
          forceRefresh: request.forceRefresh ?? false,
        }),
      );
    }
    case "authorization-code":
      return resultOf(await signIn(client, request, options, context));
    case "refresh-token": {
      const refreshToken = request.credential ?? savedRefreshToken(client, request);
      return resultOf(await client.acquireTokenByRefreshToken({ ...common, refreshToken }));
    }
    default:
      throw new HarnessError(
        "bad-scenario",
        `msal-node does not support ${request.flow} with this kind of client`,
        {
          place: options.app.name,
          hint: "Open the app with a credential for confidential flows, and without one for public flows.",
        },
      );
  }
}

/** Reads a refresh token from the saved cache, as code that migrates from another library does. */
function savedRefreshToken(client: Confidential | Public, request: TokenRequest): string {
  const cache = JSON.parse(client.getTokenCache().serialize()) as {
    readonly RefreshToken?: Readonly<Record<string, { home_account_id: string; secret: string }>>;
  };
  const saved = Object.values(cache.RefreshToken ?? {});
  const id = request.user?.homeId ?? request.user?.id ?? "";
  return saved.find(({ home_account_id: owner }) => owner.startsWith(id))?.secret ?? "";
}

function resultOf(result: AuthenticationResult | null): TokenResult {
  return {
    accessToken: result?.accessToken ?? "",
    idToken: result?.idToken ?? "",
    ...(result?.expiresOn === undefined || result.expiresOn === null
      ? {}
      : { expiresAt: result.expiresOn.getTime() }),
    fromCache: result?.fromCache ?? false,
    ...(result?.account === undefined || result.account === null
      ? {}
      : { homeAccountId: result.account.homeAccountId }),
  };
}

/** The application found no signed-in account, so it has to sign the user in. */
class NoAccountError extends Error {
  constructor(upn: string) {
    super(`no account of ${upn} in the cache`);
    this.name = "NoAccountError";
  }
}

/** Whether an error comes from a fresh copy of the package, which has its own classes. */
function isFreshAuthError(error: unknown): error is Error & { readonly errorCode: string } {
  return error instanceof Error && "subError" in error && "errorCode" in error;
}

function describeMsalError(msal: MsalNode, error: unknown): ClientErrorDescription | undefined {
  if (error instanceof msal.AuthError) {
    return {
      name: error.name,
      code: error.errorCode,
      ...(error.subError === "" || error.subError === undefined
        ? {}
        : { suberror: error.subError }),
      message: error.message,
      interactionRequired: error instanceof msal.InteractionRequiredAuthError,
    };
  }
  if (isFreshAuthError(error)) {
    const { name, errorCode: code, message } = error;
    return { name, code, message, interactionRequired: false };
  }
  if (error instanceof NoAccountError) {
    return {
      name: error.name,
      code: "no_account",
      message: error.message,
      interactionRequired: true,
    };
  }
  if (error instanceof SignInError) {
    return {
      name: error.name,
      code: error.errorCode,
      message: error.message,
      interactionRequired: false,
    };
  }
  return undefined;
}
