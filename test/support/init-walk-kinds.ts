/** More real projects for the walk of `brownout init`: what a host, a route, a person or a certificate calls. */
import { nestManifest, type WalkProject } from "./init-walk-projects.ts";

/** A function with a timer, whose client proves itself by a certificate and lives as long as the worker. */
const timer: WalkProject = {
  manifest: { private: true, main: "src/functions/*.js" },
  packages: ["@azure/functions@4.16.5", "@azure/msal-node@5.1.0"],
  files: {
    "local.settings.json":
      '{ "IsEncrypted": false, "Values": { "TENANT_ID": "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11", "ORDERS_URL": "https://orders.example.com/v2" } }\n',
    "src/functions/nightly.js": `const { app } = require("@azure/functions");
const { ConfidentialClientApplication } = require("@azure/msal-node");

const privateKey = Buffer.from(process.env.CERT_KEY_BASE64, "base64").toString();
const client = new ConfidentialClientApplication({
  auth: {
    clientId: process.env.CLIENT_ID,
    authority: \`https://login.microsoftonline.com/\${process.env.TENANT_ID}\`,
    clientCertificate: { thumbprintSha256: process.env.CERT_THUMBPRINT, privateKey },
  },
});

async function nightly(timer, context) {
  if (timer.isPastDue) context.warn("late");
  const { accessToken } = await client.acquireTokenByClientCredential({ scopes: ["api://orders/.default"] });
  const response = await fetch(\`\${process.env.ORDERS_URL}/items\`, { headers: { authorization: \`Bearer \${accessToken}\` } });
  if (!response.ok) throw new Error(\`the orders answered \${response.status}\`);
}
app.timer("nightly", { schedule: "0 0 3 * * *", handler: nightly });
module.exports = { nightly };
`,
  },
  code: 0,
  printed: [/calls +src\/functions\/nightly\.js#nightly/, /✔ nightly works through half an hour/],
};

/** A function with a queue that makes a credential with its certificate for each message. */
const queue: WalkProject = {
  manifest: { private: true, type: "module", scripts: { test: "vitest" } },
  packages: [
    "@azure/functions@4.16.5",
    "@azure/identity@4.13.0",
    "vitest@4.0.18",
    "typescript@5.9.3",
  ],
  files: {
    "tsconfig.json":
      '{ "compilerOptions": { "module": "nodenext", "target": "es2023", "strict": true } }\n',
    "src/functions/invite.ts": `import { app, type InvocationContext } from "@azure/functions";
import { ClientCertificateCredential } from "@azure/identity";

export async function invite(message: unknown, context: InvocationContext): Promise<void> {
  const { TENANT_ID = "", CLIENT_ID = "", CERTIFICATE_FILE = "" } = process.env;
  const credential = new ClientCertificateCredential(TENANT_ID, CLIENT_ID, CERTIFICATE_FILE);
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  const response = await fetch("https://graph.microsoft.com/v1.0/invitations", {
    method: "POST",
    headers: { authorization: \`Bearer \${token}\`, "content-type": "application/json" },
    body: JSON.stringify(message),
  });
  context.log(response.status);
}
app.storageQueue("invite", { queueName: "invitations", connection: "AzureWebJobsStorage", handler: invite });
`,
  },
  code: 1,
  printed: [/✓ brownout\/sign-in\.test\.ts/, /toHaveKeptWorkingFromCache: cached-token: /],
};

/** An API whose only way in is a POST, and which also asks a host that is not Microsoft's. */
const postOnly: WalkProject = {
  manifest: { private: true, scripts: { test: "mocha" } },
  packages: ["@azure/identity@4.13.0", "express@5.1.0", "mocha@11.7.5", "supertest@7.1.4"],
  files: {
    ".mocharc.yml": "spec: test/**/*.js\nrequire: ./test/setup.js\n",
    "test/setup.js": "globalThis.isSetUp = true;\n",
    "src/app.js": `const express = require("express");
const { ClientSecretCredential } = require("@azure/identity");

if (globalThis.isSetUp !== true) throw new Error("not set up");
const app = express();
app.use(express.json());
const { TENANT_ID, CLIENT_ID, CLIENT_SECRET } = process.env;
const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET);
app.get("/health", (request, response) => response.send("ok"));
app.post("/invitations/:team", async (request, response) => {
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  await fetch("https://hooks.example.com/teams", { method: "POST", body: request.params.team });
  const invited = await fetch("https://graph.microsoft.com/v1.0/invitations", {
    method: "POST",
    headers: { authorization: \`Bearer \${token}\`, "content-type": "application/json" },
    body: JSON.stringify(request.body),
  });
  response.status(invited.status).send(await invited.json());
});
module.exports = { app };
`,
  },
  code: 0,
  printed: [/calls +src\/app\.js#POST \/invitations\/1/, /✔ POST \/invitations\/1 works through/],
};

/** A program for the command line that asks for a new code for each command. */
const deviceCode: WalkProject = {
  manifest: { private: true, type: "module", bin: "./cli.js" },
  packages: ["@azure/msal-node@3.8.1"],
  files: {
    "cli.js": 'import { unreadMail } from "./lib/mail.js";\nconsole.log(await unreadMail());\n',
    "lib/mail.js": `import { PublicClientApplication } from "@azure/msal-node";

const client = new PublicClientApplication({
  auth: {
    clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3",
    authority: "https://login.microsoftonline.com/organizations",
  },
});
const scopes = ["Mail.Read"];

async function token() {
  const [account] = await client.getTokenCache().getAllAccounts();
  if (account !== undefined) return (await client.acquireTokenSilent({ account, scopes })).accessToken;
  const result = await client.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: ({ message }) => console.error(message),
  });
  return result.accessToken;
}

export async function unreadMail() {
  const response = await fetch("https://graph.microsoft.com/v1.0/me/messages", {
    headers: { authorization: \`Bearer \${await token()}\` },
  });
  return (await response.json()).value?.length ?? 0;
}
`,
  },
  code: 0,
  printed: [
    /native: PublicClientApplication/,
    /✔ adele signs in to unreadMail/,
    /✔ unreadMail works/,
  ],
};

const nestPackages = [
  "@nestjs/common@11.1.9",
  "@nestjs/core@11.1.9",
  "@nestjs/platform-express@11.1.9",
  "@nestjs/testing@11.1.9",
  "reflect-metadata@0.2.2",
  "rxjs@7.8.2",
  "jest@30.2.0",
  "ts-jest@29.4.5",
  "supertest@7.1.4",
  "@types/jest@30.0.0",
  "@types/node@24.10.1",
  "@types/express@5.0.5",
  "@types/express-session@1.18.2",
  "@types/supertest@6.0.3",
  "typescript@5.9.3",
];
const nestCompiler =
  '{ "compilerOptions": { "module": "nodenext", "target": "es2023", "esModuleInterop": true, "isolatedModules": true, "emitDecoratorMetadata": true, "experimentalDecorators": true, "strictNullChecks": true, "skipLibCheck": true, "outDir": "dist" } }\n';

/** A web app of NestJS that redeems codes and keeps people signed in by its session. */
const nestWeb: WalkProject = {
  manifest: nestManifest,
  packages: [...nestPackages, "@azure/msal-node@3.8.1", "express-session@1.18.2"],
  files: {
    "tsconfig.json": nestCompiler,
    "src/auth.controller.ts": `import { ConfidentialClientApplication } from "@azure/msal-node";
import { Controller, Get, Query, Redirect, Req, UnauthorizedException } from "@nestjs/common";
import type { Request } from "express";

declare module "express-session" {
  interface SessionData {
    name?: string;
  }
}

const redirectUri = "http://localhost:3000/auth/redirect";
const scopes = ["User.Read"];

@Controller("auth")
export class AuthController {
  private readonly client = new ConfidentialClientApplication({
    auth: {
      clientId: process.env.CLIENT_ID ?? "",
      authority: \`https://login.microsoftonline.com/\${process.env.TENANT_ID}\`,
      clientSecret: process.env.CLIENT_SECRET,
    },
  });

  @Get("signin")
  @Redirect()
  async signIn() {
    return { url: await this.client.getAuthCodeUrl({ scopes, redirectUri }) };
  }

  @Get("redirect")
  @Redirect("/auth/profile")
  async answer(@Query("code") code: string, @Req() request: Request) {
    const { account } = await this.client.acquireTokenByCode({ code, scopes, redirectUri });
    request.session.name = account?.name;
  }

  @Get("profile")
  profile(@Req() request: Request) {
    if (request.session.name === undefined) throw new UnauthorizedException();
    return \`Hello \${request.session.name}\`;
  }
}
`,
    "src/app.module.ts": `import { Module } from "@nestjs/common";
import { AuthController } from "./auth.controller";

@Module({ controllers: [AuthController] })
export class AppModule {}
`,
    "src/configure.ts": `import type { INestApplication } from "@nestjs/common";
import session from "express-session";

export function configure(app: INestApplication): void {
  const secret = process.env.SESSION_SECRET ?? "";
  app.use(session({ secret, resave: false, saveUninitialized: false }));
}
`,
    "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
import { configure } from "./configure";

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  configure(app);
  await app.listen(process.env.PORT ?? 3000);
}
void bootstrap();
`,
  },
  code: 0,
  printed: [/sign-in +GET \/auth\/signin/, /✓ adele signs in/, /✓ works through an hour/],
};

/** An API of NestJS whose only route needs a body. */
const nestPost: WalkProject = {
  manifest: nestManifest,
  packages: [...nestPackages, "@azure/identity@4.13.0"],
  files: {
    "tsconfig.json": nestCompiler,
    "src/secrets.controller.ts": `import { ClientSecretCredential } from "@azure/identity";
import { Body, Controller, Post } from "@nestjs/common";

const { TENANT_ID = "", CLIENT_ID = "", CLIENT_SECRET = "" } = process.env;
const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET);

@Controller({ path: "secrets" })
export class SecretsController {
  @Post(":name/rotate")
  async rotate(@Body() body: { length?: number }) {
    const { expiresOnTimestamp } = await credential.getToken("https://vault.azure.net/.default");
    return { length: body.length ?? 32, expiresOnTimestamp };
  }
}
`,
    "src/app.module.ts": `import { Module } from "@nestjs/common";
import { SecretsController } from "./secrets.controller";

@Module({ controllers: [SecretsController] })
export class AppModule {}
`,
    "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";

void NestFactory.create(AppModule).then((app) => app.listen(3000));
`,
  },
  code: 0,
  printed: [
    /calls +src\/secrets\.controller\.ts#POST \/secrets\/1\/rotate/,
    /✓ POST \/secrets\/1\/rotate works/,
  ],
};

/** An app of Next.js whose sign-in button is a form, as Auth.js documents it. */
const next: WalkProject = {
  manifest: { private: true, scripts: { dev: "next dev", build: "next build" } },
  packages: [
    "next@16.4.6",
    "next-auth@5.0.0-beta.32",
    "react@19.3.1",
    "react-dom@19.3.1",
    "typescript@6.0.3",
    "@types/node@24.19.2",
    "@types/react@19.3.3",
  ],
  files: {
    "auth.ts": `import NextAuth from "next-auth";
import MicrosoftEntraID from "next-auth/providers/microsoft-entra-id";

export const { handlers, auth, signIn } = NextAuth({
  providers: [
    MicrosoftEntraID({
      clientId: process.env.AUTH_MICROSOFT_ENTRA_ID_ID,
      clientSecret: process.env.AUTH_MICROSOFT_ENTRA_ID_SECRET,
      issuer: process.env.AUTH_MICROSOFT_ENTRA_ID_ISSUER,
    }),
  ],
});
`,
    ".env.local":
      "AUTH_SECRET=of-this-machine\nAUTH_MICROSOFT_ENTRA_ID_ID=0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3\nAUTH_MICROSOFT_ENTRA_ID_SECRET=a-real-one\nAUTH_MICROSOFT_ENTRA_ID_ISSUER=https://login.microsoftonline.com/7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11/v2.0\n",
    "app/api/auth/[...nextauth]/route.ts": `import { handlers } from "../../../../auth";

export const { GET, POST } = handlers;
`,
    "app/layout.tsx": `import type { ReactNode } from "react";

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
`,
    "app/page.tsx": `import { auth, signIn } from "../auth";

async function begin() {
  "use server";
  await signIn("microsoft-entra-id");
}

export default async function Page() {
  const session = await auth();
  if (session !== null) return <h1>Hello {session.user?.name}</h1>;
  return (
    <form action={begin}>
      <button type="submit">Sign in with Microsoft</button>
    </form>
  );
}
`,
  },
  code: 0,
  printed: [/next: MicrosoftEntraID in auth\.ts:2/, /✔ adele signs in/, /✔ works through an hour/],
};

/** By what they are. */
export const kindProjects: Readonly<Record<string, WalkProject>> = {
  "an Azure Function with a timer and a certificate, under node:test": timer,
  "an Azure Function with a queue and a certificate, under Vitest 4": queue,
  "an Express API with a POST route alone, under Mocha": postOnly,
  "a program with a device code, under node:test": deviceCode,
  "a web app of NestJS 11, under Jest": nestWeb,
  "an app of Next.js 16 with Auth.js 5": next,
  "an API of NestJS 11 with a POST route alone, under Jest": nestPost,
};
