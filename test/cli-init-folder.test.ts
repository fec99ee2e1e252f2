/**
 * `brownout init` in folders with more than sources of its own form: links, files that cannot be
 * read, data in great numbers, and what is made to do harm.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolder, type Folder } from "./command-line.ts";
import { type InitProject, secretCredential } from "./support/init-projects.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

function write({ manifest, files }: Pick<InitProject, "manifest" | "files">): void {
  folder.write("package.json", `${JSON.stringify(manifest, null, 2)}\n`);
  for (const [path, text] of Object.entries(files)) folder.write(path, text);
}

describe("init in a folder as people have them, or one made to do harm", () => {
  it.each([
    ["no manifest", undefined, /there is no package\.json in this folder/],
    ["no JSON", "{", /package\.json: it is not JSON/],
    ["a list", "[]", /package\.json: /],
    ["scripts that are none", '{ "scripts": { "test": 1 } }', /package\.json\.scripts\.test: /],
  ])("%s", async (_name, text, said) => {
    if (text !== undefined) folder.write("package.json", text);
    const { code, stderr } = await folder.main("init", "--yes");
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  const job = {
    manifest: { type: "module" },
    files: { "graph.js": secretCredential.replaceAll("!", "") },
  };

  it("does not write through a link", async () => {
    const outside = createFolder();
    try {
      write(job);
      symlinkSync(outside.path, join(folder.path, "brownout"));
      const { code, stderr } = await folder.main("init", "--yes", "--no-run");
      expect(stderr).toMatch(/brownout\/world\.js: it leads out of the project, or through a link/);
      expect(code).toBe(2);
      expect(outside.files()).toEqual([]);
    } finally {
      outside.remove();
    }
  });

  it("says where a file has the name of its folder", async () => {
    write(job);
    folder.write("brownout", "");
    const { code, stderr } = await folder.main("init", "--yes", "--no-run");
    expect(stderr).toMatch(/brownout\/world\.js: there is a file where its folder would be/);
    expect(code).toBe(2);
  });

  it("does not follow links of sources, and says so", async () => {
    write(job);
    symlinkSync("/etc/hostname", join(folder.path, "other.js"));
    symlinkSync("/", join(folder.path, "all"));
    const { code, stdout } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    expect(stdout).toContain("other.js is a link, which is not followed.");
  });

  // A listing shows these names with another character in place of the byte, so that opening them fails, also for root.
  it.runIf(process.platform === "linux")(
    "leaves out a folder and a file that cannot be read, and says so",
    async () => {
      write(job);
      const unreadable = (name: string): Buffer =>
        Buffer.concat([Buffer.from(`${folder.path}/${name}`), Buffer.from([0xff])]);
      mkdirSync(unreadable("pgdata-"));
      writeFileSync(Buffer.concat([unreadable("old-"), Buffer.from(".js")]), "");
      const { code, stdout, stderr } = await folder.main("init", "--yes", "--no-run");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/pgdata-\uFFFD cannot be read: ENOENT/);
      expect(stdout).toMatch(/old-\uFFFD\.js cannot be read: ENOENT/);
    },
  );

  it("reads the sources of a project with thousands of translations and records", async () => {
    const text = secretCredential.replaceAll("!", "");
    write({ manifest: job.manifest, files: { "src/graph.js": text } });
    for (let number = 0; number < 3_100; number += 1) {
      folder.write(`data/${number}.json`, "{}");
      folder.write(`locales/${number}.yaml`, "{}");
    }
    const { code, stdout } = await folder.main("init", "--yes", "--no-run");
    expect(stdout).toContain("src/graph.js#listUsers");
    expect(code).toBe(0);
  });

  it.each([
    ["no client", "{}", /found no client of Entra in the sources/],
    [
      "not all of a client",
      'import { PublicClientApplication } from "@azure/msal-browser";\nnew PublicClientApplication({});\n',
      /index\.js:2, but not/,
    ],
  ])("says with %s which sources were left out", async (_name, text, said) => {
    write({ manifest: {}, files: { "index.js": text } });
    writeFileSync(join(folder.path, "bundle.js"), Buffer.alloc(2_000_000, "a"));
    folder.write("deep.js", `${"[".repeat(100_000)}1`);
    const { code, stderr } = await folder.main("init", "--yes", "--no-run");
    expect(stderr).toMatch(said);
    expect(stderr).toContain("bundle.js has 2.0 MB");
    expect(stderr).toContain("deep.js cannot be parsed");
    expect(code).toBe(2);
  });

  it("leaves a file alone that has appeared since the question, and writes the others", async () => {
    write(job);
    const ask = (): Promise<string> => {
      folder.write("brownout/sign-in.test.js", "// mine\n");
      return Promise.resolve("y");
    };
    const { code, stdout } = await folder.mainWith({ ask }, "init", "--no-run");
    expect(stdout).toMatch(/Wrote brownout\/world\.js, brownout\/outage\.test\.js, script/);
    expect(stdout).toContain("brownout/sign-in.test.js has appeared since, left alone.");
    expect(readFileSync(join(folder.path, "brownout/sign-in.test.js"), "utf8")).toBe("// mine\n");
    expect(code).toBe(0);
  });

  it("keeps what has changed in package.json since the question", async () => {
    write(job);
    const ask = (): Promise<string> => {
      folder.write("package.json", '{ "type": "module", "version": "2.0.0" }');
      return Promise.resolve("y");
    };
    const { code, stdout } = await folder.mainWith({ ask }, "init", "--no-run");
    expect({ code, wrote: /script test:outage in package\.json/.test(stdout) }).toEqual({
      code: 0,
      wrote: true,
    });
    const manifest = readFileSync(join(folder.path, "package.json"), "utf8");
    expect(JSON.parse(manifest)).toMatchObject({
      type: "module",
      version: "2.0.0",
      scripts: { "test:outage": expect.stringContaining("node --test") as string },
    });
  });

  it("leaves a script alone that has appeared in package.json since the question", async () => {
    write(job);
    const text = '{ "type": "module", "scripts": { "test:outage": "mine" } }';
    const ask = (): Promise<string> => {
      folder.write("package.json", text);
      return Promise.resolve("y");
    };
    const { stdout } = await folder.mainWith({ ask }, "init", "--no-run");
    expect(stdout).toContain("script test:outage in package.json has appeared since, left alone.");
    expect(readFileSync(join(folder.path, "package.json"), "utf8")).toBe(text);
  });

  it("leaves out a source of 50 MB, and one that no parser can read", async () => {
    write(job);
    writeFileSync(join(folder.path, "bundle.js"), Buffer.alloc(50_000_000, "a"));
    folder.write("deep.js", `${"[".repeat(100_000)}1`);
    folder.write(
      "doubling.js",
      `const a0 = "x";\n${Array.from({ length: 200 }, (_, index) => `const a${index + 1} = a${index} + a${index};`).join("\n")}\nexport const request = { scopes: [a200] };\n`,
    );
    const { code, stdout } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/bundle\.js has 50 MB; at most 1\.0 MB of a file are read/);
    expect(stdout).toMatch(/deep\.js cannot be parsed: /);
  });

  it("reads pages that are made to be read for ever", { timeout: 60_000 }, async () => {
    write(job);
    folder.write("scripts.html", "<script>".repeat(110_000));
    folder.write("many.html", "<script>a()</script>\n".repeat(45_000));
    folder.write("index.html", '<img src="'.repeat(90_000));
    folder.write("login.html", `login ${'<a "<a" '.repeat(12_000)}`);
    folder.write("tsconfig.json", '"exclude": ['.repeat(80_000));
    folder.write(
      "vitest.config.js",
      `export default { test: { include: ["${"*(?)".repeat(60)}"] } };`,
    );
    folder.write(".env", `CLIENT_ID=${"<".repeat(900_000)}\n`);
    const { code } = await folder.main("init", "--runner", "vitest", "--yes", "--no-run");
    expect(code).toBe(0);
  });

  it("takes names that every object has for what they are", async () => {
    write(job);
    folder.write(
      "hex.js",
      'export const hex = (id) => new Map([[id.toString("hex"), id.valueOf()]]).hasOwnProperty(id) || new constructor(id);\n',
    );
    const { code, stderr } = await folder.main("init", "--yes", "--no-run");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("runs nothing of the project", async () => {
    write(job);
    const trap = `require("node:fs").writeFileSync(${JSON.stringify(join(folder.path, "ran"))}, "");\n`;
    for (const name of ["jest.config.js", "vitest.config.js", "index.js"]) folder.write(name, trap);
    mkdirSync(join(folder.path, "src"));
    await folder.main("init", "--yes", "--no-run");
    expect(folder.files()).not.toContain("ran");
  });
});
