/** `brownout init` and the registration of the app: from the sources, from the command line, and from what az prints. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "./command-line.ts";
import { clientId, initProjects, tenant } from "./support/init-projects.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const world = (): string => readFileSync(join(folder.path, "brownout/world.js"), "utf8");
const manifest = JSON.stringify({ type: "module" });

describe("the client id of a user-assigned managed identity", () => {
  const program = (
    client: string,
  ): string => `import { ManagedIdentityCredential, DefaultAzureCredential } from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";
const credential = ${client};
export async function readSecret() {
  return credential.getToken("https://vault.azure.net/.default");
}
`;
  it.each([
    ["the first argument", `new ManagedIdentityCredential("${clientId}")`],
    ["an option", `new ManagedIdentityCredential({ clientId: "${clientId}" })`],
    [
      "an option of the default",
      `new DefaultAzureCredential({ managedIdentityClientId: "${clientId}" })`,
    ],
    [
      "a parameter of MSAL",
      `new ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedClientId: "${clientId}" } })`,
    ],
    ["--client-id", "new DefaultAzureCredential()", "--client-id", clientId],
  ])("is %s", async (_name, client, ...argv) => {
    folder.write("package.json", manifest);
    folder.write("secret.js", program(client));
    const { code, stderr } = await folder.main("init", "--yes", "--no-run", ...argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world()).toContain(`clientId: "${clientId}"`);
  });

  it.each([
    "new ManagedIdentityCredential()",
    'new ManagedIdentityCredential({ resourceId: "/a" })',
  ])("is that of the fixture for %s", async (client) => {
    folder.write("package.json", manifest);
    folder.write("secret.js", program(client));
    const { code } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    expect(world()).toContain("export const world = contoso;");
  });
});

describe("the registration as az prints it", () => {
  const samlApp = initProjects["a SAML app that a function makes, under Mocha"];
  const json = JSON.stringify({
    appId: clientId,
    web: { redirectUris: ["http://localhost:8080/"] },
  });

  it.each([
    [
      "without SAML",
      {},
      /identifiers: \["urn:expenses"\],\s+replyUrls: \["http:\/\/localhost:8080\/acs"\]/,
    ],
    [
      "with SAML, but no addresses of it",
      { samlMetadataUrl: "https://expenses.example.com/metadata", web: {} },
      /identifiers: \["urn:expenses"\],\s+replyUrls: \["http:\/\/localhost:8080\/acs"\]/,
    ],
    [
      "with SAML and an identifier, which counts",
      {
        samlMetadataUrl: "https://expenses.example.com/metadata",
        identifierUris: ["urn:registered"],
      },
      /^(?![^]*urn:expenses)[^]*saml: \{ *\}/,
    ],
  ])("of a SAML app, %s", async (_name, more, expected) => {
    folder.write("package.json", JSON.stringify(samlApp?.manifest));
    for (const [path, text] of Object.entries(samlApp?.files ?? {})) folder.write(path, text);
    folder.write("registration.json", JSON.stringify({ ...JSON.parse(json), ...more }));
    const { code, stderr } = await folder.main("init", "registration.json", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world()).toMatch(expected);
  });

  it.each([
    ["UTF-16, as PowerShell writes it", Buffer.from(`\uFEFF${json}`, "utf16le")],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${json}`)],
  ])("in %s", async (_name, bytes) => {
    folder.write("package.json", JSON.stringify(samlApp?.manifest));
    for (const [path, text] of Object.entries(samlApp?.files ?? {})) folder.write(path, text);
    writeFileSync(join(folder.path, "registration.json"), bytes);
    const { code, stderr } = await folder.main("init", "registration.json", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(world()).toContain(`clientId: "${clientId}"`);
  });
});

describe("the tenant in an authority", () => {
  const page = (segment: string): string =>
    `import { PublicClientApplication } from "@azure/msal-browser";
new PublicClientApplication({ auth: { clientId: "${clientId}", authority: "https://login.microsoftonline.com/${segment}" } });
`;
  const init = (...argv: readonly string[]) =>
    folder.main("init", "--yes", "--no-run", "--url", "http://localhost:3000", ...argv);

  it.each(["Enter_the_Tenant_Info_Here", "tenant", "${TENANT}"])(
    "is missing where it is %s",
    async (segment) => {
      folder.write("package.json", manifest);
      folder.write("index.js", page(segment));
      const { code, stderr } = await init();
      expect(stderr).toContain(`- the tenant that index.js:2 uses: it is "${segment}"`);
      expect(stderr).toMatch(
        /should be a GUID, a domain, common or organizations; write yours there/,
      );
      expect(code).toBe(2);
      expect((await init("--tenant", tenant)).code).toBe(0);
      expect(world()).toContain(`tenant: "${tenant}"`);
    },
  );

  it.each([tenant, "contoso.onmicrosoft.com", "common", "organizations/", "consumers", ""])(
    'may be "%s"',
    async (segment) => {
      folder.write("package.json", manifest);
      folder.write("index.js", page(segment));
      const { code, stderr } = await init();
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  );
});
