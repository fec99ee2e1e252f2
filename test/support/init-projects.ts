/** Small projects, as data, with what `brownout init` finds and writes in each. */

/** The tenant of the projects. */
export const tenant = "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11";
/** Their client id. */
export const clientId = "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3";

/** A project, and what init makes of it. */
export interface InitProject {
  readonly manifest: object;
  readonly files: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  /** Of what is printed. */
  readonly found: readonly (string | RegExp)[];
  /** Parts of the files that are written. */
  readonly written: Readonly<Record<string, readonly (string | RegExp)[]>>;
  readonly script: string;
}

/** A module of a Graph client, in TypeScript. */
export const secretCredential = `import { ClientSecretCredential } from "@azure/identity";
const { TENANT_ID, CLIENT_ID: id } = process.env;
const credential = new ClientSecretCredential(TENANT_ID!, id!, process.env.CLIENT_SECRET!);
export async function listUsers() {
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  return fetch("https://graph.microsoft.com/v1.0/users", { headers: { authorization: token } });
}
`;

const msalDaemon = `const msal = require("@azure/msal-node");
const config = {
  auth: {
    clientId: process.env.CLIENT_ID,
    authority: process.env.AAD_ENDPOINT + process.env.TENANT_ID,
    clientSecret: process.env.CLIENT_SECRET,
  },
};
const tokenRequest = { scopes: ["api://orders/.default"] };
const cca = new msal.ConfidentialClientApplication(config);
async function getToken() {
  return cca.acquireTokenByClientCredential(tokenRequest);
}
async function loadOrders() {
  const { accessToken } = await getToken();
  return fetch("https://orders.contoso.example/", { headers: { authorization: accessToken } });
}
module.exports = { cca, loadOrders };
`;

const spa = (redirectUri: string): string => `export const msalConfig = {
  auth: { clientId: "${clientId.toUpperCase()}", authority: "https://login.microsoftonline.com/${tenant}", redirectUri: ${redirectUri} },
};
export const loginRequest = { scopes: ["User.Read", "openid", "api://orders/Orders.Read"] };
`;

/** By the title of the test. */
export const initProjects: Readonly<Record<string, InitProject>> = {
  "a Graph client on @azure/identity, TypeScript under Vitest": {
    manifest: { type: "module", devDependencies: { vitest: "3.2.4" } },
    files: {
      "src/graph.ts": secretCredential,
      "src/index.ts": 'import { listUsers } from "./graph.js";\nawait listUsers();\n',
      ".env": `TENANT_ID=${tenant}\nCLIENT_ID=${clientId}\nCLIENT_SECRET=not~for~tests\n`,
    },
    found: [/job: ClientSecretCredential in src\/graph\.ts:3/, "src/graph.ts#listUsers", clientId],
    written: {
      "brownout/world.ts": [
        'import { createWorld } from "brownout";',
        `CLIENT_ID: "${clientId}"`,
        'CLIENT_SECRET: "fixture-secret-of-daemon"',
        `tenant: "${tenant}"`,
        'kind: "daemon"',
      ],
      "brownout/sign-in.test.ts": [
        'import { useEntra } from "brownout/vitest";',
        'import { world } from "./world.js";',
        'useEntra({ world, mount: "https" })',
        'const { listUsers } = await import("../src/graph.js");',
        'expect(entra).toHaveRequested("token");',
      ],
      "brownout/outage.test.ts": ["expect(entra).toHaveKeptWorkingFromCache();"],
    },
    script: "vitest run brownout/ --testTimeout=60000",
  },
  "a daemon on MSAL Node, CommonJS under Jest": {
    manifest: { scripts: { test: "jest" }, devDependencies: { jest: "29.7.0" } },
    files: { "lib/orders.js": msalDaemon },
    found: [/job: ConfidentialClientApplication in lib\/orders\.js:10/, "lib/orders.js#loadOrders"],
    written: {
      "brownout/world.js": [
        'const { createWorld } = require("brownout");',
        'AAD_ENDPOINT: "https://login.microsoftonline.com/"',
        'identifierUri: "api://orders"',
        'hosts: ["orders.contoso.example"]',
        "module.exports = { world };",
      ],
      "brownout/sign-in.test.js": [
        'const { expectEntra, useEntra } = require("brownout/jest");',
        'const { loadOrders } = require("../lib/orders.js");',
        "expectEntra(entra).toHaveRequested",
      ],
    },
    script: "jest brownout/ --testTimeout=60000",
  },
  "Jest with its root in src, as NestJS sets it up": {
    manifest: {
      devDependencies: { jest: "30.2.0", "ts-jest": "29.4.0" },
      jest: { rootDir: "src", testRegex: ".*\\.spec\\.ts$" },
    },
    files: { "src/graph.ts": secretCredential },
    found: ["src/graph.ts#listUsers"],
    written: {
      "src/brownout/sign-in.spec.ts": [
        'import { expectEntra, useEntra } from "brownout/jest";',
        'from "./world";',
        'const { listUsers } = require("../graph") as typeof import("../graph");',
      ],
    },
    script: "jest src/brownout/ --testTimeout=60000",
  },
  "Vitest with an include of its own": {
    manifest: { type: "module", devDependencies: { vitest: "4.0.0" } },
    files: {
      "graph.js": secretCredential.replaceAll("!", ""),
      "vitest.config.js":
        'import { defineConfig } from "vitest/config";\nexport default defineConfig({ test: { include: ["test/**/*.spec.js"] } });\n',
    },
    found: ["graph.js#listUsers"],
    written: { "test/brownout/sign-in.spec.js": ['await import("../../graph.js");'] },
    script: "vitest run test/brownout/ --testTimeout=60000",
  },
  "a job under node:test with TypeScript that Node runs as it is": {
    manifest: { type: "module", scripts: { test: "node --test" } },
    files: {
      "job.ts": 'export { listUsers } from "./graph.ts";\n',
      "graph.ts": secretCredential,
    },
    found: ["node-test"],
    written: {
      "brownout/sign-in.test.ts": [
        'import { test } from "node:test";',
        'import { world } from "./world.ts";',
        'await import("../graph.ts");',
      ],
    },
    script: "node --test brownout/sign-in.test.ts brownout/outage.test.ts",
  },
  "a managed identity under Mocha, in a module of a CommonJS package": {
    manifest: { devDependencies: { mocha: "11.0.0" }, scripts: { test: "mocha" } },
    files: {
      "job.mjs": `import { DefaultAzureCredential } from "@azure/identity";
const credential = new DefaultAzureCredential();
export class Vault {
  #cache;
  async readSecret() {
    return credential.getToken("https://vault.azure.net/.default");
  }
}
`,
    },
    found: ["managed-identity: DefaultAzureCredential in job.mjs:2", "job.mjs#Vault.readSecret"],
    written: {
      "brownout/world.mjs": [
        'import { contoso } from "brownout";',
        "export const world = contoso;",
      ],
      "brownout/outage.test.mjs": [
        'describe("without a tenant", () => {',
        'useEntra({ world, machine: "web-vm" })',
        "const app = new Vault();",
        '"readSecret", () => app.readSecret()',
        'entra.outage("identity-endpoint-down", { for: "1h" });',
      ],
    },
    script:
      "mocha --timeout 60000 brownout/sign-in.test.mjs && mocha --timeout 60000 brownout/outage.test.mjs",
  },
  "a React page on MSAL Browser": {
    manifest: {
      type: "module",
      scripts: { dev: "vite --port 3001" },
      devDependencies: { "@playwright/test": "1.59.0", vite: "7.0.0" },
    },
    files: {
      "src/auth.ts": spa("`${window.location.origin}/redirect.html`"),
      "src/main.tsx": `import { PublicClientApplication } from "@azure/msal-browser";
import { msalConfig } from "@/auth";
export const app = new PublicClientApplication(msalConfig);
export const Header = () => <Menu title="Sign In"><Item as="button" onClick={() => app.loginPopup()}>Sign in using Popup</Item></Menu>;
`,
    },
    found: ["page: PublicClientApplication in src/main.tsx:3", clientId, "http://localhost:3001"],
    written: {
      "brownout/world.ts": [
        'redirectUris: ["http://localhost:3001/redirect.html", "http://localhost:3001/"]',
        'scopes: ["User.Read", "api://orders/Orders.Read"]',
      ],
      "brownout/open-app.ts": [
        'page.getByRole("button", { name: "Sign In" })',
        'page.getByRole("button", { name: "Sign in using Popup" })',
      ],
      "brownout/playwright.config.ts": ['command: "npm run dev"', 'url: "http://localhost:3001"'],
      "brownout/outage.spec.ts": ["expect(entra).toPassAllRules();"],
    },
    script: "playwright test --config=brownout/playwright.config.ts",
  },
  "an Angular page with pnpm, whose configuration comes through a factory": {
    manifest: { scripts: { start: "ng serve" }, dependencies: { "@angular/core": "20.0.0" } },
    files: {
      "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
      "src/environments/environment.ts": `export const environment = { msalConfig: { auth: { clientId: "${clientId}", authority: "https://login.microsoftonline.com/common" } } };\n`,
      "src/app/app.config.ts": `import { PublicClientApplication } from "@azure/msal-browser";
import { environment } from "../environments/environment";
export function MSALInstanceFactory() {
  return new PublicClientApplication({ auth: { clientId: environment.msalConfig.auth.clientId, authority: environment.msalConfig.auth.authority, redirectUri: "/" } });
}
`,
      "src/app/app.component.html":
        '<button mat-raised-button *ngIf="!loginDisplay && ready > 0" (click)="login()">\n  Login\n</button>\n',
    },
    found: ["page: PublicClientApplication in src/app/app.config.ts:4", "http://localhost:4200"],
    written: {
      "brownout/world.ts": ["multiTenant: true", 'redirectUris: ["http://localhost:4200/"]'],
      "brownout/open-app.ts": ['page.getByRole("button", { name: "Login" })'],
      "brownout/playwright.config.ts": ['command: "pnpm run start"'],
    },
    script: "brownout with-node playwright test --config=brownout/playwright.config.ts",
  },
  "a Vue page that signs in when it is opened": {
    manifest: { type: "module", scripts: { dev: "vite" } },
    files: {
      "src/App.vue": `<template><p>Hello</p></template>
<script setup lang="ts">
import { PublicClientApplication, type Configuration } from "@azure/msal-browser";
const config: Configuration = { auth: { clientId: "${clientId}", authority: import.meta.env.VITE_AUTHORITY } };
const app = await PublicClientApplication.createPublicClientApplication(config);
</script>
`,
    },
    found: ["page: PublicClientApplication in src/App.vue:5", "no sign-in button was found"],
    written: {
      "brownout/playwright.config.js": [
        /VITE_AUTHORITY: "https:\/\/login\.microsoftonline\.com\/[\da-f-]{36}"/,
      ],
      "brownout/open-app.js": ["/(sign|log) ?in/i"],
    },
    script: "playwright test --config=brownout/playwright.config.js",
  },
  "an Express app on MSAL Node with routers, under Jest": {
    manifest: {
      scripts: { test: "jest" },
      devDependencies: { jest: "29.7.0", supertest: "7.1.4" },
    },
    files: {
      ".env": "REDIRECT_URI=http://localhost:3000/auth/redirect\n",
      "app.js": `const express = require("express");
const app = express();
app.use(session({ secret: process.env.SESSION_SECRET }));
const auth = require("./routes/auth");
app.use("/auth", auth.router);
app.get("/", (req, res) => res.send("Hello"));
app.get("/users/profile", isAuthenticated, async (req, res) => res.send(await acquireToken(req)));
app.get("/users/:id", isAuthenticated, show);
module.exports = app;
`,
      "routes/auth.js": `const { ConfidentialClientApplication } = require("@azure/msal-node");
const router = require("express").Router();
const client = new ConfidentialClientApplication({ auth: { clientId: process.env.CLIENT_ID, clientSecret: process.env.CLIENT_SECRET, authority: "https://login.microsoftonline.com/${tenant}" } });
router.get("/redirect", async (req) => client.acquireTokenByCode({ code: req.query.code, redirectUri: process.env.REDIRECT_URI, scopes: ["User.Read"] }));
router.get("/signin", async (req, res) => res.redirect(await client.getAuthCodeUrl({ redirectUri: process.env.REDIRECT_URI })));
module.exports = { router };
`,
    },
    found: ["web: ConfidentialClientApplication in routes/auth.js:3", "app.js#default"],
    written: {
      "brownout/world.js": [
        'kind: "web"',
        'redirectUris: ["http://localhost:3000/auth/redirect"]',
        'users: ["adele", "megan"]',
        'CLIENT_SECRET: "fixture-secret-of-web"',
        'SESSION_SECRET: "fixture-session-secret"',
      ],
      "brownout/sign-in.test.js": [
        'const request = require("supertest");',
        'const { useEntra } = require("brownout/jest");',
        'const app = require("../app.js");',
        'await entra.signIn("adele", agent, "/auth/signin");',
        'await agent.get("/users/profile").expect(200);',
      ],
      "brownout/outage.test.js": ["expectEntra(entra).toHaveKeptWorkingFromCache();"],
    },
    script: "jest brownout/ --testTimeout=60000",
  },
  "an Express app whose page uses the token that another route has put into the session": {
    manifest: {
      scripts: { test: "jest" },
      devDependencies: { jest: "29.7.0", supertest: "7.1.4" },
    },
    files: {
      "app.js": `const express = require("express");
const provider = require("./provider");
const app = express();
app.get("/auth/signin", provider.login({ redirectUri: "http://localhost:3000/auth/redirect" }));
app.get("/auth/acquireToken", provider.acquireToken({ scopes: ["User.Read"], successRedirect: "/users/profile" }));
app.get("/users/profile", isAuthenticated, async (req, res) => res.send(await fetch(ME, req.session.accessToken)));
module.exports = app;
`,
      "provider.js": `const msal = require("@azure/msal-node");
const client = new msal.ConfidentialClientApplication({ auth: { clientId: "${clientId}", clientSecret: process.env.CLIENT_SECRET, authority: "https://login.microsoftonline.com/${tenant}" } });
exports.login = (options) => async (req, res) => res.redirect(await client.getAuthCodeUrl(options));
exports.acquireToken = (options) => async (req, res) => {
  req.session.accessToken = (await client.acquireTokenSilent(options)).accessToken;
  res.redirect(options.successRedirect);
};
exports.handleRedirect = (req) => client.acquireTokenByCode({ code: req.body.code });
`,
    },
    found: ["GET /users/profile (after GET /auth/acquireToken, which gets its token)"],
    written: {
      "brownout/sign-in.test.js": [
        'await agent.get("/auth/acquireToken").redirects(1).expect(200);\n  await agent.get("/users/profile").expect(200);',
      ],
      "brownout/outage.test.js": [
        'entra.operate("load /users/profile", () => agent.get("/auth/acquireToken").redirects(1))',
      ],
    },
    script: "jest brownout/ --testTimeout=60000",
  },
  "a SAML app that a function makes, under Mocha": {
    manifest: { type: "module", devDependencies: { mocha: "11.7.5", supertest: "7.1.4" } },
    files: {
      "src/app.js": `import express from "express";
import { MultiSamlStrategy } from "@node-saml/passport-saml";
export function createApp() {
  const app = express();
  passport.use(new MultiSamlStrategy({ entryPoint: process.env.ENTRY_POINT, issuer: "urn:expenses", callbackUrl: \`\${process.env.BASE_URL ?? "http://localhost:8080"}/acs\`, idpCert: process.env.IDP_CERT }, verify));
  app.get("/", start);
  app.get("/login", passport.authenticate("saml"));
  app.post("/acs", passport.authenticate("saml"));
  return app;
}
`,
    },
    found: ["saml: MultiSamlStrategy in src/app.js:5", "GET /login", "no page found"],
    written: {
      "brownout/world.js": [
        'import { createWorld, samlSettings } from "brownout";',
        /ENTRY_POINT: "https:\/\/login\.microsoftonline\.com\/[\da-f-]{36}\/saml2"/,
        'identifiers: ["urn:expenses"]',
        'replyUrls: ["http://localhost:8080/acs"]',
        "process.env.IDP_CERT = samlSettings(world).idpCert;",
      ],
      "brownout/outage.test.js": [
        'import request from "supertest";',
        'const { createApp } = await import("../src/app.js");',
        "const app = createApp();",
        'await entra.signIn("megan", request.agent(app), "/login");',
      ],
    },
    script:
      "mocha --timeout 60000 brownout/sign-in.test.js && mocha --timeout 60000 brownout/outage.test.js",
  },
};
