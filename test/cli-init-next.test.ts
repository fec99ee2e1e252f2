/** `brownout init` in apps on Auth.js: what it finds in Next.js, and where it sends the others. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "./command-line.ts";
import { syntaxErrorsOf, writeProject } from "./support/init-folder.ts";
import { clientId, tenant } from "./support/init-projects.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const write = (project: Parameters<typeof writeProject>[1]): void => writeProject(folder, project);

const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");

describe("init in an app on Auth.js", () => {
  const provider = "next-auth/providers/microsoft-entra-id";

  it.each<readonly [string, string, readonly string[]]>([
    [
      "a provider that reads the environment by itself",
      "[Entra]",
      [
        /AUTH_MICROSOFT_ENTRA_ID_ID: "[\da-f-]{36}"/.source,
        'AUTH_MICROSOFT_ENTRA_ID_SECRET: "fixture-secret-of-web"',
        /AUTH_MICROSOFT_ENTRA_ID_ISSUER: "https:\/\/login\.microsoftonline\.com\/[\da-f-]{36}\/v2\.0"/
          .source,
        '"http://localhost:3000/api/auth/callback/microsoft-entra-id"',
      ],
    ],
    [
      "a provider with options, an id and a path of its own",
      `[Entra({ id: "staff", clientId: "${clientId}", clientSecret: process.env.ENTRA_SECRET, tenantId: "${tenant}" })], basePath: "/auth"`,
      [`clientId: "${clientId}"`, 'ENTRA_SECRET: "fixture-secret-of-web"', "/auth/callback/staff"],
    ],
  ])("Next.js, %s", async (_name, providers, parts) => {
    const source = `import Entra from "${provider}";\nexport default NextAuth({ providers: ${providers} });\n`;
    const manifest = {
      scripts: { test: "jest" },
      dependencies: { next: "16.0.0", jest: "30.0.0" },
    };
    write({ manifest, files: { "auth.ts": source } });
    const { code, stdout, stderr } = await folder.main("init", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/next: Entra in auth\.ts:1\n[^]*test runner +node-test/);
    for (const part of parts) expect(read("brownout/world.mjs")).toMatch(new RegExp(part));
    expect(read("package.json")).toContain(
      '"next build && node --test --test-concurrency=1 brownout/sign-in.test.mjs brownout/outage.test.mjs"',
    );
    for (const path of folder.files("brownout"))
      expect({ path, errors: syntaxErrorsOf(read(path)) }).toEqual({ path, errors: [] });

    const again = await folder.main("init", "--no-run");
    expect(again.stdout).toContain("\nNothing to write.\n");
    expect(again.stdout).not.toContain("with another text");
  });

  it("takes no other runner for Next.js", async () => {
    write({
      manifest: { dependencies: { next: "16.0.0" } },
      files: { "auth.ts": `import Entra from "${provider}";\n` },
    });
    const { code, stderr } = await folder.main("init", "--runner", "vitest", "--yes", "--no-run");
    expect(stderr).toMatch(/an app of Next\.js is tested under node:test\n.*Leave the option out/);
    expect(code).toBe(2);
  });

  it("another framework: names the guide", async () => {
    const source = `import Entra from "${provider}";\nexport default ExpressAuth({ providers: [Entra] });\n`;
    write({
      manifest: { type: "module", dependencies: { "@auth/express": "1.0.0" } },
      files: { "auth.ts": source },
    });
    const { code, stderr } = await folder.main("init", "--yes", "--no-run");
    expect(stderr).toContain("init has no tests yet for what it found: Entra in auth.ts:1\n");
    expect(stderr).toContain("node_modules/brownout/docs/guide/README.md\n");
    expect(code).toBe(2);
  });
});
