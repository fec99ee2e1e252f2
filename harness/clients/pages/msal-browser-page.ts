/**
 * The program of a single-page application with `@azure/msal-browser`: it calls MSAL the way its
 * documentation shows, and adds no retry, cache or time-out.
 */
import type {
  AuthenticationResult,
  Configuration,
  IPublicClientApplication,
} from "@azure/msal-browser";
import {
  openShell,
  type PageCall,
  type PageConfiguration,
  pageHtml,
  type PageToken,
} from "./page-shell.ts";

interface Msal {
  readonly PublicClientApplication: new (configuration: Configuration) => IPublicClientApplication;
}

/** The page to which sign-ins return: one with the package's bridge, which passes the answer on, or a blank one. */
export type RedirectPage = "bridge" | "blank";

/** Starts the application. Runs in the page, after MSAL. */
function startApp(
  configuration: PageConfiguration,
  shell: typeof openShell,
  redirectPage: RedirectPage,
): void {
  const { msal } = globalThis as unknown as { readonly msal: Msal };
  const client = new msal.PublicClientApplication({
    auth: {
      clientId: configuration.clientId,
      authority: configuration.authority,
      redirectUri: configuration.redirectUri,
      postLogoutRedirectUri: configuration.redirectUri,
      ...(configuration.capabilities.length === 0
        ? {}
        : { clientCapabilities: [...configuration.capabilities] }),
    },
    cache: { cacheLocation: configuration.cacheLocation },
  });

  const tokenOf = (result: AuthenticationResult): PageToken => ({
    accessToken: result.accessToken,
    idToken: result.idToken,
    ...(result.expiresOn === null ? {} : { expiresAt: result.expiresOn.getTime() }),
    fromCache: result.fromCache,
    homeAccountId: result.account.homeAccountId,
  });
  const requestOf = (call: PageCall) => {
    const accounts = client.getAllAccounts();
    const account = accounts.find(
      ({ username }) => username.toLowerCase() === call.username?.toLowerCase(),
    );
    // Without a hint, the session of another user would sign in that user again.
    const isAnother = account === undefined && accounts.length > 0 && call.username !== undefined;
    return {
      account,
      common: {
        scopes: [...call.scopes],
        correlationId: call.correlationId,
        ...(call.claims === undefined ? {} : { claims: call.claims }),
      },
      interactive: {
        ...(account === undefined ? {} : { account }),
        ...(isAnother ? { loginHint: call.username } : {}),
        ...(call.prompt === undefined ? {} : { prompt: call.prompt }),
      },
    };
  };
  const acquire = (call: PageCall): Promise<AuthenticationResult> => {
    const { account, common, interactive } = requestOf(call);
    switch (call.method) {
      case "popup":
        return client.acquireTokenPopup({ ...common, ...interactive });
      case "sso-silent":
        return client.ssoSilent({
          ...common,
          ...(account === undefined ? { loginHint: call.username ?? "" } : { account }),
        });
      default:
        return client.acquireTokenSilent({
          ...common,
          ...(account === undefined ? {} : { account }),
          forceRefresh: call.forceRefresh === true,
        });
    }
  };

  shell({
    async start() {
      // Older versions have no such method.
      const { initialize } = client as Partial<IPublicClientApplication>;
      await initialize?.call(client);
      const result = await client.handleRedirectPromise();
      return result === null ? undefined : tokenOf(result);
    },
    acquire: async (call) => tokenOf(await acquire(call)),
    async leave(call) {
      const { common, interactive } = requestOf(call);
      // Without a bridge, a redirect has to return to a page with MSAL in it.
      const back = redirectPage === "bridge" ? {} : { redirectUri: `${location.origin}/` };
      await client.acquireTokenRedirect({ ...common, ...interactive, ...back });
    },
    who: () => client.getAllAccounts()[0]?.username,
  });
}

/** The program, as the text of a script that defines `startApp`. */
export function msalBrowserProgram(redirectPage: RedirectPage): string {
  return `globalThis.startApp = (configuration) => (${String(startApp)})(configuration, ${String(openShell)}, "${redirectPage}");`;
}

/** The HTML of the page to which sign-ins return. */
export function redirectHtml(redirectPage: RedirectPage): string {
  return pageHtml(
    "Signing in",
    redirectPage === "bridge"
      ? '<script src="/redirect-bridge.js"></script><script>msalRedirectBridge.broadcastResponseToMainFrame()</script>'
      : "",
  );
}
