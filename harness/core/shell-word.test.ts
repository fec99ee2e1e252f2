import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

describe("a word of a shell", () => {
  it.each(["report/journals/a--msal-node@5.jsonl", "https://x.example/?a=1"])(
    "reads as it was given: %s",
    (text) => {
      expect(shellWord("report/journals/a.jsonl", "linux")).toBe("report/journals/a.jsonl");
      expect(saidBy(text)).toBe(text);
    },
  );

  it.each([
    "",
    "with blanks",
    "it's",
    "$(touch own)",
    "`id`",
    "$HOME",
    "a\\b",
    'the "app"',
    "*",
    "!!",
  ])("neither splits nor expands in a POSIX shell: %j", (text) => {
    expect(saidBy(text)).toBe(text);
  });

  it("stands in double quotes on Windows, where a path with backslashes needs none", () => {
    expect(shellWord("C:\\app\\a.jsonl", "win32")).toBe("C:\\app\\a.jsonl");
    expect(shellWord('C:\\my app\\"a".jsonl', "win32")).toBe('"C:\\my app\\""a"".jsonl"');
  });
});

function saidBy(text: string): string {
  const command = `printf %s ${shellWord(text, "linux")}`;
  return spawnSync("/bin/sh", ["-c", command], { encoding: "utf8" }).stdout;
}
