/** A web app that signs people in by SAML: Express with passport-saml, as its documentation has it. */
import { type Profile, type SamlConfig, Strategy } from "@node-saml/passport-saml";
import express, { type Express } from "express";
import session from "express-session";
import passport from "passport";

type Verified = (error: Error | null, user?: Record<string, unknown>) => void;

export type Settings = Pick<SamlConfig, "entryPoint" | "issuer" | "callbackUrl" | "idpCert">;

export function createApp(settings: Settings): Express {
  const authenticator = new passport.Passport();
  const signOn = (profile: Profile | null, done: Verified) => done(null, { name: profile?.nameID });
  const options = { ...settings, audience: settings.issuer, wantAuthnResponseSigned: false };
  const strategy = new Strategy(options, signOn, signOn);
  // Its types are those of Express 4.
  authenticator.use("saml", strategy as unknown as passport.Strategy);
  authenticator.serializeUser((user, done) => done(null, user));
  authenticator.deserializeUser((user: Express.User, done) => done(null, user));

  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use(session({ secret: "worthless", resave: false, saveUninitialized: false }));
  app.use(authenticator.session());
  app.get("/login", authenticator.authenticate("saml"));
  app.post("/saml/acs", authenticator.authenticate("saml", { successRedirect: "/" }));
  app.get("/", (request, response) => {
    const { name } = (request.user ?? {}) as { name?: string };
    if (name === undefined) response.redirect("/login");
    else response.send(`Expenses of ${name}`);
  });
  return app;
}
