/** The site that `npm run docs` builds from `build/pages`, which scripts/docs.ts writes. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { slugOf } from "../../../scripts/site/markdown.ts";

const site = (path: string): string => fileURLToPath(new URL(`../build/${path}`, import.meta.url));

/** The first heading of a page. */
const titleOf = (page: string): string => {
  const file = existsSync(site(`pages/${page}.md`)) ? `${page}.md` : `${page}/index.md`;
  const [, title = page] = /^# (.+)$/m.exec(readFileSync(site(`pages/${file}`), "utf8")) ?? [];
  return title.replaceAll("`", "");
};

const item = (page: string) => ({ text: titleOf(page), link: `/${page.replace(/index$/, "")}` });

/** The pages of a folder: the given ones first, then the others by name. */
function itemsOf(folder: string, first: readonly string[] = []) {
  const names = readdirSync(site(`pages/${folder}`))
    .filter((name) => name.endsWith(".md") && name !== "index.md")
    .map((name) => name.replace(/\.md$/, ""));
  const rest = names.filter((name) => !first.includes(name)).sort();
  return [...first, ...rest].map((name) => item(`${folder}/${name}`));
}

/** The guides in the order of their index. */
const guides = [
  ...readFileSync(site("pages/guide/index.md"), "utf8").matchAll(/\]\(\.\/([a-z-]+)\.md\)/g),
].map(([, name = ""]) => name);

const guideItems = [...new Set(guides), "options"].map((name) => item(`guide/${name}`));
const projectPages = ["architecture", "contributing", "agents", "security", "words", "changelog"];
const factPages = [
  "parity",
  "sources",
  "backup",
  "browser",
  "msal-node",
  "versions",
  "performance",
];

export default defineConfig({
  title: "Brownout",
  description: "Outage chaos testing for apps that sign in with Microsoft Entra ID",
  base: process.env["DOCS_BASE"] ?? "/",
  srcDir: site("pages"),
  outDir: site("html"),
  cacheDir: site("cache"),
  cleanUrls: true,
  // The same anchors as on GitHub.
  markdown: { anchor: { slugify: slugOf } },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/guide/" },
      { text: "Scenarios", link: "/scenarios/" },
      { text: "Rules", link: "/rules" },
      { text: "API", link: "/api/" },
      { text: "What is simulated", link: "/parity" },
    ],
    sidebar: {
      "/scenarios/": [{ text: "Scenarios", link: "/scenarios/", items: itemsOf("scenarios") }],
      "/api/": [
        { text: "API reference", link: "/api/", items: itemsOf("api", ["vitest", "playwright"]) },
      ],
      "/decisions/": [{ text: "Decisions", items: itemsOf("decisions") }],
      "/": [
        { text: "Guide", link: "/guide/", items: guideItems },
        { text: "Reference", items: [item("scenarios/index"), item("rules"), item("api/index")] },
        { text: "Facts", items: factPages.map(item) },
        {
          text: "The project",
          collapsed: true,
          items: [...projectPages.map(item), ...itemsOf("decisions")],
        },
      ],
    },
  },
});
