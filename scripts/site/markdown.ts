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
  const text = markdown.replace(/^```[^]*?^```$/gm, "");
  const headings = [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = ""]) => heading);
  const seen = new Map<string, number>();
  const slugs = headings.map(slugOf).map((slug) => {
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return [...slugs, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}

/** The targets of a page's links and pictures, code left out. */
export function linksOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(codeOrLink)].flatMap(({ groups }) =>
    groups?.["target"] === undefined ? [] : [groups["target"]],
  );
}

/** The page with every link target replaced by what `change` returns; without a result, only the text of the link is left. */
export function changeLinks(
  markdown: string,
  change: (target: string) => string | undefined,
): string {
  return markdown.replace(codeOrLink, (whole: string, ...captured) => {
    const { text, target } = captured.at(-1) as { text?: string; target?: string };
    if (text === undefined || target === undefined) return whole;
    const changed = change(target);
    return changed === undefined ? text : whole.replace(`](${target})`, () => `](${changed})`);
  });
}

/** A fenced block, a link or picture (its text may have code), or a code span. */
const codeOrLink =
  /^```[^]*?^```$|!?\[(?<text>(?:`[^`]*`|\\.|[^\][`\\]|\[[^\]]*\])*)\]\((?<target>[^)\s]+)\)|`[^`\n]+`/gm;
