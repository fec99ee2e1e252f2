/** What the site and the tests read out of a Markdown page: its headings, its links. */

/** The anchor of a heading, as GitHub makes it; the site makes the same. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/<[^>]*>/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

/** The anchors of a page: those of its headings, and `<a id="…">`. */
export function anchorsOf(markdown: string): readonly string[] {
  const text = withoutCode(markdown);
  const headings = [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = ""]) =>
    slugOf(heading),
  );
  const seen = new Map<string, number>();
  const slugs = headings.map((slug) => {
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return [...slugs, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}

/** The targets of a page's links and pictures, code left out. */
export function linksOf(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(linkPattern)].map(([, , target = ""]) => target);
}

/** The page with every link target replaced by what `change` returns; without a result, the link becomes its text. */
export function changeLinks(
  markdown: string,
  change: (target: string) => string | undefined,
): string {
  return markdown
    .split(codePattern)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(linkPattern, (whole, text: string, target: string) => {
            const changed = change(target);
            if (changed === undefined) return text;
            return whole.slice(0, whole.length - target.length - 1) + `${changed})`;
          }),
    )
    .join("");
}

const linkPattern = /!?\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;
/** Fenced blocks and code spans; one group, so that `split` keeps them at odd places. */
const codePattern = /(^```[^]*?^```$|`[^`\n]+`(?![\]]))/gm;

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[^]*?^```$/gm, "");
}
