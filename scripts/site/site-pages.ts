/**
 * The pages of the site: those that people write and those that are made from the source,
 * each at its address, with links that lead to addresses. What a link to a source file
 * becomes is up to `sourceUrl`: without one, the text stays and the link goes.
 */
import { posix } from "node:path";
import { changeLinks } from "./markdown.ts";

/** Text by path below the repository becomes text by path below the site. */
export function sitePages(
  pages: ReadonlyMap<string, string>,
  sourceUrl: string | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    [...pages].map(([path, text]) => {
      const address = addressOf(path);
      const from = posix.dirname(address);
      const changed = changeLinks(text, (target) => {
        if (/^(?:[a-z]+:|#)/.test(target)) return target;
        const [file = "", anchor] = target.split("#");
        const meant = posix.join(posix.dirname(path), file);
        const page = [meant, `${meant}/README.md`].find((candidate) => pages.has(candidate));
        if (page !== undefined) {
          const relative = posix.relative(from, addressOf(page));
          return `./${relative}${anchor === undefined ? "" : `#${anchor}`}`;
        }
        if (meant.endsWith(".png")) return `./${posix.relative(from, addressOf(meant))}`;
        return sourceUrl === undefined ? undefined : `${sourceUrl}${meant}`;
      });
      return [address, changed];
    }),
  );
}

/** Where a page or picture of the repository is on the site. */
export function addressOf(path: string): string {
  const below = path.replace(/^docs\//, "");
  const lower = below.includes("/")
    ? below
    : below.replace(/^[A-Z]+(?=\.md$)/, (name) => name.toLowerCase());
  return lower.replace(/(^|\/)(?:README|readme)\.md$/, "$1index.md");
}
