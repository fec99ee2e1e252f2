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

/** Signs a person of the world in: `entra.signIn`. */
export interface SignIn {
  /** In an app under supertest: opens a path of it, follows it to Entra's page, answers that as the person would, and goes back to the app. The agent then holds the app's session. */
  (person: string, agent: SupertestAgent, path: string): Promise<SignInVisit>;
  /** In an app that listens: the same, beginning at an absolute address. */
  (person: string, address: string | URL): Promise<SignInVisit>;
  /** On another device: runs the action, which asks for a device code, and enters that code as the person. Settles as the action does. */
  <T>(person: string, action: () => T | Promise<T>): Promise<T>;
}

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

/** What a suite controls beside its outages: who signs in. */
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
   * Gets an access token of a person through another app of the world, for an API under test. It is
   * no call of the code under test, and rules do not judge it. Rejects as `signIn` does.
   *
   * @example
   * const { accessToken } = await entra.tokenFor("adele", { scopes: ["api://orders/Orders.Read"], app: "spa" });
   */
  readonly tokenFor: TokenFor;
}
