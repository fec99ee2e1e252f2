/**
 * `brownout init` in folders with more than sources of its own form: links, files that cannot be
 * read, data in great numbers, and what is made to do harm.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
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

describe("init in a folder that means harm", () => {
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

  it("does not follow links of sources, and says so", async () => {
    write(job);
    symlinkSync("/etc/hostname", join(folder.path, "other.js"));
    symlinkSync("/", join(folder.path, "all"));
    const { code, stdout } = await folder.main("init", "--yes", "--no-run");
    expect(code).toBe(0);
    expect(stdout).toContain("other.js is a link, which is not followed.");
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
