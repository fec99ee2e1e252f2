/** A web app for tests of sign-ins: Express and MSAL Node, with a cookie for its session. */
import { ConfidentialClientApplication, ResponseMode } from "@azure/msal-node";
import express, { type CookieOptions, type Express, type Request, type Response } from "express";

export interface PortalOptions {
  readonly responseMode?: "query" | "form_post" | "fragment";
  readonly redirectUri?: string;
  readonly clientId?: string;
  readonly tenant?: string;
  /** Attributes of the session cookie. */
  readonly cookie?: CookieOptions;
  /** How it signs people out; default: it ends its own session, and the one at Entra. */
  readonly signOut?: "everywhere" | "here";
  /** What the app does with Entra's answer; default: it redeems the code. */
  readonly answer?: "redeems" | "ignores";
  /** Framework, for another version of Express. */
  readonly framework?: () => Express;
}

/** Creates the app; `/auth/signin` sends people to Entra, `/profile` greets who is signed in. */
export function createPortal(options: PortalOptions = {}): Express {
  const { responseMode = "query", redirectUri = "http://localhost:3000/redirect" } = options;
  const authority = `https://login.microsoftonline.com/${options.tenant ?? "11111111-aaaa-4aaa-8aaa-000000000001"}`;
  const client = new ConfidentialClientApplication({
    auth: {
      authority,
      clientId: options.clientId ?? "33333333-cccc-4ccc-8ccc-000000000013",
      clientSecret: "fixture-secret-of-portal",
    },
  });
  const scopes = ["User.Read"];
  const names = new Map<string, string>();
  const states = new Set<string>();
  /** The app's session by the one at Entra. */
  const sessions = new Map<string, string>();
  const app = (options.framework ?? express)();
  app.use(express.urlencoded({ extended: false }));

  app.get("/auth/signin", async (_request, response, next) => {
    const state = `state-${states.size + 1}`;
    try {
      const mode = ResponseMode[responseMode.toUpperCase() as keyof typeof ResponseMode];
      const url = await client.getAuthCodeUrl({ scopes, redirectUri, responseMode: mode, state });
      states.add(state);
      response.cookie("state", state, { httpOnly: true, ...options.cookie }).redirect(url);
    } catch (error) {
      next(error);
    }
  });

  const answer = async (request: Request, response: Response, next: (error: unknown) => void) => {
    const {
      code,
      state,
      error_description: description,
    } = (request.body ?? request.query) as {
      readonly [field: string]: string | undefined;
    };
    if (options.answer === "ignores" || responseMode === "fragment") {
      response.send("<h1>Loading</h1>");
      return;
    }
    if (code === undefined) {
      response.status(403).send(description ?? "no code");
      return;
    }
    if (state === undefined || cookieOf(request, "state") !== state) {
      response.status(400).send("This sign-in was begun elsewhere");
      return;
    }
    try {
      const { account } = await client.acquireTokenByCode({ scopes, redirectUri, code });
      names.set(state, account?.name ?? "");
      sessions.set(String(account?.idTokenClaims?.["sid"]), state);
      response.cookie("session", state, { httpOnly: true, ...options.cookie }).redirect("/profile");
    } catch (error) {
      next(error);
    }
  };
  const path = new URL(redirectUri).pathname;
  app.get(path, (request, response, next) => void answer(request, response, next));
  app.post(path, (request, response, next) => void answer(request, response, next));

  app.get("/auth/signout", (request, response) => {
    names.delete(cookieOf(request, "session") ?? "");
    const back = new URL("/goodbye", redirectUri).href;
    const address = `${authority}/oauth2/v2.0/logout?${new URLSearchParams({ post_logout_redirect_uri: back }).toString()}`;
    response.redirect(options.signOut === "here" ? "/goodbye" : address);
  });
  app.get("/goodbye", (_request, response) => response.send("Goodbye"));
  // Without a cookie, which a browser sends to a frame of Entra's page only with SameSite=None.
  app.get("/auth/front-channel", (request, response) => {
    names.delete(sessions.get(request.query["sid"] as string) ?? "");
    response.cookie("seen", "1").send();
  });

  app.get("/profile", (request, response) => {
    const name = names.get(cookieOf(request, "session") ?? "");
    if (name === undefined) response.status(401).send("Who are you?");
    else response.send(`Hello ${name}`);
  });
  return app;
}

function cookieOf({ headers: { cookie = "" } }: Request, name: string): string | undefined {
  const pair = cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
