import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { beginningOf, readTextFile } from "./text-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-text-"));
  mkdirSync(join(folder, "deep"));
  writeFileSync(join(folder, "results.json"), "{}");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads a file", () => {
  expect(readTextFile(join(folder, "results.json"), "x")).toBe("{}");
});

it("reads what is packed, and says so of what is not", () => {
  const packed = join(folder, "packed.jsonl.gz");
  writeFileSync(packed, gzipSync('{"schema":1}'));
  expect([readTextFile(packed, "x"), beginningOf(packed, "x")]).toEqual([
    '{"schema":1}',
    '{"schema":1}',
  ]);
  writeFileSync(packed, "no gzip");
  expect(() => readTextFile(packed, "x")).toThrow(/cannot be read: .*header/);
});

it.skipIf(process.platform === "win32")("refuses what may never end", () => {
  const pipe = join(folder, "pipe.jsonl");
  execFileSync("mkfifo", [pipe]);
  for (const read of [readTextFile, beginningOf]) {
    expect(() => read(pipe, "x")).toThrow("it is a named pipe");
    expect(() => read("/dev/zero", "x")).toThrow("it is a device");
  }
});

it.each([
  [["result.json"], "there is no such file", 'Did you mean "results.json"?'],
  [["nowhere", "results.json"], "there is no such file", "Look at the spelling of its path."],
  [["results.json", "results.json"], "there is no such file", "Look at the spelling of its path."],
  [
    ["results.json", "deep", "x.json"],
    "there is no such file",
    "Look at the spelling of its path.",
  ],
  [["deep"], "it is a folder", "Name a file in it."],
])("says of %j what is wrong", (names, message, hint) => {
  expect(() => readTextFile(join(folder, ...names), "as it was named")).toThrow(
    expect.objectContaining({ code: "bad-usage", place: "as it was named", message, hint }),
  );
});
