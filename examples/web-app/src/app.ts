/** A web app on several instances: Express, sessions and tokens in Redis, MSAL Node with the authorization code flow. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import { RedisStore } from "connect-redis";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import session from "express-session";
import type { RedisClientType } from "redis";
import { tokenCacheOf } from "./token-cache.ts";

declare module "express-session" {
  interface SessionData {
    homeAccountId: string;
  }
}

const scopes = ["User.Read"];

export function createApp(redis: RedisClientType, origin: string): Express {
  const redirectUri = `${origin}/redirect`;
  const clientFor = (homeAccountId?: string) =>
    new ConfidentialClientApplication({
      auth: {
        authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
        clientId: "33333333-cccc-4ccc-8ccc-000000000013",
        clientSecret: "fixture-secret-of-portal",
      },
      cache: { cachePlugin: tokenCacheOf(redis, homeAccountId) },
    });
  const app = express();
  app.use(
    session({
      store: new RedisStore({ client: redis }),
      secret: "worthless",
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 12 * 3_600_000 },
    }),
  );

  app.get("/", (_request, response) => {
    response.send('<h1>Welcome</h1><a href="/auth/signin">Sign in</a>');
  });

  app.get("/auth/signin", async (_request, response) => {
    response.redirect(await clientFor().getAuthCodeUrl({ scopes, redirectUri }));
  });

  app.get("/redirect", async (request, response) => {
    const { code } = request.query as { code: string };
    const { account } = await clientFor().acquireTokenByCode({ scopes, redirectUri, code });
    request.session.homeAccountId = account?.homeAccountId ?? "";
    response.redirect("/profile");
  });

  app.get("/profile", async (request, response) => {
    const { homeAccountId } = request.session;
    const client = clientFor(homeAccountId);
    const [account] = await client.getTokenCache().getAllAccounts();
    if (homeAccountId === undefined || account === undefined) {
      response.redirect("/auth/signin");
      return;
    }
    // Who is signed in stays so when no new token is to be had: only what needs one is left out.
    const mail = await client.acquireTokenSilent({ account, scopes }).then(
      ({ accessToken }) => mailOf(accessToken),
      () => "Mail is not available at the moment.",
    );
    response.send(`<h1>Hello ${account.name}</h1><p>${mail}</p>`);
  });

  // Who cannot sign in gets a page that says so, and when to come back.
  app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(503).set("retry-after", "60").send("<h1>Sign-in is not available</h1>");
  });
  return app;
}

async function mailOf(accessToken: string): Promise<string> {
  const response = await fetch("https://graph.microsoft.com/v1.0/me/messages", {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return response.ok ? "Your mail is here." : "Mail is not available at the moment.";
}
