import { expect, it } from "vitest";
import { inline, row } from "./markdown-text.ts";

it.each([
  ["a tag", "<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"],
  ["a link", "see [this](https://example.com)", "see [this]\\(https://example.com)"],
  ["a picture", "![](https://example.com/seen)", "![]\\(https://example.com/seen)"],
  ["a heading", "one\n# two\r\n\tthree ", "one # two three"],
  ["what is none", "asserts[0] (of 2) at https://example.com/a_b", undefined],
])("text of others is no %s", (_, text, said) => {
  expect(inline(text)).toBe(said ?? text);
});

it("a cell stays in its cell", () => {
  expect(row("a|b", "c\nd")).toBe("| a\\|b | c d |");
});
