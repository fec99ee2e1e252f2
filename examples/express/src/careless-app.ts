/** The same app, written carelessly: it renews the token for each page, and signs people out when that fails. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import express, { type Express } from "express";
import session from "express-session";

const redirectUri = "http://localhost:3000/redirect";
const scopes = ["User.Read"];

export function createApp(): Express {
  const client = new ConfidentialClientApplication({
    auth: {
      authority: "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001",
      clientId: "33333333-cccc-4ccc-8ccc-000000000013",
      clientSecret: "fixture-secret-of-portal",
    },
  });
  const app = express();
  app.use(session({ secret: "worthless", resave: false, saveUninitialized: false }));

  app.get("/auth/signin", async (_request, response) => {
    response.redirect(await client.getAuthCodeUrl({ scopes, redirectUri }));
  });

  app.get("/redirect", async (request, response) => {
    const { code } = request.query as { code: string };
    const { account } = await client.acquireTokenByCode({ scopes, redirectUri, code });
    request.session.homeAccountId = account?.homeAccountId ?? "";
    response.redirect("/profile");
  });

  app.get("/profile", async (request, response) => {
    const { homeAccountId } = request.session;
    const accounts = await client.getTokenCache().getAllAccounts();
    const account = accounts.find((one) => one.homeAccountId === homeAccountId);
    try {
      if (account === undefined) throw new Error("no one is signed in");
      await client.acquireTokenSilent({ account, scopes, forceRefresh: true });
      response.send(`<h1>Hello ${account.name}</h1>`);
    } catch {
      request.session.destroy(() => response.redirect("/auth/signin"));
    }
  });
  return app;
}
