/** Real projects in which the walk of `brownout init` installs, runs and looks: small apps as people write them. */

/** A project and what comes of its first tests. */
export interface WalkProject {
  readonly manifest: object;
  /** Exact versions, so that no new release changes what is tested. */
  readonly packages: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** 0 when the outage test passes, 1 when it fails. */
  readonly code: 0 | 1;
  /** Of what the runner prints. */
  readonly printed: readonly RegExp[];
}

/** A page that asks for a new sign-in as soon as a silent call fails, for any reason. */
const react: WalkProject = {
  manifest: { private: true, type: "module", scripts: { dev: "vite --port 5301 --strictPort" } },
  packages: [
    "@azure/msal-browser@4.30.0",
    "react@19.2.0",
    "react-dom@19.2.0",
    "vite@7.2.2",
    "@vitejs/plugin-react@5.1.0",
    "@playwright/test@1.65.1",
  ],
  files: {
    "index.html":
      '<!doctype html><title>Mail</title><link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Roboto"><div id="root"></div><script type="module" src="/src/main.jsx"></script>\n',
    "vite.config.js":
      'import react from "@vitejs/plugin-react";\nexport default { plugins: [react()] };\n',
    "src/authConfig.js": `export const msalConfig = {
  auth: {
    clientId: import.meta.env.VITE_CLIENT_ID,
    authority: \`https://login.microsoftonline.com/\${import.meta.env.VITE_TENANT_ID}\`,
    redirectUri: window.location.origin,
  },
  cache: { cacheLocation: "localStorage" },
};
export const loginRequest = { scopes: ["User.Read"] };
export const graphMe = "https://graph.microsoft.com/v1.0/me";
`,
    "src/main.jsx": `import { PublicClientApplication } from "@azure/msal-browser";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { graphMe, loginRequest, msalConfig } from "./authConfig";

const client = await PublicClientApplication.createPublicClientApplication(msalConfig);
await client.handleRedirectPromise();

async function loadName() {
  const [account] = client.getAllAccounts();
  if (account === undefined) return undefined;
  try {
    const { accessToken } = await client.acquireTokenSilent({ ...loginRequest, account });
    const response = await fetch(graphMe, { headers: { authorization: \`Bearer \${accessToken}\` } });
    return (await response.json()).displayName;
  } catch {
    await client.acquireTokenRedirect({ ...loginRequest, prompt: "login" });
  }
}

function App({ first }) {
  const [name, setName] = useState(first);
  const signIn = async () => {
    await client.loginPopup(loginRequest);
    setName(await loadName());
  };
  if (name !== undefined) return <h1>Hello {name}</h1>;
  return <button onClick={signIn}>Sign in</button>;
}

createRoot(document.getElementById("root")).render(<App first={await loadName()} />);
`,
  },
  code: 1,
  printed: [/adele signs in/, /works through three hours without Entra/, /silent-first: /],
};

/** A web app that forces a refresh for each page. */
const express: WalkProject = {
  manifest: { private: true, scripts: { test: "jest" } },
  packages: [
    "@azure/msal-node@2.16.3",
    "express@4.21.2",
    "express-session@1.18.1",
    "jest@29.7.0",
    "supertest@7.1.4",
  ],
  files: {
    ".env":
      'TENANT_ID="Enter_the_Tenant_Info_Here"\nREDIRECT_URI=http://localhost:3000/auth/redirect\n',
    "app.js": `const express = require("express");
const session = require("express-session");
const auth = require("./routes/auth");

const app = express();
app.use(session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }));
app.use(express.urlencoded({ extended: false }));
app.use("/auth", auth.router);
app.get("/profile", auth.requireAuth, async (req, res, next) => {
  try {
    const { account } = req.session;
    const result = await auth.client.acquireTokenSilent({ account, scopes: ["User.Read"], forceRefresh: true });
    res.send(\`Hello \${result.account.name}\`);
  } catch (error) {
    next(error);
  }
});
module.exports = app;
`,
    "routes/auth.js": `const { ConfidentialClientApplication } = require("@azure/msal-node");
const { Router } = require("express");

const client = new ConfidentialClientApplication({
  auth: {
    clientId: process.env.CLIENT_ID,
    authority: "https://login.microsoftonline.com/" + process.env.TENANT_ID,
    clientSecret: process.env.CLIENT_SECRET,
  },
});
const redirectUri = process.env.REDIRECT_URI;
const router = Router();
router.get("/signin", async (req, res, next) => {
  client.getAuthCodeUrl({ scopes: ["User.Read"], redirectUri }).then((url) => res.redirect(url), next);
});
router.get("/redirect", async (req, res, next) => {
  try {
    const result = await client.acquireTokenByCode({ code: req.query.code, scopes: ["User.Read"], redirectUri });
    req.session.account = result.account;
    res.redirect("/profile");
  } catch (error) {
    next(error);
  }
});
const requireAuth = (req, res, next) => (req.session.account ? next() : res.redirect("/auth/signin"));
module.exports = { client, requireAuth, router };
`,
  },
  code: 1,
  printed: [/✓ adele signs in/, /toHaveKeptWorkingFromCache: cached-token: /],
};

/** A Graph client that makes a credential for each call. */
const graph: WalkProject = {
  manifest: { private: true, type: "module", scripts: { test: "node --test" } },
  packages: ["@azure/identity@3.4.2", "@microsoft/microsoft-graph-client@3.0.7"],
  files: {
    ".env":
      "TENANT_ID=7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11\nCLIENT_ID=0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3\nCLIENT_SECRET=a-real-one\n",
    "src/graph.js": `import { ClientSecretCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

function graphClient() {
  const { TENANT_ID, CLIENT_ID, CLIENT_SECRET } = process.env;
  const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET);
  const scopes = ["https://graph.microsoft.com/.default"];
  return Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes }),
  });
}

export async function listUsers() {
  const { value } = await graphClient().api("/users").select(["displayName"]).get();
  return value;
}
`,
  },
  code: 1,
  printed: [/✔ listUsers gets a token/, /toHaveKeptWorkingFromCache: cached-token: /],
};

/** A service in TypeScript for Node's own resolution, whose client lives as long as the process. */
const nodenext: WalkProject = {
  manifest: { private: true, type: "module", scripts: { test: "vitest run", build: "tsc" } },
  packages: ["@azure/msal-node@3.8.1", "vitest@3.2.4", "typescript@5.9.3", "@types/node@24.10.1"],
  files: {
    "tsconfig.json":
      '{ "compilerOptions": { "module": "nodenext", "target": "es2022", "strict": true, "noEmit": true, "skipLibCheck": true, "types": ["node"] } }\n',
    "src/settings.ts": `export enum Audience {
  Orders = "api://orders",
}
export const settings = {
  tenantId: process.env.AZURE_TENANT_ID ?? "",
  clientId: process.env.AZURE_CLIENT_ID ?? "",
  audience: Audience.Orders,
} as const;
export const tokenRequest = { scopes: ["api://orders/.default"] };
`,
    "src/orders.service.ts": `import { ConfidentialClientApplication } from "@azure/msal-node";
import { settings, tokenRequest } from "./settings.js";

export class OrdersService {
  readonly #client = new ConfidentialClientApplication({
    auth: {
      clientId: settings.clientId,
      authority: \`https://login.microsoftonline.com/\${settings.tenantId}\`,
      clientSecret: process.env.AZURE_CLIENT_SECRET!,
    },
  });

  async listOrders(): Promise<string | undefined> {
    const result = await this.#client.acquireTokenByClientCredential(tokenRequest);
    return result?.accessToken;
  }
}
`,
  },
  code: 0,
  printed: [/Tests {2}1 passed/],
};

/** A SAML app that keeps its sessions for a day. */
const saml: WalkProject = {
  manifest: { private: true, scripts: { test: "mocha" } },
  packages: [
    "@node-saml/passport-saml@5.1.0",
    "passport@0.7.0",
    "express@4.21.2",
    "express-session@1.18.1",
    "mocha@11.7.5",
    "supertest@7.1.4",
  ],
  files: {
    "src/app.js": `const express = require("express");
const session = require("express-session");
const passport = require("passport");
const { Strategy } = require("@node-saml/passport-saml");

passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));
passport.use(
  new Strategy(
    {
      entryPoint: process.env.SAML_ENTRY_POINT,
      issuer: process.env.SAML_ISSUER || "https://expenses.example.com/saml",
      callbackUrl: "http://localhost:3000/login/callback",
      idpCert: process.env.SAML_IDP_CERT,
      wantAuthnResponseSigned: false,
    },
    (profile, done) => done(null, { name: profile.nameID }),
    (profile, done) => done(null, { name: profile.nameID }),
  ),
);

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(session({ secret: "local", resave: false, saveUninitialized: false, cookie: { maxAge: 86_400_000 } }));
app.use(passport.session());
app.get("/login", passport.authenticate("saml"));
app.post("/login/callback", passport.authenticate("saml"), (req, res) => res.redirect("/account"));
function ensureAuthenticated(req, res, next) {
  if (req.isAuthenticated()) next();
  else res.redirect("/login");
}
app.get("/account", ensureAuthenticated, (req, res) => res.send(\`Hello \${req.user.name}\`));
exports.app = app;
`,
  },
  code: 0,
  printed: [/✔ adele signs in/, /✔ works through an hour without Entra/],
};

/** As NestJS' generator writes it. */
export const nestManifest = {
  private: true,
  scripts: { test: "jest" },
  jest: {
    moduleFileExtensions: ["js", "json", "ts"],
    rootDir: "src",
    testRegex: ".*\\.spec\\.ts$",
    transform: { "^.+\\.(t|j)s$": "ts-jest" },
    testEnvironment: "node",
  },
};

/** A service of NestJS as its generator sets it up, which makes a client for each call. */
const nest: WalkProject = {
  manifest: nestManifest,
  packages: [
    "@azure/msal-node@3.8.1",
    "@nestjs/common@11.1.9",
    "@nestjs/core@11.1.9",
    "@nestjs/testing@11.1.9",
    "reflect-metadata@0.2.2",
    "rxjs@7.8.2",
    "jest@30.2.0",
    "ts-jest@29.4.5",
    "@types/jest@30.0.0",
    "@types/node@24.10.1",
    "typescript@5.9.3",
  ],
  files: {
    "tsconfig.json":
      '{ "compilerOptions": { "module": "nodenext", "target": "es2023", "esModuleInterop": true, "isolatedModules": true, "emitDecoratorMetadata": true, "experimentalDecorators": true, "strictNullChecks": true, "skipLibCheck": true, "outDir": "dist" } }\n',
    "src/settings.service.ts": `import { Injectable } from "@nestjs/common";

@Injectable()
export class SettingsService {
  get(name: string): string {
    return process.env[name] ?? "";
  }
}
`,
    "src/users.service.ts": `import { ConfidentialClientApplication } from "@azure/msal-node";
import { Injectable } from "@nestjs/common";
import { SettingsService } from "./settings.service";

@Injectable()
export class UsersService {
  constructor(private readonly settings: SettingsService) {}

  async list(): Promise<unknown> {
    const client = new ConfidentialClientApplication({
      auth: {
        clientId: this.settings.get("AZURE_CLIENT_ID"),
        authority: \`https://login.microsoftonline.com/\${this.settings.get("AZURE_TENANT_ID")}\`,
        clientSecret: this.settings.get("AZURE_CLIENT_SECRET"),
      },
    });
    const result = await client.acquireTokenByClientCredential({
      scopes: ["https://graph.microsoft.com/.default"],
    });
    const response = await fetch("https://graph.microsoft.com/v1.0/users", {
      headers: { authorization: \`Bearer \${result?.accessToken}\` },
    });
    return response.json();
  }
}
`,
    "src/app.module.ts": `import { Module } from "@nestjs/common";
import { SettingsService } from "./settings.service";
import { UsersService } from "./users.service";

@Module({ providers: [SettingsService, UsersService] })
export class AppModule {}
`,
    "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
void bootstrap();
`,
  },
  code: 1,
  printed: [/✓ list gets a token from Entra/, /toHaveKeptWorkingFromCache: cached-token: /],
};

/** By what they are. */
export const walkProjects: Readonly<Record<string, WalkProject>> = {
  "a React page on MSAL Browser 4, with Vite": react,
  "an Express app on MSAL Node 2, under Jest": express,
  "a Graph client on @azure/identity 3, under node:test": graph,
  "a nodenext TypeScript service on MSAL Node 3, under Vitest 3": nodenext,
  "a service of NestJS 11, under Jest": nest,
  "a SAML app on passport-saml, under Mocha": saml,
};
