import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNpmRegistry } from "./npm-registry.ts";

it(
  "that cannot be reached is reported in one sentence, with what helps",
  { timeout: 60_000 },
  async () => {
    const registry = createNpmRegistry(
      {
        ...process.env,
        npm_config_registry: "http://127.0.0.1:1/",
        npm_config_cache: "/nonexistent/cache",
      },
      tmpdir(),
    );
    await expect(registry.published("@azure/msal-node")).rejects.toMatchObject({
      code: "no-registry",
      message: expect.stringMatching(/^npm cannot get @azure\/msal-node: .*ECONNREFUSED/),
      hint: expect.stringContaining("npm config get registry"),
    });
  },
);

it("needs npm, and says so", async () => {
  const registry = createNpmRegistry({ PATH: "/nonexistent" }, tmpdir());
  await expect(registry.published("msal")).rejects.toMatchObject({
    code: "no-registry",
    place: "PATH",
  });
});

/** A tar archive with one file. */
function tarball(path: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write(`${Buffer.byteLength(text).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
  body.write(text);
  return gzipSync(Buffer.concat([header, body, Buffer.alloc(1024)]));
}

describe("a private registry", () => {
  const name = "@acme/auth";
  const manifest = { name, version: "2.1.0" };
  const packed = tarball("package/package.json", JSON.stringify(manifest));
  const seen: { readonly url: string; readonly isAllowed: boolean }[] = [];
  const isAllowed = ({ headers }: IncomingMessage): boolean =>
    headers.authorization === "Bearer of-the-team";
  const server = createServer((request, response) => {
    const { url = "" } = request;
    seen.push({ url, isAllowed: isAllowed(request) });
    if (!isAllowed(request)) response.writeHead(401).end("{}");
    else if (url.endsWith(".tgz")) response.end(packed);
    else {
      const { port } = server.address() as AddressInfo;
      const integrity = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
      const dist = { tarball: `http://localhost:${port}/npm/auth-2.1.0.tgz`, integrity };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          name,
          "dist-tags": { latest: "2.1.0" },
          versions: { "2.1.0": { ...manifest, dist } },
        }),
      );
    }
  });
  let place = "";
  let environment: Record<string, string | undefined> = {};

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), "brownout-registry-"));
    server.listen(0, "localhost");
    await once(server, "listening");
    environment = {
      ...process.env,
      TEAM_TOKEN: "of-the-team",
      npm_config_userconfig: join(place, "no-npmrc"),
    };
    delete environment["npm_config_registry"];
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(place, { recursive: true, force: true });
  });

  const install = async (settings: (port: number) => string, from: string): Promise<unknown> => {
    const { port } = server.address() as AddressInfo;
    const project = mkdtempSync(join(place, "project-"));
    mkdirSync(join(project, "packages/app"), { recursive: true });
    for (const folder of ["", "packages/app"])
      writeFileSync(join(project, folder, "package.json"), '{ "private": true }');
    writeFileSync(join(project, ".npmrc"), settings(port));
    const folder = mkdtempSync(join(place, "installed-"));
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    const registry = createNpmRegistry(
      { ...environment, npm_config_cache: mkdtempSync(join(place, "cache-")) },
      join(project, from),
    );
    expect(await registry.published(name)).toEqual(["2.1.0"]);
    await registry.install(name, "2.1.0", folder);
    return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
  };

  it.each<readonly [string, (port: number) => string, string]>([
    [
      "of a scope",
      (port) =>
        `; ours\n@acme:registry=http://localhost:${port}/npm/\n//localhost:${port}/npm/:_authToken=\${TEAM_TOKEN}\n`,
      "",
    ],
    [
      "of everything, above a workspace",
      (port) =>
        `registry = "http://localhost:${port}/npm/"\n//localhost:${port}/npm/:_authToken = of-the-team\n`,
      "packages/app",
    ],
  ])(
    "%s is the one that the project's .npmrc names",
    { timeout: 120_000 },
    async (_name, settings, from) => {
      seen.length = 0;
      expect(await install(settings, from)).toEqual(manifest);
      expect(seen.map(({ url }) => url)).toContain("/npm/auth-2.1.0.tgz");
      expect(seen.filter((one) => !one.isAllowed)).toEqual([]);
    },
  );

  it("gets no token that the project's .npmrc does not have", { timeout: 60_000 }, async () => {
    const refused = install((port) => `@acme:registry=http://localhost:${port}/npm/\n`, "");
    await expect(refused).rejects.toMatchObject({
      code: "no-registry",
      message: expect.stringMatching(/@acme\/auth.*\(E401\)/),
    });
  });
});
