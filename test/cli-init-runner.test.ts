/** `brownout init` and how a project runs its tests: the package manager, Mocha's own configuration, names in code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@babel/parser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "./command-line.ts";
import { clientId, secretCredential, tenant } from "./support/init-projects.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const graph = secretCredential.replaceAll("!", "");
const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");

describe("Mocha's configuration", () => {
  it.each<readonly [string, Readonly<Record<string, string>>, object | undefined, string]>([
    [
      "in package.json adds files, and is left out",
      {},
      { spec: "test/**/*.js", require: ["tsx", "./test/hooks.js"] },
      "mocha --no-package --require=tsx --require=./test/hooks.js --timeout",
    ],
    ["in package.json adds no files, and is kept", {}, { require: "tsx" }, "mocha --timeout"],
    [
      "in JSON adds files, and is left out",
      { ".mocharc.json": '{\n  // ours\n  "spec": ["a/*.js"], "import": "tsx/esm", "ui": "bdd" }' },
      undefined,
      "mocha --no-config --import=tsx/esm --ui=bdd --timeout",
    ],
    [
      "in YAML adds files, and is left out",
      { ".mocharc.yml": 'require:\n  - "ts-node/register" # types\n  - b\nspec: [x, y]\nn: a=b\n' },
      undefined,
      "mocha --no-config --node-option=a=b --require=ts-node/register --require=b --timeout",
    ],
    [
      "in a module adds files, and is left out",
      { ".mocharc.cjs": 'const spec = "x";\nmodule.exports = { spec, require: ["tsx"] };\n' },
      undefined,
      "mocha --no-config --require=tsx --timeout",
    ],
    [
      "names a reporter, adds no files, and is kept",
      { ".mocharc.yml": "reporter: spec\n" },
      undefined,
      "mocha --timeout",
    ],
  ])("%s", async (_name, files, mocha, expected) => {
    const manifest = { type: "module", devDependencies: { mocha: "11.7.5" }, mocha };
    folder.write("package.json", JSON.stringify(manifest));
    folder.write("graph.js", graph);
    for (const [path, text] of Object.entries(files)) folder.write(path, text);
    const { code } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(scripts["test:outage"]).toContain(`${expected} 60000 brownout/sign-in`);
  });
});

describe("the user-assigned identity of DefaultAzureCredential", () => {
  it("is that of AZURE_CLIENT_ID where the environment has it", async () => {
    folder.write("package.json", JSON.stringify({ type: "module" }));
    folder.write(".env", `AZURE_CLIENT_ID=${clientId}\n`);
    folder.write(
      "vault.js",
      `import { DefaultAzureCredential } from "@azure/identity";
const credential = new DefaultAzureCredential();
export const readSecret = async () => credential.getToken("https://vault.azure.net/.default");
`,
    );
    const { code } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    const world = read("brownout/world.js");
    expect(world).toContain(`AZURE_CLIENT_ID: "${clientId}"`);
    expect(world).toContain(`{ ...app, clientId: "${clientId}" }`);
  });
});

describe("the package manager", () => {
  it.each<readonly [string, object, Readonly<Record<string, string>>, string]>([
    [
      "of package.json counts first",
      { packageManager: "yarn@4.9.1" },
      { "app/pnpm-lock.yaml": "" },
      "yarn",
    ],
    ["is that of a workspace's lock file", {}, { "pnpm-lock.yaml": "", ".git/HEAD": "" }, "pnpm"],
    [
      "is that of the nearest lock file",
      {},
      { "pnpm-lock.yaml": "", "app/package-lock.json": "" },
      "npm",
    ],
    [
      "is not that of a folder around the repository",
      {},
      { "yarn.lock": "", "app/.git/HEAD": "" },
      "npm",
    ],
    [
      "of package.json may be none that init knows",
      { packageManager: "vlt@1" },
      { "app/bun.lock": "" },
      "bun",
    ],
  ])("%s", async (_name, more, files, expected) => {
    const app = join(folder.path, "app");
    folder.write("app/package.json", JSON.stringify({ type: "module", ...more }));
    folder.write("app/graph.js", graph);
    for (const [path, text] of Object.entries(files)) folder.write(path, text);
    const { stdout } = await folder.mainWith({ cwd: app }, "init", "--yes", "--no-run");
    expect(stdout).toContain(`Run them: ${expected} run test:outage\n`);
  });
});

describe("names and paths of the sources", () => {
  it("that are no identifiers are not called", async () => {
    folder.write("package.json", "{}");
    folder.write(
      "graph.js",
      `const { ClientSecretCredential } = require("@azure/identity");
const credential = new ClientSecretCredential("${tenant}", "${clientId}", process.env.SECRET);
const load = async () => credential.getToken("https://graph.microsoft.com/.default");
module.exports = { "list-users": load, delete: load, listUsers: load };
`,
    );
    const { code, stdout } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/#(?:list-users|delete)/);
    expect(read("brownout/sign-in.test.js")).toContain("const { listUsers } = require(");
  });

  it("of variables are in brackets where they are no identifiers", async () => {
    folder.write("package.json", JSON.stringify({ dependencies: { mocha: "11.0.0" } }));
    folder.write(
      "app.js",
      `const express = require("express");
const { Strategy } = require("@node-saml/passport-saml");
const app = express();
const { "2nd-entry-point": entryPoint } = process.env;
passport.use(new Strategy({ entryPoint, issuer: "urn:x", callbackUrl: "http://localhost/acs", idpCert: process.env["idp.cert"] }));
app.get("/login", passport.authenticate("saml"));
module.exports = app;
`,
    );
    const { code, stderr } = await folder.main("init", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const world = read("brownout/world.js");
    expect(world).toContain('process.env["idp.cert"] = samlSettings(world).idpCert;');
    expect(world).toContain('"2nd-entry-point": "https://login.microsoftonline.com/');
    expect(() => parse(world, { sourceType: "unambiguous" })).not.toThrow();
  });

  it("stand where they are behind letters that have a longer small form", async () => {
    folder.write("package.json", JSON.stringify({ scripts: { dev: "vite" } }));
    folder.write(
      "index.html",
      `<p>${"İ".repeat(20)}</p><SCRIPT type="module">
import { PublicClientApplication } from "@azure/msal-browser";
new PublicClientApplication({ auth: { clientId: "${clientId}" } });
</SCRIPT>`,
    );
    const { stdout } = await folder.main("init", "--yes", "--no-run");
    expect(stdout).toContain("PublicClientApplication in index.html:3\n");
  });

  it("end no comment", async () => {
    folder.write("package.json", JSON.stringify({ type: "module" }));
    folder.write("every*/graph.js", graph);
    const { code } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    expect(() => parse(read("brownout/world.js"), { sourceType: "module" })).not.toThrow();
  });

  it("are quoted in the tests of a web app", async () => {
    folder.write("package.json", JSON.stringify({ dependencies: { express: "5.1.0" } }));
    folder.write(
      "app.js",
      `const express = require("express");
const msal = require("@azure/msal-node");
const app = express();
const client = new msal.ConfidentialClientApplication({ auth: { clientId: "${clientId}", authority: "https://login.microsoftonline.com/${tenant}", clientSecret: process.env.CLIENT_SECRET } });
const redirectUri = "http://localhost:3000/redirect";
app.get('/sign"in', async (request, response) => response.redirect(await client.getAuthCodeUrl({ scopes: [], redirectUri })));
app.get("/redirect", async (request, response) => { await client.acquireTokenByCode({ code: request.query.code, scopes: [], redirectUri }); });
app.get('/my"page', isAuthenticated, async (request, response) => response.send(request.session.account));
module.exports = app;
`,
    );
    const { code, stderr } = await folder.main(
      "init",
      "--yes",
      "--no-run",
      "--sign-in",
      '/sign"in',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const written = folder.files("brownout").map(read);
    expect(written.join("\n")).toContain(String.raw`"/my\"page"`);
    for (const text of written)
      expect(() => parse(text, { sourceType: "unambiguous" })).not.toThrow();
  });
});

describe("a handler of Azure Functions", () => {
  it.each([
    ["eventGrid", "", "{}"],
    ["eventHub", "", "{}"],
    ["eventHub", 'cardinality: "many", ', "[{}]"],
    ["serviceBusTopic", 'cardinality: "many", ', "[{}]"],
    ["cosmosDB", "", "[{}]"],
    ["storageBlob", "", 'Buffer.from("")'],
  ])("of %s %sis given %s", async (trigger, options, given) => {
    const manifest = { type: "module", dependencies: { "@azure/functions": "^4.0.0" } };
    folder.write("package.json", JSON.stringify(manifest));
    folder.write(
      "orders.js",
      `import { app } from "@azure/functions";
${graph.replace("listUsers()", "handle(given, context)")}
app.${trigger}("orders", { ${options}handler: handle });
`,
    );
    const { code } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    const written = read("brownout/outage.test.js");
    expect(written).toContain(`handle(\n      ${given},\n      new InvocationContext`);
  });
});
