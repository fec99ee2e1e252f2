/**
 * The real `openid-client`, called the way its documentation shows: for an app that needs only an
 * id token (`response_type=id_token`; a web app gets it posted, a single-page app in the
 * fragment), and for code with PKCE. For a single-page app it sends what such an app would send;
 * of the browser, there is only the Origin header.
 */
import { HarnessError } from "../core/errors.ts";
import type { Flow } from "../history/event.ts";
import { createRequest } from "../core/http/message.ts";
import {
  type CacheStore,
  type ClientContext,
  type ClientErrorDescription,
  type ClientInstance,
  type ClientUnderTest,
  type OpenOptions,
  type TokenRequest,
  type TokenResult,
  isSaved,
} from "./client.ts";
import { installedVersion, loadFrom, notInstalled } from "./installed-package.ts";
import { approveDevice } from "./device-approval.ts";
import { answersOf, browserOf } from "./user-browser.ts";
import { PageError } from "./user-agent.ts";

type OpenidClient = typeof import("openid-client");
type Configuration = InstanceType<OpenidClient["Configuration"]>;
type CustomFetch = import("openid-client").CustomFetch;

/** The flows that are used here; the package supports more. */
export const openidClientFlows = [
  "id-token",
  "authorization-code",
  "refresh-token",
  "device-code",
] as const satisfies readonly Flow[];

/** Loads `openid-client`, from `folder`, else from the packages installed beside Brownout; rejects with `client-not-installed` or `client-not-supported`. */
export async function loadOpenidClient(folder?: string): Promise<ClientUnderTest> {
  const oidc = await (folder === undefined
    ? import("openid-client").catch((cause: unknown) => {
        throw notInstalled("openid-client", { major: 6, cause });
      })
    : loadFrom<OpenidClient>(folder, "openid-client"));
  const version = installedVersion("openid-client", folder);
  if (typeof (oidc as Partial<OpenidClient>).discovery !== "function") {
    throw new HarnessError(
      "client-not-supported",
      `openid-client ${version} has another interface, without the function discovery`,
      {
        place: "openid-client",
        hint: "Brownout supports openid-client from 6.0.0 on.",
      },
    );
  }
  return {
    name: "openid-client",
    version,
    flows: openidClientFlows,
    open: (options, context) => openInstance(oidc, options, context),
    describeError: (error) => describeError(oidc, error),
  };
}

/** One opened application, with a configuration for an id token alone and one for a code. */
interface Opened {
  readonly oidc: OpenidClient;
  readonly forIdToken: Configuration;
  readonly forCode: Configuration;
  readonly options: OpenOptions;
  readonly context: ClientContext;
}

async function openInstance(
  oidc: OpenidClient,
  options: OpenOptions,
  context: ClientContext,
): Promise<ClientInstance> {
  const { app, tenant } = options;
  const fetchAs = fetchOf(options, context);
  const authentication =
    app.kind === "spa" || app.kind === "native"
      ? oidc.None()
      : oidc.ClientSecretPost(app.secrets[0]?.value ?? "");
  const forCode = await oidc.discovery(
    new URL(`${context.authorityHost}/${tenant.id}/v2.0`),
    app.clientId,
    undefined,
    authentication,
    { [oidc.customFetch]: fetchAs },
  );
  const forIdToken = new oidc.Configuration(forCode.serverMetadata(), app.clientId);
  forIdToken[oidc.customFetch] = fetchAs;
  oidc.useIdTokenResponseType(forIdToken);
  const opened: Opened = { oidc, forIdToken, forCode, options, context };
  return { acquire: (request) => acquire(opened, request) };
}

/** The transport, with the Origin header that a browser adds for a single-page app. */
function fetchOf({ app }: OpenOptions, { transport }: ClientContext): CustomFetch {
  const [first] = app.redirectUris;
  const origin = app.kind === "spa" && first !== undefined ? new URL(first.uri).origin : undefined;
  return (url, { body, headers, ...init }) => {
    const request = createRequest(url, {
      ...init,
      headers: { ...headers, ...(origin === undefined ? {} : { origin }) },
      ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
    });
    return (transport ?? fetch)(request);
  };
}

function acquire(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  switch (request.flow) {
    case "authorization-code":
      return signInForTokens(opened, request);
    case "refresh-token":
      return refresh(opened, request);
    case "device-code":
      return signInByDeviceCode(opened, request);
    default:
      return signIn(opened, request);
  }
}

/** Implicit grant: the id token arrives at the redirect URI. */
async function signIn(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  const { oidc, forIdToken, options, context } = opened;
  const isPosted = options.app.kind !== "spa";
  const nonce = context.random.token(16);
  const state = context.random.token(16);
  const url = oidc.buildAuthorizationUrl(forIdToken, {
    ...commonParameters(opened, request),
    scope: ["openid", ...request.scopes].join(" "),
    response_mode: isPosted ? "form_post" : "fragment",
    nonce,
    state,
  });
  const answer = await browse(url, opened, request);
  const redirectUri = redirectUriOf(opened);
  const claims = await oidc.implicitAuthentication(
    forIdToken,
    isPosted ? posted(redirectUri, answer) : new URL(`${redirectUri}#${answer}`),
    nonce,
    { expectedState: state },
  );
  const idToken = answer.get("id_token") ?? "";
  return { accessToken: idToken, ...factsOf(idToken, claims), expiresAt: claims.exp * 1_000 };
}

/** Authorization code grant with PKCE. */
async function signInForTokens(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  const { oidc, forCode, context } = opened;
  const pkceCodeVerifier = context.random.token(43);
  const state = context.random.token(16);
  const url = oidc.buildAuthorizationUrl(forCode, {
    ...commonParameters(opened, request),
    scope: ["openid profile offline_access", ...request.scopes].join(" "),
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state,
  });
  const answer = await browse(url, opened, request);
  const current = new URL(`${redirectUriOf(opened)}?${answer}`);
  const checks = { pkceCodeVerifier, expectedState: state };
  return keep(opened, request, await oidc.authorizationCodeGrant(forCode, current, checks));
}

async function signInByDeviceCode(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  const { oidc, forCode, options, context } = opened;
  const scope = ["openid profile offline_access", ...request.scopes].join(" ");
  const device = await oidc.initiateDeviceAuthorization(forCode, { scope });
  void approveDevice(device.verification_uri, device.user_code, request, options, context);
  return keep(opened, request, await oidc.pollDeviceAuthorizationGrant(forCode, device));
}

async function refresh(opened: Opened, request: TokenRequest): Promise<TokenResult> {
  const { oidc, forCode } = opened;
  const saved = request.credential ?? (await storeOf(opened).read(storageKey(request))) ?? "";
  const scope = ["openid profile offline_access", ...request.scopes].join(" ");
  return keep(opened, request, await oidc.refreshTokenGrant(forCode, saved, { scope }));
}

/** Saves the refresh token, since the package caches nothing. */
async function keep(
  opened: Opened,
  request: TokenRequest,
  answer: Awaited<ReturnType<OpenidClient["refreshTokenGrant"]>>,
): Promise<TokenResult> {
  const { context } = opened;
  if (answer.refresh_token !== undefined)
    await storeOf(opened).write(storageKey(request), answer.refresh_token);
  const inSeconds = answer.expiresIn();
  return {
    accessToken: answer.access_token,
    ...factsOf(answer.id_token, answer.claims()),
    ...(inSeconds === undefined ? {} : { expiresAt: context.clock.now() + inSeconds * 1_000 }),
  };
}

/** Where the application keeps refresh tokens: a store of its own, or its memory. */
function storeOf({ options, context: { cacheStore, storage } }: Opened): CacheStore {
  if (isSaved(options.cache)) return cacheStore;
  return {
    read: (key) => Promise.resolve(storage.get(key)),
    write: (key, value) => Promise.resolve(void storage.set(key, value)),
  };
}

function storageKey({ user }: TokenRequest): string {
  return `refresh token of ${user?.id ?? "no user"}`;
}

function factsOf(
  idToken: string | undefined,
  claims: Readonly<Record<string, unknown>> | undefined,
): Pick<TokenResult, "idToken" | "fromCache" | "homeAccountId"> {
  const home =
    claims === undefined
      ? {}
      : { homeAccountId: `${String(claims["oid"])}.${String(claims["tid"])}` };
  return { ...(idToken === undefined ? {} : { idToken }), fromCache: false, ...home };
}

function commonParameters(opened: Opened, { user, prompt }: TokenRequest): Record<string, string> {
  return {
    redirect_uri: redirectUriOf(opened),
    ...(user === undefined ? {} : { login_hint: user.upn }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

function redirectUriOf({ options: { app } }: Opened): string {
  return app.redirectUris[0]?.uri ?? "https://localhost/callback";
}

async function browse(url: URL, opened: Opened, request: TokenRequest): Promise<URLSearchParams> {
  const browser = browserOf(request, opened.options, opened.context);
  const answer = await browser.visit(url.href, redirectUriOf(opened), answersOf(request));
  if (answer === undefined) throw new Error("the sign-in page did not return to the redirect URI");
  return answer;
}

/** The form post of the user's browser to the web app. */
function posted(redirectUri: string, answer: URLSearchParams): Request {
  return new Request(redirectUri, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: answer.toString(),
  });
}

/** Reads an error the way the package's documentation says: by class, then by code. */
function describeError(oidc: OpenidClient, error: unknown): ClientErrorDescription | undefined {
  if (error instanceof PageError) {
    const { name, message } = error;
    return { name, code: "sign_in_page", message, interactionRequired: false };
  }
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError) {
    const { name, message, error: code } = error;
    const interactionRequired = /^((interaction|login|consent)_required|invalid_grant)$/.test(code);
    return { name, code, message, interactionRequired };
  }
  if (error instanceof oidc.ClientError) {
    const { name, message, code = "client_error" } = error;
    return { name, code, message, interactionRequired: false };
  }
  return undefined;
}
