/**
 * The real `openid-client`, as a web app uses it that signs people in and needs nothing but
 * an id token (`response_type=id_token`), called the way its documentation shows. A web app
 * gets the answer posted to it; for a single-page app it comes in the fragment, and this
 * client stands for what such an app does on the wire.
 */
import { createRequire } from "node:module";
import { HarnessError } from "../errors.ts";
import type { Flow } from "../history/event.ts";
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
import { createUserAgent, PageError } from "./user-agent.ts";

type OpenidClient = typeof import("openid-client");
type Configuration = InstanceType<OpenidClient["Configuration"]>;

/** What it is asked for here; it knows more. */
export const openidClientFlows = ["id-token"] as const satisfies readonly Flow[];

/** Loads the installed `openid-client`; its version is read from the package itself. */
export async function loadOpenidClient(): Promise<ClientUnderTest> {
  const oidc = await import("openid-client").catch((cause: unknown) => {
    throw new HarnessError("client-not-installed", "openid-client is not installed", {
      hint: "Run: npm install openid-client@6",
      cause,
    });
  });
  return {
    name: "openid-client",
    version: installedVersion(),
    flows: openidClientFlows,
    open: (options, context) => openInstance(oidc, options, context),
    describeError: (error) => describeError(oidc, error),
  };
}

function installedVersion(): string {
  const { version } = createRequire(import.meta.url)("openid-client/package.json") as {
    readonly version: string;
  };
  return version;
}

async function openInstance(
  oidc: OpenidClient,
  options: OpenOptions,
  context: ClientContext,
): Promise<ClientInstance> {
  const { transport } = context;
  const configuration = await oidc.discovery(
    new URL(`${context.authorityHost}/${options.tenant.id}/v2.0`),
    options.app.clientId,
    undefined,
    oidc.None(),
    transport === undefined
      ? {}
      : {
          [oidc.customFetch]: (url, { body, ...init }) =>
            transport(
              createRequest(url, { ...init, ...(body == null ? {} : { body: String(body) }) }),
            ),
        },
  );
  oidc.useIdTokenResponseType(configuration);
  return { acquire: (request) => signIn(oidc, configuration, request, { options, context }) };
}

async function signIn(
  oidc: OpenidClient,
  configuration: Configuration,
  request: TokenRequest,
  { options, context }: { readonly options: OpenOptions; readonly context: ClientContext },
): Promise<TokenResult> {
  const { app } = options;
  const redirectUri = app.redirectUris[0]?.uri ?? "https://localhost/callback";
  const isPosted = app.kind !== "spa";
  const nonce = context.random.token(16);
  const state = context.random.token(16);
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: ["openid", ...request.scopes].join(" "),
    response_mode: isPosted ? "form_post" : "fragment",
    nonce,
    state,
    ...(request.user === undefined ? {} : { login_hint: request.user.upn }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
  });
  const answer = await browse(url, redirectUri, request, { options, context });
  const claims = await oidc.implicitAuthentication(
    configuration,
    isPosted ? posted(redirectUri, answer) : new URL(`${redirectUri}#${answer}`),
    nonce,
    { expectedState: state },
  );
  const idToken = answer.get("id_token") ?? "";
  return {
    accessToken: idToken,
    idToken,
    expiresAt: claims.exp * 1_000,
    fromCache: false,
    homeAccountId: `${String(claims["oid"])}.${String(claims["tid"])}`,
  };
}

async function browse(
  url: URL,
  redirectUri: string,
  request: TokenRequest,
  { options, context }: { readonly options: OpenOptions; readonly context: ClientContext },
): Promise<URLSearchParams> {
  const { user, prompt } = request;
  const person = createUserAgent({
    browse: context.browse,
    cookies: context.cookiesOf(user?.id),
    asked: () =>
      context.prompted({
        ...(user === undefined ? {} : { user: user.id }),
        app: options.app.clientId,
        prompt: prompt ?? "none-given",
      }),
  });
  const answer = await person.visit(url.href, redirectUri, {
    username: user?.upn ?? "",
    password: user?.password ?? "",
  });
  if (answer === undefined) throw new Error("the sign-in page led nowhere");
  return answer;
}

/** The request that the person's browser makes of the web app. */
function posted(redirectUri: string, answer: URLSearchParams): Request {
  return new Request(redirectUri, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: answer.toString(),
  });
}

/** Reads an error the way the package's documentation says: by class, then code. */
function describeError(oidc: OpenidClient, error: unknown): ClientErrorDescription | undefined {
  if (error instanceof PageError) {
    const { name, message } = error;
    return { name, code: "sign_in_page", message, interactionRequired: false };
  }
  if (error instanceof oidc.AuthorizationResponseError) {
    const { name, message, error: code } = error;
    const interactionRequired = /^(interaction|login|consent)_required$/.test(code);
    return { name, code, message, interactionRequired };
  }
  if (error instanceof oidc.ClientError) {
    const { name, message, code = "client_error" } = error;
    return { name, code, message, interactionRequired: false };
  }
  return undefined;
}
