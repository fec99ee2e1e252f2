import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

const place = mkdtempSync(join(tmpdir(), "brownout-folder-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

it("makes a folder with those above it, and leaves what is there", () => {
  expect(makeFolder(join(place, "a", "b"))).toBe(join(place, "a"));
  expect(statSync(join(place, "a", "b")).isDirectory()).toBe(true);
  expect(makeFolder(join(place, "a", "b"))).toBeUndefined();
});

it("throws where a file stands in the way", () => {
  writeFileSync(join(place, "file"), "");
  expect(() => makeFolder(join(place, "file"))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(place, "file", "below"))).toThrow(/EEXIST|ENOTDIR/);
});

// S23
it.runIf(existsSync("/proc/self"))("throws for a folder that can never be made, at once", () => {
  expect(() => makeFolder("/proc/nowhere/journals")).toThrow(/ENOENT/);
});
