/**
 * The real `@azure/msal-node`, called the way its documentation shows. Nothing is added:
 * no retry, no cache, no time-out. Through the direct mount MSAL's own `networkClient`
 * setting carries its requests; through every other mount MSAL uses its own transport.
 */
import { readFileSync } from "node:fs";
import type { AuthenticationResult, Configuration, ICachePlugin, INetworkModule } from "@azure/msal-node";
import { HarnessError } from "../errors.ts";
import { createRequest } from "../http/message.ts";
import type {
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "./client.ts";
import { createUserAgent } from "./user-agent.ts";

type MsalNode = typeof import("@azure/msal-node");
type Confidential = InstanceType<MsalNode["ConfidentialClientApplication"]>;
type Public = InstanceType<MsalNode["PublicClientApplication"]>;

/** Loads the installed `@azure/msal-node`; its version is read from the package itself. */
export async function loadMsalNode(): Promise<ClientUnderTest> {
  const msal = await import("@azure/msal-node").catch((cause: unknown) => {
    throw new HarnessError("client-not-installed", "@azure/msal-node is not installed", {
      hint: "Run: npm install @azure/msal-node",
      cause,
    });
  });
  return {
    name: "msal-node",
    version: msal.version,
    flows: [
      "client-credentials",
      "silent",
      "authorization-code",
      "refresh-token",
      "on-behalf-of",
      "device-code",
      "password",
    ],
    open: (options, context) => Promise.resolve(openInstance(msal, options, context)),
    describeError: (error) => describeMsalError(msal, error),
  };
}

function openInstance(msal: MsalNode, options: OpenOptions, context: ClientContext): ClientInstance {
  const configuration = configurationOf(msal, options, context);
  if (options.credential === undefined) {
    const client = new msal.PublicClientApplication(configuration);
    return { acquire: (request) => acquirePublic(client, request, options, context) };
  }
  const client = new msal.ConfidentialClientApplication(configuration);
  return { acquire: (request) => acquireConfidential(client, request, options, context) };
}

function configurationOf(msal: MsalNode, options: OpenOptions, context: ClientContext): Configuration {
  const { app, tenant, credential, capabilities } = options;
  return {
    auth: {
      clientId: app.clientId,
      authority: `${context.authorityHost}/${tenant.id}`,
      ...(capabilities === undefined ? {} : { clientCapabilities: [...capabilities] }),
      ...(credential === "secret" ? { clientSecret: app.secrets[0]?.value ?? "" } : {}),
      ...(credential === "certificate" ? { clientCertificate: certificateOf(context, app.name) } : {}),
    },
    ...(options.cache === "persisted" ? { cache: { cachePlugin: persistIn(context.storage) } } : {}),
    ...(context.transport === undefined
      ? {}
      : { system: { networkClient: networkClientOver(msal, context.transport) } }),
  };
}

function certificateOf(context: ClientContext, app: string): { thumbprintSha256: string; privateKey: string } {
  const certificate = context.certificateOf(app);
  return {
    thumbprintSha256: certificate.thumbprintSha256,
    privateKey: readFileSync(certificate.privateKeyFile, "utf8"),
  };
}

/** What an application writes to its disk: the serialized cache, under one name. */
function persistIn(storage: Map<string, string>): ICachePlugin {
  return {
    beforeCacheAccess(cacheContext) {
      const saved = storage.get("msal-cache");
      if (saved !== undefined) cacheContext.tokenCache.deserialize(saved);
      return Promise.resolve();
    },
    afterCacheAccess(cacheContext) {
      if (cacheContext.cacheHasChanged) storage.set("msal-cache", cacheContext.tokenCache.serialize());
      return Promise.resolve();
    },
  };
}

/** MSAL's `networkClient`; a body that is no JSON is reported as MSAL's own transport reports it. */
function networkClientOver(msal: MsalNode, transport: (request: Request) => Promise<Response>): INetworkModule {
  const send = async (method: "GET" | "POST", url: string, options?: { headers?: Record<string, string>; body?: string }) => {
    const response = await transport(
      createRequest(url, {
        method,
        ...(options?.headers === undefined ? {} : { headers: options.headers }),
        ...(method === "POST" ? { body: options?.body ?? "" } : {}),
      }),
    );
    const headers = Object.fromEntries(response.headers);
    try {
      return { headers, body: JSON.parse(await response.text()) as never, status: response.status };
    } catch (cause) {
      throw new msal.AuthError("token_parsing_error", "", `Failed to parse response: ${(cause as Error).message}`);
    }
  };
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}

async function acquirePublic(client: Public, request: TokenRequest, options: OpenOptions, context: ClientContext): Promise<TokenResult> {
  const scopes = [...request.scopes];
  switch (request.flow) {
    case "device-code":
      return resultOf(
        await client.acquireTokenByDeviceCode({
          scopes,
          deviceCodeCallback: (code) => void approveDevice(code.verificationUri, code.userCode, request, options, context),
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
        await client.acquireTokenByClientCredential({ ...common, skipCache: request.forceRefresh ?? false }),
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
      const account = accounts.find((candidate) => candidate.username.toLowerCase() === request.user?.upn.toLowerCase());
      if (account === undefined) throw new NoAccountError(request.user?.upn ?? "nobody");
      return resultOf(
        await client.acquireTokenSilent({ ...common, account, forceRefresh: request.forceRefresh ?? false }),
      );
    }
    case "authorization-code":
      return resultOf(await signIn(client, request, options, context));
    case "refresh-token":
      return resultOf(await client.acquireTokenByRefreshToken({ ...common, refreshToken: request.credential ?? "" }));
    case "client-credentials":
    case "on-behalf-of":
    case "device-code":
    case "password":
    case "custom":
      throw new HarnessError("bad-scenario", `msal-node cannot do ${request.flow} with this kind of client`, {
        place: options.app.name,
        hint: "Open the app with a credential for confidential flows, and without one for public flows.",
      });
  }
}

async function signIn(
  client: Confidential | Public,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<AuthenticationResult | null> {
  const redirectUri = options.app.redirectUris[0]?.uri ?? "http://localhost";
  const scopes = [...request.scopes];
  const url = await client.getAuthCodeUrl({
    scopes,
    redirectUri,
    ...claimsOf(request),
    ...(request.user === undefined ? {} : { loginHint: request.user.upn }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
  });
  const answer = await personOf(request, options, context, request.prompt ?? "none-given").visit(url, redirectUri, {
    username: request.user?.upn ?? "",
    password: request.user?.password ?? "",
  });
  const code = answer?.get("code");
  if (code === undefined || code === null) {
    throw new SignInError(answer?.get("error") ?? "no_code", answer?.get("error_description") ?? "The sign-in brought no code back.");
  }
  const clientInfo = answer?.get("client_info");
  return client.acquireTokenByCode(
    { scopes, redirectUri, code, ...claimsOf(request) },
    { code, ...(typeof clientInfo === "string" ? { client_info: clientInfo } : {}) },
  );
}

async function approveDevice(
  verificationUri: string,
  userCode: string,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<void> {
  const person = personOf(request, options, context, "device-code");
  await context.clock.sleep(PERSON_TYPES_FOR_MS);
  await person
    .visit(verificationUri, undefined, {
      username: request.user?.upn ?? "",
      password: request.user?.password ?? "",
      userCode,
    })
    // The person cannot reach the page: they give up, and the client's polling shows it.
    .catch(() => undefined);
}

const PERSON_TYPES_FOR_MS = 12_000;

function personOf(request: TokenRequest, options: OpenOptions, context: ClientContext, prompt: string) {
  return createUserAgent({
    browse: context.browse,
    asked: () =>
      context.prompted({
        ...(request.user === undefined ? {} : { user: request.user.id }),
        app: options.app.clientId,
        prompt,
      }),
  });
}

function claimsOf(request: TokenRequest): { claims?: string } {
  return request.claims === undefined ? {} : { claims: request.claims };
}

function resultOf(result: AuthenticationResult | null): TokenResult {
  return {
    accessToken: result?.accessToken ?? "",
    idToken: result?.idToken ?? "",
    ...(result?.expiresOn === undefined || result.expiresOn === null ? {} : { expiresAt: result.expiresOn.getTime() }),
    fromCache: result?.fromCache ?? false,
    ...(result?.account === undefined || result.account === null ? {} : { homeAccountId: result.account.homeAccountId }),
  };
}

/** The application looked for a signed-in account and found none: it has to sign the user in. */
class NoAccountError extends Error {
  constructor(upn: string) {
    super(`no account of ${upn} in the cache`);
    this.name = "NoAccountError";
  }
}

/** The browser came back with an OAuth error instead of a code. */
class SignInError extends Error {
  readonly errorCode: string;

  constructor(error: string, description: string) {
    super(`${error}: ${description}`);
    this.name = "SignInError";
    this.errorCode = error;
  }
}

function describeMsalError(msal: MsalNode, error: unknown): ClientErrorDescription | undefined {
  if (error instanceof msal.AuthError) {
    return {
      name: error.name,
      code: error.errorCode,
      ...(error.subError === "" || error.subError === undefined ? {} : { suberror: error.subError }),
      message: error.message,
      interactionRequired: error instanceof msal.InteractionRequiredAuthError,
    };
  }
  if (error instanceof NoAccountError) {
    return { name: error.name, code: "no_account", message: error.message, interactionRequired: true };
  }
  if (error instanceof SignInError) {
    return { name: error.name, code: error.errorCode, message: error.message, interactionRequired: false };
  }
  return undefined;
}
