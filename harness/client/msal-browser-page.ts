/**
 * The single-page application around `@azure/msal-browser`: its files, and the program that
 * runs in its page. The program calls MSAL the way its documentation shows, and adds no
 * retry, cache or time-out; what it shows is what small applications show: a spinner while a
 * call is under way, an alert when it failed, the person's name when there is one.
 */
import type {
  AuthenticationResult,
  Configuration,
  IPublicClientApplication,
} from "@azure/msal-browser";

/** How the page opens its client. */
export interface PageConfiguration {
  readonly clientId: string;
  readonly authority: string;
  readonly knownAuthorities: readonly string[];
  readonly redirectUri: string;
  readonly cacheLocation: "memoryStorage" | "sessionStorage" | "localStorage";
  readonly capabilities: readonly string[];
}

/** One call, as the harness hands it to the page. */
export interface PageCall {
  readonly method: "silent" | "popup" | "redirect" | "sso-silent";
  readonly scopes: readonly string[];
  /** Username of the account. */
  readonly username?: string;
  readonly correlationId: string;
  readonly forceRefresh?: boolean;
  readonly claims?: string;
  readonly prompt?: string;
}

export interface PageToken {
  readonly accessToken: string;
  readonly idToken: string;
  readonly expiresAt?: number;
  readonly fromCache: boolean;
  readonly homeAccountId?: string;
}

export interface PageFailure {
  readonly name: string;
  readonly errorCode: string;
  readonly subError: string;
  readonly message: string;
}

export type PageOutcome = { readonly token: PageToken } | { readonly failure: PageFailure };

/** What the program offers to the harness, as `globalThis.app`. */
export interface PageApp {
  /** Resolves when MSAL has started; with what a redirect brought, when the page was opened by one. */
  readonly started: Promise<PageOutcome | undefined>;
  call(call: PageCall): Promise<PageOutcome>;
  /** Leaves the page, when all goes well. */
  leave(call: PageCall): Promise<PageOutcome | undefined>;
}

interface Msal {
  readonly PublicClientApplication: new (configuration: Configuration) => IPublicClientApplication;
}

/** Starts the application. Runs in the page, after MSAL. */
export function startApp(configuration: PageConfiguration): void {
  const scope = globalThis as unknown as { readonly msal: Msal; app: PageApp };
  const main = document.querySelector("main");
  const show = (kind: "busy" | "alert" | "content", text: string): void => {
    const line = document.createElement("p");
    line.textContent = text;
    if (kind === "alert") line.setAttribute("role", "alert");
    if (kind === "busy") line.setAttribute("aria-busy", "true");
    main?.replaceChildren(line);
  };
  const client = new scope.msal.PublicClientApplication({
    auth: {
      clientId: configuration.clientId,
      authority: configuration.authority,
      redirectUri: configuration.redirectUri,
      postLogoutRedirectUri: configuration.redirectUri,
      knownAuthorities: [...configuration.knownAuthorities],
      ...(configuration.capabilities.length === 0
        ? {}
        : { clientCapabilities: [...configuration.capabilities] }),
    },
    cache: { cacheLocation: configuration.cacheLocation },
  });

  const tokenOf = (result: AuthenticationResult): PageOutcome => ({
    token: {
      accessToken: result.accessToken,
      idToken: result.idToken,
      ...(result.expiresOn === null ? {} : { expiresAt: result.expiresOn.getTime() }),
      fromCache: result.fromCache,
      homeAccountId: result.account.homeAccountId,
    },
  });
  const failureOf = (error: unknown): PageOutcome => {
    const fields = error as Partial<Record<"name" | "errorCode" | "subError" | "message", unknown>>;
    const text = (value: unknown): string => (typeof value === "string" ? value : "");
    return {
      failure: {
        name: text(fields.name),
        errorCode: text(fields.errorCode),
        subError: text(fields.subError),
        message: text(fields.message),
      },
    };
  };
  const settle = (outcome: PageOutcome | undefined): void => {
    if (outcome !== undefined && "failure" in outcome) {
      show("alert", `Something went wrong: ${outcome.failure.errorCode}`);
      return;
    }
    const [account] = client.getAllAccounts();
    show("content", account === undefined ? "You are signed out." : `Hello ${account.username}.`);
  };
  const requestOf = (call: PageCall) => {
    const account = client
      .getAllAccounts()
      .find(({ username }) => username.toLowerCase() === call.username?.toLowerCase());
    return {
      account,
      common: {
        scopes: [...call.scopes],
        correlationId: call.correlationId,
        ...(call.claims === undefined ? {} : { claims: call.claims }),
      },
      interactive: {
        ...(account === undefined ? {} : { account }),
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

  show("busy", "Starting");
  const started = (async () => {
    try {
      await client.initialize();
      const result = await client.handleRedirectPromise();
      return result === null ? undefined : tokenOf(result);
    } catch (error) {
      return failureOf(error);
    }
  })();
  void started.then(settle);
  scope.app = {
    started,
    async call(call) {
      show("busy", "Loading");
      const outcome = await acquire(call).then(tokenOf, failureOf);
      settle(outcome);
      return outcome;
    },
    async leave(call) {
      show("busy", "Loading");
      const { common, interactive } = requestOf(call);
      try {
        await client.acquireTokenRedirect({ ...common, ...interactive });
        return undefined;
      } catch (error) {
        const outcome = failureOf(error);
        settle(outcome);
        return outcome;
      }
    },
  };
}

/** The page of the application: MSAL as its package has it, then the program. */
export function indexHtml(configuration: PageConfiguration): string {
  return htmlOf(
    "Contoso",
    `<script src="/msal.js"></script><script src="/app.js"></script><script>startApp(${JSON.stringify(configuration)})</script>`,
  );
}

/** The page to which sign-ins come back: with the package's bridge where it has one, else blank. */
export function redirectHtml(bridge: "bridge" | "blank"): string {
  return htmlOf(
    "Signing in",
    bridge === "bridge"
      ? '<script src="/redirect-bridge.js"></script><script>msalRedirectBridge.broadcastResponseToMainFrame()</script>'
      : "",
  );
}

function htmlOf(title: string, scripts: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><main></main>${scripts}</body></html>`;
}
