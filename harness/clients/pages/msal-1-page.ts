/**
 * What a single-page application does with `msal` 1.x, the implicit grant, in its page: the
 * program calls MSAL the way its documentation shows, and adds no retry, cache or time-out.
 * A sign-in brings an id token; whoever wanted an access token besides asks for it silently.
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

/** Starts the application. Runs in the page, after MSAL. */
function startApp(configuration: PageConfiguration, shell: typeof openShell): void {
  const { Msal: library } = globalThis as unknown as { readonly Msal: Msal };
  const client = new library.UserAgentApplication({
    auth: {
      clientId: configuration.clientId,
      authority: configuration.authority,
      // A redirect has to come back to a page with MSAL in it; popups and iframes to a blank one.
      redirectUri: `${location.origin}/`,
      postLogoutRedirectUri: `${location.origin}/`,
    },
    cache: { cacheLocation: configuration.cacheLocation as "sessionStorage" | "localStorage" },
  });
  const blank = { redirectUri: configuration.redirectUri };

  // The callback is called at once when a redirect has brought something, and later for a redirect that fails.
  const redirect: {
    brought?: AuthResponse;
    error?: unknown;
    fails?: (error: unknown) => void;
  } = {};
  client.handleRedirectCallback((error, response) => {
    if (error === null && response !== undefined) redirect.brought = response;
    else if (redirect.fails === undefined) redirect.error = error;
    else redirect.fails(error);
  });

  const accountIn = ({ account }: AuthResponse): { readonly homeAccountId?: string } => {
    const parts = ((account as typeof account | null)?.homeAccountIdentifier ?? "").split(".");
    const [user, tenant] = parts.map((part) => atob(part));
    return user === "" || tenant === undefined ? {} : { homeAccountId: `${user}.${tenant}` };
  };
  const tokenOf = (response: AuthResponse): PageToken => {
    const idToken = (response.idToken as typeof response.idToken | null)?.rawIdToken ?? "";
    // What its cache gives differs from its own types: no access token, and no word on the cache.
    const { accessToken, fromCache } = response as {
      readonly accessToken?: string | null;
      readonly fromCache?: boolean;
    };
    return {
      // Where an id token is all that was asked for, it is what the application uses.
      accessToken:
        accessToken === undefined || accessToken === null || accessToken === ""
          ? idToken
          : accessToken,
      idToken,
      expiresAt: response.expiresOn.getTime(),
      ...(fromCache === undefined ? {} : { fromCache }),
      ...accountIn(response),
    };
  };

  const isForResource = ({ scopes }: Pick<PageCall, "scopes">): boolean =>
    scopes.some(
      (scope) =>
        !["openid", "profile", "email", "offline_access", configuration.clientId].includes(scope),
    );
  const requestOf = (call: PageCall) => {
    const accounts = client.getAllAccounts();
    const account = accounts.find(
      ({ userName }) => userName.toLowerCase() === call.username?.toLowerCase(),
    );
    // The session of somebody else would sign that one in again.
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
  };
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

  shell({
    async start() {
      const { brought, error } = redirect;
      if (error !== undefined) throw error;
      if (brought === undefined) return undefined;
      // Who signed in for an access token goes on to ask for it.
      const [correlationId = "", ...scopes] = brought.accountState.split(" ");
      if (scopes.length === 0) return tokenOf(brought);
      const { account } = brought;
      return tokenOf(await client.acquireTokenSilent({ ...blank, correlationId, scopes, account }));
    },
    acquire: async (call) => tokenOf(await acquire(call)),
    leave: (call) =>
      // Ends only when it fails: else the page is gone.
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
export const msal1Program = `globalThis.startApp = (configuration) => (${String(startApp)})(configuration, ${String(openShell)});`;
