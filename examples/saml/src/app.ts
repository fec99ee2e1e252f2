/** A web app that signs people in by SAML: Express with passport-saml, as its documentation has it. */
import { type Profile, type SamlConfig, Strategy } from "@node-saml/passport-saml";
import express, { type Express } from "express";
import session from "express-session";
import passport from "passport";

type Verified = (error: Error | null, user?: Record<string, unknown>) => void;

export type Settings = Pick<SamlConfig, "entryPoint" | "issuer" | "callbackUrl" | "idpCert">;

export function createApp(settings: Settings): Express {
  const authenticator = new passport.Passport();
  // What a sign-out needs of the person and the session, too.
  const verify = (profile: Profile | null, done: Verified) => {
    const { nameID, nameIDFormat, sessionIndex } = profile ?? {};
    done(null, { nameID, nameIDFormat, sessionIndex });
  };
  const options = { ...settings, audience: settings.issuer, wantAuthnResponseSigned: false };
  const strategy = new Strategy(options, verify, verify);
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
    const { nameID } = (request.user ?? {}) as Partial<Profile>;
    if (nameID === undefined) response.redirect("/login");
    else response.send(`Expenses of ${nameID}`);
  });
  app.get("/logout", (request, response, next) => {
    strategy.logout(request as unknown as Parameters<Strategy["logout"]>[0], (error, address) => {
      if (error !== null || !address) next(error);
      else request.logout((failed) => (failed ? next(failed) : response.redirect(address)));
    });
  });
  // Entra's answer to that, and its request when the person has signed out elsewhere.
  app.get("/saml/logout", authenticator.authenticate("saml"), (_request, response) => {
    response.send("You are signed out");
  });
  return app;
}
