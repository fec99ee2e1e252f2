import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { prepareFolders, writeWhole } from "./write-whole.ts";

const place = mkdtempSync(join(tmpdir(), "brownout-write-"));
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("writing a file", () => {
  it("replaces the old text by the new, makes the folder, and leaves nothing beside it", () => {
    const path = join(place, "new", "a.json");
    writeWhole(path, "old");
    writeWhole(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(join(place, "new"))).toEqual(["a.json"]);
  });

  it("that cannot be written says where and why, and leaves nothing half written", () => {
    const folder = join(place, "taken");
    mkdirSync(join(folder, "a.json"), { recursive: true });
    expect(() => writeWhole(join(folder, "a.json"), "text")).toThrow(
      expect.objectContaining({ code: "unwritable", place: join(folder, "a.json") }),
    );
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });
});

describe("preparing folders", () => {
  it("leaves them there, and empty", () => {
    prepareFolders([join(place, "out"), join(place, "out", "har")]);
    expect(readdirSync(join(place, "out"))).toEqual(["har"]);
    expect(readdirSync(join(place, "out", "har"))).toEqual([]);
  });

  it("says when a file stands where a folder should be", () => {
    writeFileSync(join(place, "file"), "");
    for (const folder of [join(place, "file"), join(place, "file", "below")]) {
      expect(() => prepareFolders([folder])).toThrow(/a file stands where a folder should be/);
    }
  });
});
