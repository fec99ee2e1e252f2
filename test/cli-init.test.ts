/**
 * `brownout init` in small projects of every kind: what it finds, what it would write, and what it
 * refuses. That the written tests run is for the walk.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "./command-line.ts";
import { syntaxErrorsOf, writeProject } from "./support/init-folder.ts";
import { configuredProjects } from "./support/init-configured-projects.ts";
import { frameworkProjects, nestService } from "./support/init-framework-projects.ts";
import { guardedProjects } from "./support/init-guarded-projects.ts";
import { pageProjects } from "./support/init-page-projects.ts";
import {
  clientId,
  type InitProject,
  initProjects,
  secretCredential,
  tenant,
} from "./support/init-projects.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const write = (project: Parameters<typeof writeProject>[1]): void => writeProject(folder, project);

const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");

describe("init in a project", () => {
  const projects = { ...initProjects, ...guardedProjects, ...pageProjects, ...frameworkProjects };
  it.each(Object.entries({ ...projects, ...configuredProjects }))("%s", async (_name, row) => {
    write(row);
    const { code, stdout, stderr } = await folder.main("init", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const part of row.found)
      expect(stdout).toMatch(typeof part === "string" ? new RegExp(RegExp.escape(part)) : part);
    for (const [path, parts] of Object.entries(row.written))
      for (const part of parts)
        expect(read(path)).toMatch(
          typeof part === "string" ? new RegExp(RegExp.escape(part)) : part,
        );
    for (const path of folder.files().filter((one) => /(?:^|\/)brownout\/[^/]+$/.test(one)))
      expect({ path, errors: syntaxErrorsOf(read(path)) }).toEqual({ path, errors: [] });
    const manifest = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(manifest.scripts["test:outage"]).toBe(row.script);
    await expectNothingTheSecondTime();
  });

  /** The tests that init has written do not lead it astray: it finds the same app again. */
  const expectNothingTheSecondTime = async (): Promise<void> => {
    const contents = () => folder.files().map((path) => [path, read(path)]);
    const before = contents();
    const { code, stdout, stderr } = await folder.main("init", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("\nNothing to write.\n");
    expect(stdout).not.toContain("with another text");
    expect(contents()).toEqual(before);
  };

  it("takes the registration as az prints it", async () => {
    write({
      manifest: { type: "module", scripts: { dev: "vite" } },
      files: {
        "src/main.ts": `import { PublicClientApplication } from "@azure/msal-browser";
export const app = new PublicClientApplication({ auth: { clientId: import.meta.env.VITE_ID } });
`,
        "registration.json": JSON.stringify({
          appId: clientId,
          signInAudience: "AzureADMyOrg",
          spa: { redirectUris: ["http://localhost:5173/", "https://mail.example.com/"] },
        }),
      },
    });
    const argv = ["init", "registration.json", "--tenant", tenant, "--yes", "--no-run"];
    const { code, stderr } = await folder.main(...argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(read("brownout/world.ts")).toContain('"https://mail.example.com/"');
    expect(read("brownout/world.ts")).toContain(`tenant: "${tenant}"`);
    expect(read("brownout/playwright.config.ts")).toContain(`VITE_ID: "${clientId}"`);
  });

  it("registers a thumbprint of the sources, and sets variables to the parts of a certificate", async () => {
    const source = (
      certificate: string,
    ): string => `import { ConfidentialClientApplication } from "@azure/msal-node";
import { readFileSync } from "node:fs";
const privateKey = readFileSync(process.env.KEY_FILE, "utf8");
const client = new ConfidentialClientApplication({ auth: { clientId: "${clientId}", authority: "https://login.microsoftonline.com/${tenant}", clientCertificate: { ${certificate}, privateKey } } });
export const listUsers = async () => client.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
`;
    write({
      manifest: { type: "module" },
      files: { "job.js": source("thumbprint: process.env.CERT") },
    });
    await folder.main("init", "--yes", "--no-run");
    expect(read("brownout/world.js")).toMatch(
      /CERT: certificate\.thumbprint,\n {2}KEY_FILE: certificate\.file,[^]*certificates: \[certificate\.certificate\]/,
    );

    const own = "0123456789ABCDEF0123456789ABCDEF01234567";
    const other = createFolder();
    other.write("package.json", '{ "type": "module" }');
    other.write("job.js", source(`thumbprint: "${own}"`));
    await other.main("init", "--yes", "--no-run");
    const world = readFileSync(join(other.path, "brownout/world.js"), "utf8");
    other.remove();
    expect(world).toContain(`certificates: ["${own}"]`);
    expect(world).not.toContain("clientCertificate");
  });

  it("never copies a secret of the project", async () => {
    write(
      initProjects["a Graph client on @azure/identity, TypeScript under Vitest"] as InitProject,
    );
    const { stdout } = await folder.main("init", "--yes", "--no-run");
    const written = folder.files("brownout").map(read).join("\n");
    expect(stdout + written).not.toContain("not~for~tests");
  });
});

describe("init shows what it does, and can be run again", () => {
  const job: Pick<InitProject, "manifest" | "files"> = {
    manifest: { name: "job", type: "module", scripts: { test: "node --test" } },
    files: { "graph.js": secretCredential.replaceAll("!", "") },
  };

  it("prints the plan and writes nothing unless that is agreed to", async () => {
    write(job);
    const before = folder.files();
    const { code, stdout, stderr } = await folder.main("init");
    expect(code).toBe(2);
    expect(stdout).toContain("+ brownout/world.js\n");
    expect(stdout).toMatch(/^\+ +"test:outage": "node --test brownout\//m);
    expect(stderr).toMatch(/nothing was written: there is no terminal .*\n.*init --yes/);
    expect(folder.files()).toEqual(before);
  });

  it("leaves what is there as it is, also a file that was changed", async () => {
    write(job);
    await folder.main("init", "--yes", "--no-run");
    const first = read("package.json");
    const again = await folder.main("init", "--no-run");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("brownout/world.js: already there, unchanged\n");
    expect(again.stdout).toContain("Nothing to write.\n");
    folder.write("brownout/world.js", "// mine\n");
    const changed = await folder.main("init", "--no-run");
    expect(changed.stdout).toContain(
      "brownout/world.js: already there with another text, left alone\n",
    );
    expect(read("brownout/world.js")).toBe("// mine\n");
    expect(read("package.json")).toBe(first);
  });

  it("writes nothing where the answer is no, and exits 2", async () => {
    write(job);
    const before = folder.files();
    const { code, stdout } = await folder.mainWith({ ask: () => Promise.resolve("n") }, "init");
    expect(stdout).toMatch(/Nothing was written\.\n$/);
    expect(code).toBe(2);
    expect(folder.files()).toEqual(before);
  });

  it("exits 2 where packages are missing, as no test was run, and 0 with --no-run", async () => {
    write({ ...job, manifest: { ...job.manifest, scripts: { test: "mocha" } } });
    const argv = ["init", "--runner", "mocha", "--yes"];
    const notRun = await folder.main(...argv);
    expect(notRun.stdout).toMatch(
      /The tests were not run; they need more packages: npm install --save-dev mocha\n/,
    );
    expect(notRun.code).toBe(2);
    const left = await folder.main(...argv, "--no-run");
    expect(left.stdout).toMatch(/The tests need more packages: npm install --save-dev mocha\n/);
    expect(left.code).toBe(0);
  });

  it.each([
    ["both tests pass", [0, 0], 0],
    ["the outage test fails", [0, 1], 1],
    ["the sign-in test fails, and the outage test is not run", [1], 2],
  ])("exits by the tests: %s", async (_name, codes, exit) => {
    write(job);
    const ended = [...codes];
    const runProgram = (): Promise<number> => Promise.resolve(ended.shift() ?? Number.NaN);
    const { code } = await folder.mainWith({ runProgram }, "init", "--yes");
    expect({ code, left: ended }).toEqual({ code: exit, left: [] });
  });

  it("keeps the form of package.json", async () => {
    write(job);
    folder.write("package.json", '{\r\n\t"type": "module"\r\n}');
    await folder.main("init", "--yes", "--no-run");
    expect(read("package.json")).toMatch(
      /^\{\r\n\t"type": "module",\r\n\t"scripts": \{\r\n\t\t"test:outage": "[^"]+"\r\n\t\}\r\n\}$/,
    );
  });

  it("keeps a script test:outage of the project's own", async () => {
    write({ ...job, manifest: { ...job.manifest, scripts: { "test:outage": "mine" } } });
    const { stdout } = await folder.main("init", "--yes", "--no-run");
    expect(stdout).toContain("script test:outage already there, with another command, left alone");
  });
});

describe("init says what is missing, all of it at once", () => {
  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[], RegExp]>([
    [
      "no client at all",
      { "index.js": "export {};\n" },
      [],
      /found no client of Entra in the sources/,
    ],
    [
      "neither an id nor a page that is served",
      {
        "index.js":
          'import { PublicClientApplication } from "@azure/msal-browser";\nnew PublicClientApplication(window.config);\n',
      },
      [],
      /in index\.js:2, but not\n.*--url http[^]*a script "dev"[^]*--client-id GUID/,
    ],
    [
      "an id that has to be filled in",
      {
        "index.js":
          'import { PublicClientApplication } from "@azure/msal-browser";\nnew PublicClientApplication({ auth: { clientId: "Enter_the_Application_Id_Here" } });\n',
      },
      ["--url", "http://localhost:3000"],
      /it is "Enter_the_Application_Id_Here", and should be a GUID/,
    ],
    [
      "a secret in the source, which is not repeated",
      {
        "index.js": `import { ClientSecretCredential } from "@azure/identity";\nexport async function run() { await new ClientSecretCredential("${tenant}", "${clientId}", "s3cr3t-value").getToken("https://graph.microsoft.com/.default"); }\n`,
      },
      [],
      /^(?![^]*s3cr3t)[^]*the client secret, which is written into index\.js:2/,
    ],
    [
      "an app, a path, an address and a certificate",
      {
        "index.js":
          'import { Strategy } from "@node-saml/passport-saml";\nnew Strategy({ entryPoint: process.env.ENTRY, issuer: "urn:x", idpCert: readFileSync("idp.pem") });\n',
      },
      [],
      /Entra's certificate as a variable[^]*an exported Express app[^]*--sign-in \/auth\/signin[^]*a redirect URI/,
    ],
    [
      "nothing to call",
      {
        "index.js": `import { ClientSecretCredential } from "@azure/identity";\nconst credential = new ClientSecretCredential("${tenant}", "${clientId}", process.env.S);\n`,
      },
      [],
      /--call FILE#FUNCTION/,
    ],
    [
      "a module and a compiler of decorators for a service of NestJS",
      { "src/stock.service.ts": nestService },
      [],
      /in src\/stock\.service\.ts:8, but not\n +- the module of NestJS[^]*@Module\(\)\n +- a test runner that compiles decorators.*--runner vitest/,
    ],
    [
      "a handler of Azure Functions that nothing exports",
      {
        "src/functions/users.js": `const { app } = require("@azure/functions");
const { ClientSecretCredential } = require("@azure/identity");
const credential = new ClientSecretCredential("${tenant}", "${clientId}", process.env.SECRET);
app.http("users", { handler: async () => ({ jsonBody: await credential.getToken("https://graph.microsoft.com/.default") }) });
`,
      },
      [],
      /the handler of the function "users" as an export of src\/functions\/users\.js.*export async function/,
    ],
    [
      "where a certificate is from",
      {
        "index.js": `import { ConfidentialClientApplication } from "@azure/msal-node";
const client = new ConfidentialClientApplication({ auth: { clientId: "${clientId}", clientCertificate: await fromKeyVault() } });
export const run = async () => client.acquireTokenByClientCredential({ scopes: ["api://orders/.default"] });
`,
      },
      [],
      /where the certificate is from: let index\.js:2 read it from variables.*CERT_THUMBPRINT/,
    ],
    [
      "who signs an assertion",
      {
        "index.js": `import { ClientAssertionCredential } from "@azure/identity";
const credential = new ClientAssertionCredential("${tenant}", "${clientId}", async () => readToken());
export const run = async () => credential.getToken("api://orders/.default");
`,
      },
      [],
      /a secret or a certificate: index\.js:2 proves itself by an assertion/,
    ],
    [
      "the sessions of a web app of NestJS, which no test can set up",
      {
        "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.use(session({ secret: process.env.SESSION_SECRET }));
  await app.listen(3000);
}
void bootstrap();
`,
        "src/app.module.ts": `import { ConfidentialClientApplication } from "@azure/msal-node";
const client = new ConfidentialClientApplication({ auth: { clientId: "${clientId}", clientSecret: process.env.SECRET } });
@Controller()
export class AuthController {
  @Get("login") async login() { return client.getAuthCodeUrl({ redirectUri: "http://localhost:3000/answer" }); }
  @Get("answer") async answer() { return client.acquireTokenByCode({}); }
}
@Module({ controllers: [AuthController] })
export class AppModule {}
`,
        "package.json": JSON.stringify({
          dependencies: { "@nestjs/core": "11" },
          devDependencies: { vitest: "5.0.0" },
        }),
      },
      [],
      /but not\n +- what src\/main\.ts gives the app before it listens.*export function configure\(app: INestApplication\)/,
    ],
    [
      "External ID",
      {
        "index.js": `import { PublicClientApplication } from "@azure/msal-browser";\nnew PublicClientApplication({ auth: { clientId: "${clientId}", authority: "https://shop.ciamlogin.com/" } });\n`,
      },
      ["--url", "http://localhost:3000"],
      /uses shop\.ciamlogin\.com, and init writes no world/,
    ],
    [
      "a registration of another app",
      {
        "index.js": `import { PublicClientApplication } from "@azure/msal-browser";\nnew PublicClientApplication({ auth: { clientId: "${clientId}" } });\n`,
        "registration.json": JSON.stringify({ appId: tenant }),
      },
      ["registration.json", "--url", "http://localhost:3000"],
      /one client id: the sources use 0f4b2c6e.*registration is that of 7c1d2a90/,
    ],
    [
      "a registration that is not JSON",
      { "registration.json": "{" },
      ["registration.json"],
      /registration\.json: it is not JSON[^]*az ad app show/,
    ],
    [
      "a call that does not exist",
      { "graph.js": secretCredential.replaceAll("!", "") },
      ["--call", "graph.js#listUser"],
      /exports no function "listUser".*\n.*Did you mean "listUsers"\?/,
    ],
    [
      "a runner that drives no browser, for a page",
      {
        "index.js": `import { PublicClientApplication } from "@azure/msal-browser";\nnew PublicClientApplication({ auth: { clientId: "${clientId}" } });\n`,
      },
      ["--runner", "vitest", "--url", "http://localhost:3000"],
      /--runner is "vitest", which drives no browser.*\n.*--runner playwright/,
    ],
    [
      "the runner of pages, for a job",
      { "graph.js": secretCredential.replaceAll("!", "") },
      ["--runner", "playwright"],
      /--runner is "playwright", which is for pages.*\n.*vitest, jest, mocha, node-test/,
    ],
    ["a kind misspelt", {}, ["--kind", "pge"], /--kind is "pge"; it is one of page, web/],
    [
      "an id that is none",
      { "graph.js": secretCredential.replaceAll("!", "") },
      ["--client-id", "mine"],
      /--client-id is "mine", which is not a GUID/,
    ],
  ])("%s", async (_name, files, argv, said) => {
    write({ manifest: { type: "module" }, files });
    const { code, stderr } = await folder.main("init", "--yes", "--no-run", ...argv);
    expect(stderr).toMatch(said);
    expect(code).toBe(2);
    expect(folder.files().filter((path) => path.startsWith("brownout/"))).toEqual([]);
  });
});
