/**
 * The real `@azure/msal-node`, called the way its documentation shows. Nothing is added:
 * no retry, no cache, no time-out. Through the direct mount MSAL's own `networkClient`
 * setting carries its requests; through every other mount MSAL uses its own transport.
 */
import type { AuthenticationResult, Configuration } from "@azure/msal-node";
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
import { createSessionAccounts, type SessionAccounts } from "./msal-node-accounts.ts";
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
  switch (flow) {
    case "managed-identity":
      return msal.ManagedIdentityApplication !== undefined;
    case "device-code":
      return msal.PublicClientApplication !== undefined;
    default:
      return true;
  }
}

function openInstance(
  msal: MsalNode,
  options: OpenOptions,
  context: ClientContext,
  folder: string | undefined,
): ClientInstance {
  if (options.app.managedIdentity !== undefined)
    return openManagedIdentity(options, context, folder);
  const accounts = createSessionAccounts(context.storage);
  const opened: Opened = { options, context, accounts };
  const acquireAs = (user: string | undefined): ((request: TokenRequest) => Answer) =>
    acquireWith(msal, configurationOf(msal, options, { context, user }), opened);
  const acquire = acquireAs(undefined);
  return {
    async acquire(request) {
      // With a shared cache, MSAL's documentation has a client for each request of a user.
      const isShared = options.cache === "shared";
      const result = await (isShared ? acquireAs(homeAccountOf(request.user, options)) : acquire)(
        request,
      );
      accounts.keep(result);
      return resultOf(result);
    },
  };
}

function homeAccountOf(user: TokenRequest["user"], { tenant }: OpenOptions): string | undefined {
  return user && `${user.homeId ?? user.id}.${user.homeTenant ?? tenant.id}`;
}

interface Opened {
  readonly options: OpenOptions;
  readonly context: ClientContext;
  readonly accounts: SessionAccounts;
}

type Answer = Promise<AuthenticationResult | null>;

function acquireWith(
  msal: MsalNode,
  configuration: Configuration,
  opened: Opened,
): (request: TokenRequest) => Answer {
  if (opened.options.credential === undefined) {
    const client = new msal.PublicClientApplication(configuration);
    return (request) => acquirePublic(client, request, opened);
  }
  const client = new msal.ConfidentialClientApplication(configuration);
  return (request) => acquireConfidential(client, request, opened);
}

async function acquirePublic(client: Public, request: TokenRequest, opened: Opened): Answer {
  const scopes = [...request.scopes];
  switch (request.flow) {
    case "device-code":
      return client.acquireTokenByDeviceCode({
        scopes,
        deviceCodeCallback: (code) =>
          void approveDevice(
            code.verificationUri,
            code.userCode,
            request,
            opened.options,
            opened.context,
          ),
      });
    case "password":
      return client.acquireTokenByUsernamePassword({
        scopes,
        username: request.user?.upn ?? "",
        password: request.credential ?? request.user?.password ?? "",
      });
    default:
      return acquireForUser(client, request, opened);
  }
}

async function acquireConfidential(
  client: Confidential,
  request: TokenRequest,
  opened: Opened,
): Answer {
  const common = { scopes: [...request.scopes], ...claimsOf(request) };
  switch (request.flow) {
    case "client-credentials":
      return client.acquireTokenByClientCredential({
        ...common,
        ...(request.region === undefined ? {} : { azureRegion: request.region }),
        skipCache: request.forceRefresh ?? false,
      });
    case "on-behalf-of":
      return client.acquireTokenOnBehalfOf({
        ...common,
        oboAssertion: request.credential ?? "",
        skipCache: request.forceRefresh ?? false,
      });
    default:
      return acquireForUser(client, request, opened);
  }
}

async function acquireForUser(
  client: Confidential | Public,
  request: TokenRequest,
  opened: Opened,
): Answer {
  const common = { scopes: [...request.scopes], ...claimsOf(request) };
  switch (request.flow) {
    case "silent": {
      const account = opened.accounts.of(request.user?.upn ?? "");
      if (account === undefined) throw new NoAccountError(request.user?.upn ?? "no user");
      return client.acquireTokenSilent({
        ...common,
        account,
        forceRefresh: request.forceRefresh ?? false,
      });
    }
    case "authorization-code":
      return signIn(client, request, opened.options, opened.context);
    case "refresh-token": {
      const refreshToken = request.credential ?? savedRefreshToken(client, request);
      return client.acquireTokenByRefreshToken({ ...common, refreshToken });
    }
    default:
      throw new HarnessError(
        "bad-scenario",
        `msal-node does not support ${request.flow} with this kind of client`,
        {
          place: opened.options.app.name,
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
    super(`no account of ${upn} in the session`);
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
