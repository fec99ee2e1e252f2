/** What the site and the tests read out of a Markdown page: its headings, its links. */

/** The anchor of a heading, as GitHub makes it; the site makes the same. */
function slugOf(heading: string): string {
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

const linkPattern = /!?\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g;

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[^]*?^```$/gm, "");
}
