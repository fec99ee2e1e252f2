/** README, the guides and the code blocks in them that name the file which they show. */
import { globSync, readFileSync } from "node:fs";

export const root = new URL("../../", import.meta.url).pathname;

/** A code block of a page. */
export interface Block {
  /** The page, relative to the repository. */
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** The file that the first line names in a comment, such as `// examples/node/orders.ts`. */
  readonly file?: string;
}

/** All pages that people write, relative to the repository. */
export const pages: readonly string[] = [
  "README.md",
  "AGENTS.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...globSync("{docs,examples,ci}/**/*.md", {
    cwd: root,
    exclude: ["docs/site/**", "**/node_modules/**"],
  }).toSorted(),
];

/** README and the guides, which show files of `examples/`. */
export const guides = pages.filter(
  (page) => page === "README.md" || page.startsWith("docs/guide/"),
);

export function readPage(page: string): string {
  return readFileSync(root + page, "utf8");
}

/** The code blocks of a page, without the line that names their file. */
export function blocksOf(page: string): readonly Block[] {
  return [...readPage(page).matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(
    ([, language = "", whole = ""]) => {
      const [line = "", file] = /^(?:\/\/|#) (\S+\/\S+)\n/.exec(whole) ?? [];
      const text = whole.slice(line.length);
      return { page, language, text, ...(file === undefined ? {} : { file }) };
    },
  );
}
