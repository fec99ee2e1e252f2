import { describe, expect, it } from "vitest";
import { anchorsOf, changeLinks, linksOf } from "./markdown.ts";

const page = `# Title with \`code\`

[a](a.md) and [\`b\`](b.md#part), [an array[]](c.md), ![picture](d.png), \`[no](e.md)\`

\`\`\`
[no](f.md)
# no heading
\`\`\`

## Title with code
<a id="x1"></a>
`;

describe("a page in Markdown", () => {
  it("has links and pictures, but none in code", () => {
    expect(linksOf(page)).toEqual(["a.md", "b.md#part", "c.md", "d.png"]);
  });

  it("has anchors as on GitHub, numbered where a heading is repeated", () => {
    expect(anchorsOf(page)).toEqual(["title-with-code", "title-with-code-1", "x1"]);
  });

  it("keeps its text where a link goes", () => {
    const changed = changeLinks(page, (target) => (target === "a.md" ? undefined : `x/${target}`));
    expect(changed).toContain(
      "a and [`b`](x/b.md#part), [an array[]](x/c.md), ![picture](x/d.png), `[no](e.md)`",
    );
    expect(changed).toContain("[no](f.md)");
  });
});
