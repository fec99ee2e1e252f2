/** Projects whose clients get their settings through functions, classes and checks, with what `brownout init` makes of each. */
import { clientId, type InitProject, tenant } from "./init-projects.ts";

const environment = `TENANT_ID=${tenant}\nCLIENT_ID=${clientId}\nCLIENT_SECRET=not~for~tests\n`;

const registered = [`clientId: "${clientId}"`, `tenant: "${tenant}"`];

/** By the title of the test. */
export const configuredProjects: Readonly<Record<string, InitProject>> = {
  "a client of what a function is given and a variable keeps, as in Graph's tutorial": {
    manifest: { type: "module", scripts: { test: "node --test" } },
    files: {
      ".env": environment,
      "settings.js":
        "export const settings = { id: process.env.CLIENT_ID, tenant: process.env.TENANT_ID, secret: process.env.CLIENT_SECRET };\n",
      "graph.js": `import { ClientSecretCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
let _settings;
let credential;
export function initialize(settings) {
  _settings = settings;
  credential = new ClientSecretCredential(_settings.tenant, _settings.id, _settings.secret);
}
export async function getToken() {
  return credential.getToken("https://graph.microsoft.com/.default");
}
export const getUsers = (client) => client.api("/users").top(25).get();
`,
      "report.js": `import { getToken, initialize } from "./graph.js";
import { settings } from "./settings.js";
export async function report() {
  initialize(settings);
  return getToken();
}
`,
    },
    found: ["calls        report.js#report (--call takes another: graph.js#getToken)"],
    written: {
      "brownout/world.js": registered,
      "brownout/outage.test.js": [
        'entra.api("https://graph.microsoft.com/v1.0/users", { value: [] });',
      ],
    },
    script: "node --test brownout/sign-in.test.js brownout/outage.test.js",
  },
  "a class whose settings a schema has checked, with a certificate and an API of variables": {
    manifest: { type: "module", devDependencies: { vitest: "3.2.7" } },
    files: {
      ".env": `${environment}CERT_FILE=./private.key\nCRM_URL=https://fabrikam.crm4.dynamics.com\n`,
      "src/config.ts": `import { z } from "zod";
const env = z.object({}).parse(process.env);
export const config = { id: env.CLIENT_ID, tenant: env.TENANT_ID, thumbprint: env.CERT_THUMB, keyFile: env.CERT_FILE, crm: env.CRM_URL.replace(/\\/$/, "") };
`,
      "src/tokens.ts": `import { ConfidentialClientApplication } from "@azure/msal-node";
import { readFileSync } from "node:fs";
import { config as defaults } from "./config.js";
export class Tokens {
  readonly #client: ConfidentialClientApplication;
  readonly #scopes: string[];
  constructor(config = defaults) {
    const clientCertificate = { thumbprint: config.thumbprint, privateKey: readFileSync(config.keyFile, "utf8") };
    const settings = { auth: { clientId: config.id, authority: \`https://login.microsoftonline.com/\${config.tenant}\`, clientCertificate } };
    this.#client = new ConfidentialClientApplication(settings);
    this.#scopes = [\`\${config.crm}/.default\`];
  }
  async get() {
    return this.#client.acquireTokenByClientCredential({ scopes: this.#scopes });
  }
}
`,
      "src/crm.ts": `import { config } from "./config.js";
import { Tokens } from "./tokens.js";
export class Crm {
  constructor(private readonly tokens = new Tokens(), private readonly base = config.crm) {}
  async accounts() {
    return this.load("/accounts");
  }
  private async load(path: string) {
    return fetch(this.base + path, { headers: { authorization: (await this.tokens.get())!.accessToken } });
  }
}
`,
    },
    found: ["job: ConfidentialClientApplication in src/tokens.ts:10"],
    written: {
      "brownout/world.ts": [
        ...registered,
        'CRM_URL: "https://crm.contoso.example"',
        "CERT_THUMB: certificate.thumbprint",
        "CERT_FILE: certificate.file",
        'identifierUri: "https://crm.contoso.example"',
        'hosts: ["crm.contoso.example"]',
      ],
    },
    script: "vitest run brownout/ --testTimeout=60000",
  },
  "a service of NestJS with settings of their own names, and a scope from the environment": {
    manifest: {
      type: "module",
      dependencies: { "@nestjs/core": "^11.1.0" },
      devDependencies: { vitest: "^5.0.0" },
    },
    files: {
      "vitest.config.ts": `import { defineConfig } from "vitest/config";
export default defineConfig({ test: { include: ["src/**/*.spec.ts", "test/**/*.e2e-spec.ts"] } });
`,
      ".env": `${environment}STOCK_URL=https://stock.internal.example\nSTOCK_SCOPE=api://fabrikam-stock/.default\n`,
      "src/config.ts": `import { registerAs } from "@nestjs/config";
export const entra = registerAs("entra", () => ({ clientId: process.env.CLIENT_ID!, clientSecret: process.env.CLIENT_SECRET! }));
export default () => ({ directory: { tenant: process.env.TENANT_ID } });
`,
      "src/stock.service.ts": `import { ConfidentialClientApplication } from "@azure/msal-node";
import { HttpService } from "@nestjs/axios";
import { Inject, Injectable } from "@nestjs/common";
import { ConfigService, type ConfigType } from "@nestjs/config";
import { entra } from "./config.js";
@Injectable()
export class StockService {
  private readonly client: ConfidentialClientApplication;
  constructor(@Inject(entra.KEY) settings: ConfigType<typeof entra>, private readonly config: ConfigService, private readonly http: HttpService) {
    const { clientId, clientSecret } = settings;
    this.client = new ConfidentialClientApplication({
      auth: { clientId, clientSecret, authority: "https://login.microsoftonline.com/" + config.get("directory.tenant") },
    });
  }
  async list(id = "17") {
    const accessToken = await this.tokenFor(process.env.STOCK_SCOPE!);
    return this.http.get(\`\${process.env.STOCK_URL}/items/\${id}\`, { headers: { authorization: accessToken } });
  }
  private async tokenFor(scope: string) {
    return (await this.client.acquireTokenByClientCredential({ scopes: [scope] }))!.accessToken;
  }
}
`,
      "src/app.module.ts": `import { Module } from "@nestjs/common";
import { StockService } from "./stock.service.js";
@Module({ providers: [StockService] })
export class AppModule {}
`,
    },
    found: ["src/stock.service.ts#StockService.list"],
    written: {
      "test/brownout/world.ts": [
        ...registered,
        'STOCK_SCOPE: "api://fabrikam-stock/.default"',
        'STOCK_URL: "https://stock.contoso.example"',
        'identifierUri: "api://fabrikam-stock"',
        'hosts: ["stock.contoso.example"]',
      ],
      "test/brownout/sign-in.e2e-spec.ts": ["../../src/app.module.js"],
    },
    script: "vitest run test/brownout/ --testTimeout=60000",
  },
  "a SAML app whose certificate is a file and whose strategy is given its settings": {
    manifest: { devDependencies: { mocha: "10.8.2", supertest: "7.1.4" } },
    files: {
      "app.js": `const express = require("express");
const passport = require("passport");
const config = require("./config");
const app = express();
require("./passport")(passport, config);
const signedIn = (req, res, next) => (req.isAuthenticated() ? next() : res.redirect("/login"));
app.get("/", (req, res) => (req.isAuthenticated() ? res.redirect("/expenses") : res.send("Hello")));
app.get("/login", passport.authenticate("saml"));
app.post("/login/callback", passport.authenticate("saml"));
app.get("/expenses", signedIn, show);
module.exports = app;
`,
      "config.js": `const fs = require("fs");
const path = require("path");
module.exports = {
  saml: {
    entryPoint: process.env.SAML_ENTRY_POINT,
    issuer: "urn:expenses",
    callbackUrl: "http://localhost:3000/login/callback",
    cert: fs.readFileSync(path.resolve(process.env.SAML_CERT || "./idp.pem"), "utf8"),
  },
};
`,
      "passport.js": `const { Strategy: AzureStrategy } = require("@node-saml/passport-saml");
module.exports = function (passport, config) {
  passport.use(new AzureStrategy(config.saml, verify));
};
`,
    },
    found: ["saml: Strategy in passport.js:3", "then         GET /expenses"],
    written: {
      "brownout/world.js": [
        'process.env.SAML_CERT = join(mkdtempSync(join(tmpdir(), "brownout-")), "entra.pem");\n' +
          "writeFileSync(process.env.SAML_CERT, samlSettings(world).idpCert);",
      ],
    },
    script:
      "mocha --timeout 60000 brownout/sign-in.test.js && mocha --timeout 60000 brownout/outage.test.js",
  },
};
