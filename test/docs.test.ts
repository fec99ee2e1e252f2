/** The pages that `npm run docs` makes from the source, and the site that they become a part of. */
import { existsSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultClientNames } from "../harness/clients/registry.ts";
import { presetOptions } from "../harness/faults/preset-options.ts";
import { rules } from "../harness/rules/rules.ts";
import { library } from "../scenarios/library.ts";
import { apiPages } from "../scripts/site/api-pages.ts";
import { commandLinePage } from "../scripts/site/command-line-page.ts";
import { libraryPages } from "../scripts/site/library-pages.ts";
import { anchorsOf, linksOf } from "../scripts/site/markdown.ts";
import { parseDocstring, type PublicName, readPublicApi } from "../scripts/site/public-api.ts";
import { sitePages } from "../scripts/site/site-pages.ts";
import { pages as writtenPages, readPage, root } from "./support/guides.ts";

const api = readPublicApi(root);
const made = new Map([...(await libraryPages()), ...apiPages(api)]);
const all = new Map([
  ...writtenPages.map((path) => [path, readPage(path)] as const),
  ...made,
  ["docs/guide/options.md", commandLinePage(`${root}bin/brownout.js`)] as const,
]);

describe("pages made from the source", () => {
  it("are one for each scenario, their index, the rules and the groups of public names", () => {
    const groups = new Set(api.map(({ entry, group }) => (entry === "brownout" ? group : entry)));
    expect(made.size).toBe(library.length + 2 + groups.size + 1);
  });

  it("say of a scenario what it stands for, what is broken, and how to run it", () => {
    const page = made.get("docs/scenarios/token-throttled.md") ?? "";
    for (const part of [
      "npx brownout run token-throttled\n",
      "[retry-after](../rules.md#retry-after)",
      "[scenarios/token-throttled.ts](../../scenarios/token-throttled.ts)",
      "throttle",
    ])
      expect(page).toContain(part);
  });

  it("have a section for each rule", () => {
    for (const { id, says } of rules)
      expect(made.get("docs/rules.md")).toContain(`## ${id}\n\n${says}\n`);
  });

  it("have a section for each public name, with its declaration", () => {
    expect(made.get("docs/api/scenarios.md")).toContain(
      "## defineScenario\n\nfunction, from [harness/runner/scenario.ts]",
    );
    expect(made.get("docs/api/scenarios.md")).toContain(
      "```ts\nfunction defineScenario(scenario: Scenario): Scenario\n```",
    );
    expect(made.get("docs/api/faults.md")).toMatch(/^- Parameter `place`: Where /m);
    expect(made.get("docs/api/vitest.md")).toContain("## useEntra\n");
    expect(made.get("docs/api/playwright.md")).toContain("## test\n");
  });

  it("have the options of every command", () => {
    const page = all.get("docs/guide/options.md") ?? "";
    expect(anchorsOf(page)).toEqual(
      expect.arrayContaining(["run", "list", "replay", "check", "matrix", "coverage", "trend"]),
    );
    expect(page).toContain("--update-baseline");
  });

  it("agree with the numbers in README and in the guide", () => {
    const runs = library.flatMap((scenario) => defaultClientNames(scenario)).length;
    expect(readPage("README.md")).toContain(`runs ${library.length} outages against`);
    expect(readPage("docs/guide/getting-started.md")).toContain(
      `${library.length} outages (${runs} runs, `,
    );
  });

  it("list every outage with its options in the guide on faults", () => {
    const rows = [
      ...readPage("docs/guide/faults.md").matchAll(/^\| `([\w-]+)` +\|[^|]+\|(.*)\|$/gm),
    ];
    const options = rows.map(([, name, cell = ""]) => [
      name,
      new Set([...cell.matchAll(/`(\w+)`/g)].map(([, option]) => option)),
    ]);
    const expected = Object.entries(presetOptions).map(([name, names]) => [name, new Set(names)]);
    expect(options).toEqual(expected);
  });

  it("are not in the repository", () => {
    expect([...made.keys()].filter((path) => existsSync(root + path))).toEqual([]);
  });
});

describe("the site", () => {
  const broken = (pages: ReadonlyMap<string, string>): string[] =>
    [...pages].flatMap(([path, text]) =>
      linksOf(text)
        .filter((link) => !/^(?:[a-z]+:|.*\.png$)/.test(link))
        .filter((link) => {
          const [file = "", anchor] = link.split("#");
          const target = file === "" ? path : posix.join(posix.dirname(path), file);
          const found = pages.get(target);
          return (
            found === undefined || (anchor !== undefined && !anchorsOf(found).includes(anchor))
          );
        })
        .map((link) => `${path}: ${link}`),
    );

  it("has links to its own pages and headings only, where source files have no address", () => {
    expect(broken(sitePages(all, undefined))).toEqual([]);
  });

  it("links to source files by the address that it is given", () => {
    const page = sitePages(all, "https://example.com/blob/main/").get(
      "scenarios/token-throttled.md",
    );
    expect(page).toContain("(https://example.com/blob/main/scenarios/token-throttled.ts)");
  });
});

describe("the public names", () => {
  const nameOf = ({ entry, name }: PublicName): string => `${entry} ${name}`;

  it("are read with their docstrings", () => {
    expect(
      parseDocstring("*\n * One.\n *\n * @default 5\n * @example\n * a();\n *\n * b();\n "),
    ).toEqual({
      text: "One.",
      tags: [{ tag: "default", text: "5" }],
      examples: ["a();\n\nb();"],
    });
  });

  it("have a docstring each", () => {
    const missing = api.filter(({ doc }) => doc === undefined || doc.text === "");
    expect(missing.map(nameOf).toSorted()).toEqual([]);
  });

  it("have an example each", () => {
    const missing = api.filter(({ doc }) => doc === undefined || doc.examples.length === 0);
    expect(missing.map(nameOf).toSorted()).toEqual([]);
  });
});
