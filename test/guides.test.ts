/** README and the guides against the files that they show and the pages that they link to. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anchorsOf, linksOf } from "../scripts/site/markdown.ts";
import { blocksOf, guides, pages, readPage, root } from "./support/guides.ts";

describe("README", () => {
  it("has at most 120 lines", () => {
    expect(readPage("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(120);
  });

  it("begins with a sign-in test, and has an outage in the next one", () => {
    const [first] = blocksOf("README.md");
    const signIn = first?.text.indexOf("entra.signIn(") ?? -1;
    expect(signIn).toBeGreaterThan(0);
    expect(first?.text.indexOf("entra.outage(")).toBeGreaterThan(signIn);
    expect(readPage("README.md").slice(0, 3_000)).toContain(first?.text);
  });

  it("leads to each guide that has an example of its own", () => {
    const kinds = globSync("examples/*", { cwd: root })
      .map((path) => `docs/guide/${path.split("/")[1] ?? ""}.md`)
      .filter((path) => existsSync(root + path));
    expect(kinds.length).toBeGreaterThan(8);
    const links = linksOf(readPage("README.md"));
    expect(kinds.filter((path) => !links.includes(path))).toEqual([]);
  });
});

describe("the code in README and the guides", () => {
  const blocks = guides.flatMap(blocksOf);

  it.each(guides)("is that of examples/ where %s names a file, in whole or in part", (page) => {
    const wrong = blocksOf(page).filter(
      ({ file = "", text }) => file.startsWith("examples/") && !readPage(file).includes(text),
    );
    expect(wrong).toEqual([]);
  });

  const ofKinds = guides.filter((page) => readPage(page).includes("\n## The sign-in test\n"));
  it("is in the same order in the guides for each kind of app", () => {
    expect(ofKinds.length).toBeGreaterThan(8);
    const order = [
      "Install",
      "The world",
      "The sign-in test",
      "The outage test",
      "When the test fails",
      "What this does not cover",
    ];
    const headings = (page: string) =>
      [...readPage(page).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(ofKinds.map((page) => [page, headings(page)])).toEqual(
      ofKinds.map((page) => [page, order]),
    );
  });

  it.each(ofKinds)("has each test from its imports on in %s", (page) => {
    const tests = blocksOf(page).filter(({ file = "" }) =>
      /\/(?!careless)[\w-]+\.(?:test|spec)\./.test(file),
    );
    const first = tests.filter(
      ({ file }, at) => tests.findIndex((one) => one.file === file) === at,
    );
    expect(first).not.toEqual([]);
    expect(first.filter(({ file = "", text }) => !readPage(file).startsWith(text))).toEqual([]);
  });

  it("names a file in most places", () => {
    const named = blocks.filter(({ file }) => file !== undefined);
    expect(named.length).toBeGreaterThan(10);
  });

  it("type-checks where it names none", { timeout: 240_000 }, () => {
    const programs = blocks
      .filter(({ file, text }) => file === undefined && text.includes('from "brownout'))
      .map(({ text }) => text);
    expect(programs).not.toEqual([]);
    expect(typeErrorsOfPrograms(programs)).toBe("");
  });
});

describe.each(pages)("%s", (page) => {
  it("links to files and headings that exist", () => {
    const broken = linksOf(readPage(page)).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(root + target)) return true;
      return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe("the documents in the package", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const [pack] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  const files = pack.files.map(({ path }) => path);
  const packed = new Set(files);
  // Folders can be linked to as well.
  for (const path of files) {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) packed.add(folder);
  }

  it("link to nothing that is left out of it", () => {
    const documents = files.filter((path) => path.endsWith(".md"));
    expect(documents).toEqual(expect.arrayContaining(["README.md", "docs/guide/react.md"]));
    const broken = documents.flatMap((page) =>
      linksOf(readPage(page))
        .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
        .map((link) => posix.join(dirname(page), link.replace(/#.*/, "")).replace(/\/$/, ""))
        .filter((target) => !packed.has(target))
        // The page says that the tests which it names are in the repository only.
        .filter((target) => page !== "docs/parity.md" || !/^(?:harness|test)\//.test(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("come with every example", () => {
    const examples = globSync("examples/*/", { cwd: root }).map((path) => path.replace(/\/$/, ""));
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter((path) => !packed.has(path))).toEqual([]);
  });
});

describe.each(["AGENTS.md", "CONTRIBUTING.md", "SECURITY.md"])("%s", (page) => {
  it("names files and folders that exist", () => {
    const named = [...readPage(page).matchAll(/`((?:[\w.-]+\/)+(?:[\w.-]+)?)`/g)];
    const paths = named
      .map(([, path = ""]) => path)
      .filter((path) => !path.includes("site/build") && path !== "dist/");
    expect(paths.filter((path) => !existsSync(root + path))).toEqual([]);
  });
});

describe("docs/sources.md", () => {
  it("has every section that a comment or a page cites", () => {
    const anchors = anchorsOf(readPage("docs/sources.md"));
    const files = globSync("{harness,scenarios,fixtures,scripts,test,docs}/**/*.{ts,tsx,md}", {
      cwd: root,
    });
    const cited = files.flatMap((file) =>
      [...readPage(file).matchAll(/docs\/sources\.md#([a-z]\d*)\b/g)].map(([, anchor = ""]) => ({
        file,
        anchor,
      })),
    );
    expect(cited.length).toBeGreaterThan(80);
    expect(cited.filter(({ anchor }) => !anchors.includes(anchor))).toEqual([]);
  });
});

describe("examples/", () => {
  it("have one page for the good and the careless app", () => {
    const html = (app: string): string => readPage(`examples/page/${app}/index.html`);
    expect(html("careless")).toBe(html("good"));
  });

  it.each(globSync("examples/*/package.json", { cwd: root }))(
    "%s asks for exact versions, and for those that this repository tests with",
    (path) => {
      type Manifest = Record<"dependencies" | "devDependencies", Record<string, string>>;
      const manifest = (file: string) =>
        JSON.parse(readPage(file)) as Manifest & { version: string };
      const example = manifest(path);
      const ours = manifest("package.json");
      const versions: Record<string, string> = {
        ...ours.dependencies,
        ...ours.devDependencies,
        brownout: ours.version,
        // Angular and Next build with the compiler before ours.
        ...(/angular|nextjs/.test(path) ? { typescript: "6.0.3" } : {}),
      };
      const wanted = { ...example.dependencies, ...example.devDependencies };
      const wrong = Object.entries(wanted).filter(
        ([name, version]) =>
          version !== versions[name] && (name in versions || !/^\d/.test(version)),
      );
      expect(wrong).toEqual([]);
      expect(wanted).toHaveProperty("brownout");
    },
  );
});

/** The compiler reads all of the source, on a machine that may be busy. */
const COMPILER_MS = 240_000;

describe("an example with a configuration of its own", { timeout: COMPILER_MS }, () => {
  let types = "";
  beforeAll(() => {
    mkdirSync(out, { recursive: true });
    types = mkdtempSync(join(out, "types-"));
    tsc("-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", types);
  }, COMPILER_MS);
  afterAll(() => rmSync(types, { recursive: true }));

  // The builds of the other two check their types, in test/heavy-examples.walk.test.ts.
  const exclude = ["examples/angular/**", "examples/nextjs/**"];
  it.each(globSync("examples/*/tsconfig.json", { cwd: root, exclude }))(
    "type-checks: %s",
    (path) => {
      const config = {
        extends: join(root, path),
        compilerOptions: {
          noEmit: true,
          rootDir: root,
          allowImportingTsExtensions: true,
          paths: {
            brownout: [join(types, "harness/index.d.ts")],
            "brownout/*": [join(types, "harness/integrations/*.d.ts")],
          },
        },
        include: [join(root, dirname(path))],
      };
      expect(typeErrorsOf(config)).toBe("");
    },
  );
});

const out = join(root, "reports/out");

function tsc(...args: readonly string[]): string {
  return spawnSync("tsc", args, { cwd: root, encoding: "utf8" }).stdout;
}

/** What the compiler says of a project with that configuration and these files. */
function typeErrorsOf(config: object, files: Readonly<Record<string, string>> = {}): string {
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(out, "guides-"));
  try {
    const all = { ...files, "tsconfig.json": JSON.stringify(config) };
    for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
    return tsc("-p", folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the compiler says of programs; each may import `getToken` from `./my-app.js`. */
function typeErrorsOfPrograms(programs: readonly string[]): string {
  const compilerOptions = { noUnusedLocals: false, declaration: false };
  const config = { extends: "../../../tsconfig.json", compilerOptions, include: ["*.ts"] };
  return typeErrorsOf(config, {
    "my-app.ts": "export async function getToken() { return ''; }\n",
    ...Object.fromEntries(programs.map((text, index) => [`block-${index}.ts`, text])),
  });
}
