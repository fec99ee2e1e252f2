/** A year of nights stays small and quick. What is compared is work and size, and no time: it holds on any machine. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeYearOfNights, yearOfNights } from "../../../test/support/year-of-nights.ts";
import { openArchive } from "./database.ts";

/** As many nights as a test may write; what a night costs in a year is the same. */
const NIGHTS = 60;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-year-"));
  writeYearOfNights(folder, NIGHTS);
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, "runs.db");

it("a night of 200 findings takes a few kilobytes, as messages that repeat are kept once", () => {
  // Copies of the messages alone would take 23 kB; in a year it comes to 5.
  expect(statSync(path()).size / NIGHTS).toBeLessThan(18_000);
});

it("what trend reads grows with what findings did, and not with the nights", () => {
  const archive = openArchive(path());
  const before = archive.findings(yearOfNights);
  expect(before).toHaveLength(200);
  // Each did one thing for a long time: few stretches, however many nights.
  expect(before.reduce((sum, { spans }) => sum + spans.length, 0)).toBeLessThan(210);
  expect(archive.heads(NIGHTS, yearOfNights)).toHaveLength(NIGHTS);
  archive.close();
});

it("prune gives the space back", () => {
  const before = statSync(path()).size;
  const archive = openArchive(path());
  expect(archive.prune({ keep: 3 })).toBeGreaterThan(NIGHTS - 10);
  archive.close();
  expect(statSync(path()).size).toBeLessThan(before);
});
