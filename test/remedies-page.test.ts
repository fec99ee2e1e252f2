/** `docs/remedies.md` is what `docs/data/remedies.json` says, and the data are about every remedy and finding. */
import { describe, expect, it } from "vitest";
import { remedyNames } from "../harness/clients/remedied/remedy-names.ts";
import { listScenarios } from "../scenarios/find-scenario.ts";
import { type RemediesData, remediesPage } from "../scripts/site/remedies-page.ts";
import { readPage } from "./support/guides.ts";

/** Without what the formatter adds to tables. */
const plain = (page: string): string => page.replace(/-{3,}/g, "---").replace(/ +/g, " ").trim();

describe("docs/remedies.md", () => {
  const data = JSON.parse(readPage("docs/data/remedies.json")) as RemediesData;

  it("equals what the data generate", () => {
    expect(plain(readPage("docs/remedies.md"))).toBe(plain(remediesPage(data)));
  });

  it("is about every remedy, and about scenarios that exist", () => {
    expect(data.remedies.map(({ remedy }) => remedy)).toEqual(remedyNames);
    const names = listScenarios().map(({ name }) => name);
    for (const { scenario } of [...data.rows, ...data.unplayed]) expect(names).toContain(scenario);
    expect(data.rows.length).toBeGreaterThan(40);
  });

  it("shows the daemon past refresh_in, which the last good token keeps at work", () => {
    const rows = data.rows.filter(
      ({ scenario }) => scenario === "outage-12h-daemon-past-refresh-in",
    );
    expect(rows.map(({ rule }) => rule).toSorted()).toEqual([
      "availability",
      "cached-token",
      "proactive-refresh",
    ]);
    for (const { fixedBy, withoutTokenMs } of rows) {
      expect(fixedBy).toContain("last-good-token");
      expect(withoutTokenMs).toEqual({ before: 16_800_000, together: 0 });
    }
  });
});
