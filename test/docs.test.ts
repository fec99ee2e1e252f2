/** The documentation that is made from the source is the one that is there. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { rules } from "../harness/rules/rules.ts";
import { readDocs } from "../scripts/docs-source.ts";
import { library } from "../scenarios/library.ts";

const docs = fileURLToPath(new URL("../docs/", import.meta.url));

describe("docs/rules.md and docs/scenarios/", async () => {
  const pages = await readDocs();

  it("are as the source has them; else run: npm run docs", () => {
    const there = readdirSync(`${docs}scenarios`).map((name) => `scenarios/${name}`);
    expect([...there, "rules.md"].toSorted()).toEqual([...pages.keys()].toSorted());
    for (const [path, text] of pages) expect(readFileSync(`${docs}${path}`, "utf8")).toBe(text);
  });

  it("have a page for each scenario and a section for each rule, with what a reader needs", () => {
    expect(pages.size).toBe(library.length + 2);
    const page = pages.get("scenarios/token-throttled.md") ?? "";
    for (const part of [
      "npx brownout run token-throttled\n",
      "[retry-after](../rules.md#retry-after)",
      "[scenarios/token-throttled.ts](../../scenarios/token-throttled.ts)",
      "throttle",
    ])
      expect(page).toContain(part);
    for (const { id, says } of rules)
      expect(pages.get("rules.md")).toContain(`## ${id}\n\n${says}\n`);
  });

  it("link to files that are there", () => {
    for (const [path, text] of pages) {
      for (const [, target = ""] of text.matchAll(/\]\((\.\.[^)#]*)/g)) {
        const url = new URL(target, `file://${docs}${path}`);
        expect(() => readFileSync(url), `${path}: ${target}`).not.toThrow();
      }
    }
  });
});
