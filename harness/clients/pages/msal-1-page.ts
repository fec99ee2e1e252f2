/**
 * The program of a single-page application with `msal` 1.x, the implicit grant: it calls MSAL the
 * way its documentation shows, and adds no retry, cache or time-out. A sign-in returns an id
 * token; an access token is then requested silently.
 */
import type { AuthenticationParameters, AuthResponse, Configuration } from "msal";
import { openShell, type PageCall, type PageConfiguration, type PageToken } from "./page-shell.ts";

/** The few methods of `UserAgentApplication` that are called. */
interface UserAgentApplication {
  loginPopup(request: AuthenticationParameters): Promise<AuthResponse>;
  loginRedirect(request: AuthenticationParameters): void;
  acquireTokenPopup(request: AuthenticationParameters): Promise<AuthResponse>;
  acquireTokenRedirect(request: AuthenticationParameters): void;
  acquireTokenSilent(request: AuthenticationParameters): Promise<AuthResponse>;
  handleRedirectCallback(callback: (error: unknown, response?: AuthResponse) => void): void;
  getAccount(): AuthResponse["account"] | null;
  getAllAccounts(): readonly AuthResponse["account"][];
}

interface Msal {
  readonly UserAgentApplication: new (configuration: Configuration) => UserAgentApplication;
}

/** Reads a response of MSAL. Runs in the page, so it must not use anything outside itself. */
function tokenOf(response: AuthResponse): PageToken {
  const idToken = (response.idToken as typeof response.idToken | null)?.rawIdToken ?? "";
  const account = response.account as typeof response.account | null;
  const [user, tenant] = (account?.homeAccountIdentifier ?? "")
    .split(".")
    .map((part) => atob(part));
  // What its cache returns differs from its own types: without an access token and `fromCache`.
  const { accessToken, fromCache } = response as {
    readonly accessToken?: string | null;
    readonly fromCache?: boolean;
  };
  return {
    // Where only an id token was requested, the application uses that.
    accessToken:
      accessToken === undefined || accessToken === null || accessToken === ""
        ? idToken
        : accessToken,
    idToken,
    expiresAt: response.expiresOn.getTime(),
    ...(fromCache === undefined ? {} : { fromCache }),
    ...(user === "" || tenant === undefined ? {} : { homeAccountId: `${user}.${tenant}` }),
  };
}

/** Whether scopes name an API, so that an id token is not enough. Runs in the page. */
function needsAccessToken(scopes: readonly string[], clientId: string): boolean {
  const ofIdToken = ["openid", "profile", "email", "offline_access", clientId];
  return scopes.some((scope) => !ofIdToken.includes(scope));
}

/** MSAL's parameters for a call, with the account of its user. Runs in the page. */
function requestOf(call: PageCall, accounts: readonly AuthResponse["account"][]) {
  const account = accounts.find(
    ({ userName }) => userName.toLowerCase() === call.username?.toLowerCase(),
  );
  // Without a hint, the session of another user would sign in that user again.
  const isAnother = account === undefined && accounts.length > 0 && call.username !== undefined;
  return {
    account,
    request: {
      scopes: [...call.scopes],
      correlationId: call.correlationId,
      ...(account === undefined ? {} : { account }),
      ...(isAnother ? { loginHint: call.username } : {}),
      ...(call.claims === undefined ? {} : { claimsRequest: call.claims }),
      ...(call.prompt === undefined ? {} : { prompt: call.prompt }),
    } satisfies AuthenticationParameters,
  };
}

/** The functions that `startApp` uses, which are sent to the page with it. */
interface Parts {
  readonly openShell: typeof openShell;
  readonly tokenOf: typeof tokenOf;
  readonly needsAccessToken: typeof needsAccessToken;
  readonly requestOf: typeof requestOf;
}

/** Starts the application. Runs in the page, after MSAL. */
function startApp(configuration: PageConfiguration, parts: Parts): void {
  const { Msal: library } = globalThis as unknown as { readonly Msal: Msal };
  const client = new library.UserAgentApplication({
    auth: {
      clientId: configuration.clientId,
      authority: configuration.authority,
      // A redirect has to return to a page with MSAL in it; popups and iframes to a blank one.
      redirectUri: `${location.origin}/`,
      postLogoutRedirectUri: `${location.origin}/`,
    },
    cache: { cacheLocation: configuration.cacheLocation as "sessionStorage" | "localStorage" },
  });
  const blank = { redirectUri: configuration.redirectUri };

  // The callback is called at once with the result of a redirect, and later for a redirect that fails.
  const redirect: {
    returned?: AuthResponse;
    error?: unknown;
    fails?: (error: unknown) => void;
  } = {};
  client.handleRedirectCallback((error, response) => {
    if (error === null && response !== undefined) redirect.returned = response;
    else if (redirect.fails === undefined) redirect.error = error;
    else redirect.fails(error);
  });

  const isForResource = ({ scopes }: Pick<PageCall, "scopes">): boolean =>
    parts.needsAccessToken(scopes, configuration.clientId);
  const requestOf = (call: PageCall) => parts.requestOf(call, client.getAllAccounts());
  const acquire = async (call: PageCall): Promise<AuthResponse> => {
    const { account, request } = requestOf(call);
    if (call.method === "silent") {
      const { forceRefresh = false } = call;
      return client.acquireTokenSilent({ ...request, ...blank, forceRefresh });
    }
    if (account !== undefined && isForResource(call))
      return client.acquireTokenPopup({ ...request, ...blank });
    const response = await client.loginPopup({ ...request, ...blank });
    if (!isForResource(call)) return response;
    const { account: signedIn } = response;
    return client.acquireTokenSilent({ ...request, ...blank, account: signedIn });
  };

  parts.openShell({
    async start() {
      const { returned, error } = redirect;
      if (error !== undefined) throw error;
      if (returned === undefined) return undefined;
      // After a sign-in for an access token, requests that token.
      const [correlationId = "", ...scopes] = returned.accountState.split(" ");
      if (scopes.length === 0) return parts.tokenOf(returned);
      const { account } = returned;
      return parts.tokenOf(
        await client.acquireTokenSilent({ ...blank, correlationId, scopes, account }),
      );
    },
    acquire: async (call) => parts.tokenOf(await acquire(call)),
    leave: (call) =>
      // Settles only when it fails: otherwise the page is gone.
      new Promise((_, reject) => {
        redirect.fails = reject;
        const { account, request } = requestOf(call);
        if (account !== undefined && isForResource(call)) client.acquireTokenRedirect(request);
        else if (!isForResource(call)) client.loginRedirect(request);
        else
          client.loginRedirect({
            ...request,
            state: [call.correlationId, ...call.scopes].join(" "),
          });
      }),
    who: () => client.getAccount()?.userName,
  });
}

/** The program, as the text of a script that defines `startApp`. */
export const msal1Program = `globalThis.startApp = (configuration) => (${String(startApp)})(configuration, {
  openShell: ${String(openShell)},
  tokenOf: ${String(tokenOf)},
  needsAccessToken: ${String(needsAccessToken)},
  requestOf: ${String(requestOf)},
});`;
