/** What README shows of files: code blocks that name theirs. */
import { readFileSync } from "node:fs";

export const root = new URL("../", import.meta.url).pathname;

/** The whole text. */
export const readme = readFileSync(`${root}README.md`, "utf8");

/** The files of the example app that README shows in full. */
export const appFiles = [
  "good/index.html",
  "good/main.ts",
  "good/tokens.ts",
  "redirect.html",
  "mail.spec.ts",
  "playwright.config.ts",
  "careless/main.ts",
] as const;

/** A code block that begins with the name of its file, as `// orders.ts`, or follows its name in bold. Throws when there is none. */
export function fileInReadme(name: string): string {
  const blocks = [...readme.matchAll(/(?:^\*\*`(.+?)`\*\*\n\n)?^```(?:ts|html)\n([^]*?)^```$/gm)];
  const found = blocks.find(([, title, text = ""]) => {
    const [, commented] = /^\/\/ ([\w.-]+\w)/.exec(text) ?? [];
    return (title ?? commented) === name;
  });
  if (found?.[2] === undefined) throw new Error(`README.md has no ${name}`);
  return found[2];
}

/** The first code block under a heading. */
export function blockUnder(heading: string): string {
  const [, text] =
    new RegExp(`^## ${heading}$[^]*?^\`\`\`ts\\n([^]*?)^\`\`\`$`, "m").exec(readme) ?? [];
  if (text === undefined) throw new Error(`README.md has no block under ${heading}`);
  return text;
}
