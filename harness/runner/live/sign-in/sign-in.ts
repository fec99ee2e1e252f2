/** The types of `entra.signIn` and `entra.tokenFor`. */

/** As much of supertest's `request.agent(app)` as a sign-in needs: any version of it, with any types. */
export interface SupertestAgent {
  readonly get: (path: string) => object;
  readonly post: (path: string) => object;
  readonly jar: object;
}

/**
 * Where a sign-in ended: the last answer of the app, and a browser that is signed in.
 *
 * @example
 * const { status, text, fetch } = await entra.signIn("adele", "http://localhost:3000/auth/signin");
 * const profile = await fetch("/profile");
 */
export interface SignInVisit {
  /** The address at which the browser has arrived. */
  readonly url: string;
  /** HTTP status. */
  readonly status: number;
  readonly headers: Headers;
  /** The body. */
  readonly text: string;
  /** As the global `fetch`, with the cookies of this browser; a relative address is one of the app. Redirects are followed, and their cookies are kept. After a sign-in by an agent of supertest it rejects `bad-usage`: the agent is the browser. */
  readonly fetch: (address: string | URL, init?: RequestInit) => Promise<Response>;
}

/** What the person does on Entra's pages, where it is not the usual. */
export interface SignInOptions {
  /** What they type as the password; default: the right one. A wrong one ends on Entra's page with AADSTS50126, and `signIn` rejects with it. */
  readonly password?: string;
  /** Their answer to "Stay signed in?", a page that the world shows with `settings: { staySignedInPage: "shown" }`; default: that of the setting `staySignedIn`. */
  readonly staySignedIn?: "yes" | "no";
  /** They press Cancel on the sign-in page: Entra sends `access_denied` to the app, and `signIn` resolves with what the app makes of that. */
  readonly cancel?: true;
}

/** Signs a person of the world in: `entra.signIn`. */
export interface SignIn {
  /** In an app under supertest: opens a path of it, follows it to Entra's page, answers that as the person would, and goes back to the app. The agent then holds the app's session. With the visit of an earlier sign-in in place of the agent: in that browser again. */
  (
    person: string,
    browser: SupertestAgent | SignInVisit,
    path: string,
    options?: SignInOptions,
  ): Promise<SignInVisit>;
  /** In an app that listens: the same, beginning at an absolute address. */
  (person: string, address: string | URL, options?: SignInOptions): Promise<SignInVisit>;
  /** On another device: runs the action, which asks for a device code, and enters that code as the person. Settles as the action does. */
  <T>(person: string, action: () => T | Promise<T>): Promise<T>;
}

/** What Entra's sign-out page opened in a hidden frame: the logout URL of an app in which the person was signed in, too. */
export interface SignOutFrame {
  readonly url: string;
  /** HTTP status; 0 when nothing answered, or when the frame is of another app than the one under supertest. */
  readonly status: number;
  /** The app's cookies that a browser does not send there, since the frame is on Entra's page: those that are not `SameSite=None`. */
  readonly withheldCookies: readonly string[];
}

/** Where a sign-out ended. */
export interface SignOutVisit extends SignInVisit {
  readonly frames: readonly SignOutFrame[];
}

/** Signs a person out of an app and of Entra: `entra.signOut`. */
export type SignOut = (
  person: string,
  browser: SupertestAgent | SignInVisit,
  path: string,
) => Promise<SignOutVisit>;

/** What `entra.tokenFor` is asked for. */
export interface TokenForRequest {
  /** Full scope URIs, such as `api://orders/Orders.Read`; `openid`, `profile` and `offline_access` as well. */
  readonly scopes: readonly string[];
  /** The app of the world that asks, by its name; default: the one that has consent for the scopes and a redirect URI. */
  readonly app?: string;
}

/**
 * A token that a person's app has got from Entra.
 *
 * @example
 * const { accessToken } = await entra.tokenFor("adele", { scopes: ["api://orders/Orders.Read"] });
 * await request(api).get("/orders").set("authorization", `Bearer ${accessToken}`);
 */
export interface UserToken {
  readonly accessToken: string;
  /** Present when `openid` was among the scopes. */
  readonly idToken?: string;
  /** ms since the Unix epoch. */
  readonly expiresAt: number;
}

/** Gets a token of a person for an API under test: `entra.tokenFor`. */
export type TokenFor = (person: string, request: TokenForRequest) => Promise<UserToken>;

/** What a suite controls beside its outages: who signs in and out. */
export interface SignInControls {
  /**
   * Signs a person of the world in, as they would in a browser: account, password, "Stay signed
   * in?". Virtual time passes as in `operate`, and the history has the sign-in as an operation.
   * Rejects `not-signed-in` in Entra's own words when it refuses, with the page that the person saw
   * when there is an outage, and with the app's answer when that is an error; `unknown-name` for a
   * person that the world does not have, `bad-usage` for a call that makes no sense and for a
   * sign-in while another one is going on.
   *
   * @example
   * const agent = request.agent(app);
   * await entra.signIn("adele", agent, "/auth/signin");
   * await agent.get("/profile").expect(200);
   */
  readonly signIn: SignIn;
  /**
   * Signs a person out: opens a path of the app in the browser in which they have signed in, and
   * follows it to Entra, by OpenID Connect or by SAML, and back. Rejects `not-signed-out` when the
   * session at Entra has not ended, and `bad-usage` for a browser in which the person is not signed in.
   *
   * @example
   * const agent = request.agent(app);
   * await entra.signIn("adele", agent, "/auth/signin");
   * await entra.signOut("adele", agent, "/auth/signout");
   * await agent.get("/profile").expect(401);
   */
  readonly signOut: SignOut;
  /**
   * Gets an access token of a person through another app of the world, for an API under test. It is
   * no call of the code under test, and rules do not judge it. Rejects as `signIn` does.
   *
   * @example
   * const { accessToken } = await entra.tokenFor("adele", { scopes: ["api://orders/Orders.Read"], app: "spa" });
   */
  readonly tokenFor: TokenFor;
}
