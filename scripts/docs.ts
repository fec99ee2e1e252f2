/**
 * `npm run docs`: builds the site, guides, API reference, rules, scenarios and all, into
 * `docs/site/build/html`, with a search that works offline. Pages that are made from the source are
 * made here and nowhere else.
 *
 *   DOCS_SOURCE_URL   what links to source files begin with, such as …/blob/main/
 *   DOCS_BASE         the path that the site is served under, such as /brownout/
 *
 * VitePress has a package of its own, `docs/site/`, so that the repository's `npm ci` does
 * not pay for it; it is installed on the first run.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiPages } from "./site/api-pages.ts";
import { commandLinePage } from "./site/command-line-page.ts";
import { libraryPages } from "./site/library-pages.ts";
import { readPublicApi } from "./site/public-api.ts";
import { addressOf, sitePages } from "./site/site-pages.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const vitepress = join(root, "docs/site");
const build = join(vitepress, "build");

const run = (command: string, args: readonly string[], cwd = root): void => {
  execFileSync(command, args, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    // What npm installs on Windows are scripts of its shell.
    shell: process.platform === "win32",
  });
};

rmSync(build, { recursive: true, force: true });
// The declarations know the types that the source leaves to inference.
run("tsc", [
  "-p",
  "tsconfig.build.json",
  "--emitDeclarationOnly",
  "--outDir",
  join(build, "types"),
]);

const written = globSync(["*.md", "{docs,examples,ci}/**/*.md"], {
  cwd: root,
  exclude: ["docs/site/**", "**/node_modules/**"],
});
const pages = new Map([
  ...written.map((path) => [path, readFileSync(join(root, path), "utf8")] as const),
  ...(await libraryPages()),
  ...apiPages(readPublicApi(root, join(build, "types"))),
  ["docs/guide/options.md", commandLinePage(join(root, "bin/brownout.js"))] as const,
]);

const source = join(build, "pages");
for (const [path, text] of sitePages(pages, process.env["DOCS_SOURCE_URL"])) {
  mkdirSync(dirname(join(source, path)), { recursive: true });
  writeFileSync(join(source, path), text);
}
for (const picture of globSync("docs/*.png", { cwd: root }))
  copyFileSync(join(root, picture), join(source, addressOf(picture)));

if (!existsSync(join(vitepress, "node_modules")))
  run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], vitepress);
run(process.execPath, ["node_modules/vitepress/bin/vitepress.js", "build", "."], vitepress);
console.log(`${pages.size} pages: ${join(build, "html/index.html")}`);
