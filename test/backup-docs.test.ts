/** docs/backup.md against the source: rules, policy parts, editions and settings stand there as they are. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { editionIds, editionOf } from "../harness/entra/backup/edition.ts";
import { policyTable } from "../harness/entra/backup/policy-table.ts";
import { rules } from "./support/backup-documented-rules.ts";
import { defaultServiceSettings } from "../harness/entra/directory/settings.ts";

const text = readFileSync(new URL("../docs/backup.md", import.meta.url), "utf8");

/** The rows of the table below a heading, without padding. */
function rowsUnder(heading: string): string[] {
  const [, section = ""] = text.split(`## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  return own
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.replaceAll(/\s+/g, " ").trim());
}

describe("docs/backup.md", () => {
  it("has every rule, in its words", () => {
    expect(rowsUnder("Whom it serves")).toEqual(
      Object.entries(rules).map(([id, { says, document }]) => `| ${id} | ${says} | ${document} |`),
    );
  });

  it("has every part of a policy, as the table has it", () => {
    expect(rowsUnder("Conditional Access")).toEqual(
      Object.entries(policyTable).map(
        ([part, { withDefaults, withoutDefaults, disputed, basis }]) =>
          `| ${part} | ${withDefaults}${disputed === undefined ? "" : ", disputed"} | ${withoutDefaults} | ${basis} |`,
      ),
    );
  });

  it("has every edition", () => {
    expect(rowsUnder("Editions")).toEqual(
      editionIds.map((id) => {
        const { title, classicPolicies, revocationLists } = editionOf(id);
        return `| ${id} | ${title} | ${classicPolicies} | ${revocationLists} |`;
      }),
    );
  });

  it("has every setting of the backup with its default", () => {
    const settings = Object.entries(defaultServiceSettings).filter(([name]) =>
      name.startsWith("backup"),
    );
    const rows = rowsUnder("Settings").map((row) =>
      row
        .split("|")
        .slice(1, 3)
        .map((it) => it.trim()),
    );
    expect(rows).toEqual(
      settings.map(([name, value]) => [`\`${name}\``, `\`${JSON.stringify(value)}\``]),
    );
  });

  it("has both sides of every switch", () => {
    const rows = rowsUnder("Where the documents disagree").join("\n");
    for (const side of ["extend", "block", "ignore"]) expect(rows).toContain(`\`"${side}"\``);
  });
});
