/** A web app as Microsoft's documentation has it: Express, sessions, and MSAL Node with the authorization code flow. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import session from "express-session";

declare module "express-session" {
  interface SessionData {
    homeAccountId: string;
  }
}

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
    if (account === undefined) {
      response.redirect("/auth/signin");
      return;
    }
    // From the cache for an hour: Entra need not be there.
    await client.acquireTokenSilent({ account, scopes });
    response.send(`<h1>Hello ${account.name}</h1>`);
  });

  // Who cannot sign in gets a page that says so, and when to come back.
  app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(503).set("retry-after", "60").send("<h1>Sign-in is not available</h1>");
  });
  return app;
}
