/** The same app, written carelessly: it renews the token for each page, and signs people out when that fails. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import { RedisStore } from "connect-redis";
import express, { type Express } from "express";
import session from "express-session";
import type { RedisClientType } from "redis";
import { tokenCacheOf } from "./token-cache.ts";

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
    try {
      const [account] = await client.getTokenCache().getAllAccounts();
      if (account === undefined) throw new Error("no one is signed in");
      await client.acquireTokenSilent({ account, scopes, forceRefresh: true });
      response.send(`<h1>Hello ${account.name}</h1>`);
    } catch {
      request.session.destroy(() => response.redirect("/"));
    }
  });
  return app;
}
