/** Projects whose framework makes or calls the code that signs in, with what `brownout init` makes of each. */
import { clientId, type InitProject, tenant } from "./init-projects.ts";

/** A service of NestJS that is given its settings by the container. */
export const nestService = `import { ConfidentialClientApplication } from "@azure/msal-node";
import { Injectable } from "@nestjs/common";
import { ConfigService } from "@nestjs/config";
@Injectable()
export class StockService {
  private readonly client: ConfidentialClientApplication;
  constructor(config: ConfigService) {
    this.client = new ConfidentialClientApplication({
      auth: {
        authority: \`https://login.microsoftonline.com/\${config.getOrThrow("TENANT_ID")}\`,
        clientId: config.getOrThrow<string>("CLIENT_ID"),
        clientSecret: config.get("CLIENT_SECRET"),
      },
    });
  }
  async onModuleInit() {
    await fetch("https://stock.contoso.example/health");
  }
  async list() {
    const result = await this.client.acquireTokenByClientCredential({ scopes: ["api://stock/.default"] });
    return fetch("https://stock.contoso.example/items", { headers: { authorization: result!.accessToken } });
  }
}
`;

const nestModules = (ending: string): Readonly<Record<string, string>> => ({
  "src/stock/stock.module.ts": `import { Module } from "@nestjs/common";
import { StockService } from "./stock.service${ending}";
@Module({ providers: [StockService], exports: [StockService] })
export class StockModule {}
`,
  "src/root.module.ts": `import { Module } from "@nestjs/common";
import { ConfigModule } from "@nestjs/config";
import { StockModule } from "./stock/stock.module${ending}";
@Module({ imports: [ConfigModule.forRoot({ isGlobal: true }), StockModule] })
export class RootModule {}
`,
  "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { RootModule } from "./root.module${ending}";
async function bootstrap() {
  const app = await NestFactory.create(RootModule);
  await app.listen(3000);
}
void bootstrap();
`,
});

const functionsSource = `import { app, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { ClientSecretCredential } from "@azure/identity";
const { TENANT_ID = "", CLIENT_ID = "", CLIENT_SECRET: secret = "" } = process.env;
const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, secret);
export async function listUsers(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  const response = await fetch("https://graph.microsoft.com/v1.0/users", { headers: { authorization: token } });
  return { status: response.status, jsonBody: await response.json() };
}
export async function addUser(request: HttpRequest): Promise<HttpResponseInit> {
  return { jsonBody: await request.json() };
}
app.http("add-user", { methods: ["POST"], handler: addUser });
app.http("list-users", { methods: ["GET", "POST"], route: "v1/users/{id?}", handler: listUsers });
`;

const localSettings = JSON.stringify({
  IsEncrypted: false,
  Values: { TENANT_ID: tenant, CLIENT_ID: clientId, CLIENT_SECRET: "not~for~tests", PORT: 7071 },
});

/** By the title of the test. */
export const frameworkProjects: Readonly<Record<string, InitProject>> = {
  "a service of NestJS under Vitest 3, whose client is configured in its constructor": {
    manifest: {
      type: "module",
      dependencies: { "@nestjs/core": "^11.1.0" },
      devDependencies: { vitest: "^3.2.4" },
    },
    files: {
      "src/stock/stock.service.ts": nestService,
      ...nestModules(".js"),
      ".env": `TENANT_ID=${tenant}\nCLIENT_ID=${clientId}\n`,
    },
    found: [
      /job: ConfidentialClientApplication in src\/stock\/stock\.service\.ts:8/,
      "src/stock/stock.service.ts#StockService.list",
      "Vitest 3 gives constructors of NestJS no services without unplugin-swc",
      "npm install --save-dev @nestjs/testing",
    ],
    written: {
      "brownout/world.ts": [`CLIENT_ID: "${clientId}"`, 'identifierUri: "api://stock"'],
      "brownout/outage.test.ts": [
        'import { Test, type TestingModule } from "@nestjs/testing";',
        'import { afterEach, expect, test } from "vitest";',
        "let app: TestingModule | undefined;\nafterEach(() => app?.close());\n",
        'const { RootModule } = await import("../src/root.module.js");',
        'const { StockService } = await import("../src/stock/stock.service.js");',
        "app = await Test.createTestingModule({ imports: [RootModule] }).compile();",
        "await app.init();",
        "const service = app.get(StockService, { strict: false });",
        'await entra.operate("list", () => service.list());',
      ],
    },
    script: "vitest run brownout/ --testTimeout=60000",
  },
  "an Azure Function in TypeScript under Vitest": {
    manifest: {
      type: "module",
      dependencies: { "@azure/functions": "^4.0.0" },
      devDependencies: { vitest: "5.1.1" },
    },
    files: { "src/functions/users.ts": functionsSource, "local.settings.json": localSettings },
    found: [
      /job: ClientSecretCredential in src\/functions\/users\.ts:4/,
      /client id +0f4b2c6e/,
      /calls +src\/functions\/users\.ts#listUsers /,
    ],
    written: {
      "brownout/world.ts": [`TENANT_ID: "${tenant}"`, 'CLIENT_SECRET: "fixture-secret-of-daemon"'],
      "brownout/outage.test.ts": [
        'import { HttpRequest, InvocationContext } from "@azure/functions";',
        'const { listUsers } = await import("../src/functions/users.js");',
        'new HttpRequest({ method: "GET", url: "http://localhost:7071/api/v1/users" }),',
        'new InvocationContext({ functionName: "list-users" }),',
        'await entra.operate("listUsers", invoke);',
      ],
    },
    script: "vitest run brownout/ --testTimeout=60000",
  },
  "an Azure Function in TypeScript as its template is, without a runner": {
    manifest: { dependencies: { "@azure/functions": "^4.0.0" } },
    files: { "src/functions/users.ts": functionsSource },
    found: ["npm install --save-dev tsx"],
    written: {
      "brownout/sign-in.test.ts": [
        'import { test } from "node:test";',
        'await import("../src/functions/users");',
      ],
    },
    script: "node --import tsx --test brownout/sign-in.test.ts brownout/outage.test.ts",
  },
  "an Azure Function in CommonJS with a managed identity, registered in another file": {
    manifest: { dependencies: { "@azure/functions": "^4.0.0" } },
    files: {
      "src/app.js": `const func = require("@azure/functions");
const { readSecret } = require("./secret");
func.app.get("secret", readSecret);
`,
      "src/secret.js": `const { ManagedIdentityCredential } = require("@azure/identity");
const credential = new ManagedIdentityCredential();
async function readSecret(request, context) {
  return { jsonBody: await credential.getToken("https://vault.azure.net/.default") };
}
module.exports = { readSecret };
`,
    },
    found: ["managed-identity: ManagedIdentityCredential", "src/secret.js#readSecret"],
    written: {
      "brownout/sign-in.test.js": [
        'const { HttpRequest, InvocationContext } = require("@azure/functions");',
        'const { readSecret } = require("../src/secret.js");',
        'url: "http://localhost:7071/api/secret"',
      ],
    },
    script: "node --test brownout/sign-in.test.js brownout/outage.test.js",
  },
  "a service of NestJS under Jest, to which a factory hands a managed identity": {
    manifest: {
      dependencies: { "@nestjs/core": "^11.1.0" },
      devDependencies: { "@nestjs/testing": "^11.1.0", jest: "30.2.0", "ts-jest": "29.4.0" },
      jest: { rootDir: "src", testRegex: ".*\\.spec\\.ts$" },
    },
    files: {
      "src/credential.ts": `import { DefaultAzureCredential } from "@azure/identity";
export const credentialProvider = { provide: "CREDENTIAL", useFactory: () => new DefaultAzureCredential() };
`,
      "src/vault.service.ts": `import { Inject, Injectable } from "@nestjs/common";
@Injectable()
export class VaultService {
  @Inject("CREDENTIAL") private readonly credential;
  async readSecret() {
    return this.credential.getToken("https://vault.azure.net/.default");
  }
}
`,
      "src/app.module.ts": `import { Module } from "@nestjs/common";
import { credentialProvider } from "./credential";
import { VaultService } from "./vault.service";
@Module({ providers: [credentialProvider, VaultService] })
export class AppModule {}
`,
    },
    found: [
      "managed-identity: DefaultAzureCredential",
      "src/vault.service.ts#VaultService.readSecret",
    ],
    written: {
      "src/brownout/sign-in.spec.ts": [
        'import { Test, type TestingModule } from "@nestjs/testing";\nimport { expectEntra, useEntra } from "brownout/jest";',
        'const { AppModule } = require("../app.module") as typeof import("../app.module");',
        "const service = app.get(VaultService, { strict: false });",
      ],
    },
    script: "jest src/brownout/ --testTimeout=60000",
  },
};
