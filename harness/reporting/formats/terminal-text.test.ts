import { describe, expect, it } from "vitest";
import { inline } from "./markdown-text.ts";
import { indented, oneLine, terminalText } from "./terminal-text.ts";

const plain = (text: string): string => terminalText(text, { isColoured: false, isTTY: false });
const onTerminal = (text: string): string => terminalText(text, { isColoured: true, isTTY: true });

// S11
describe("text for a terminal", () => {
  it.each([
    ["a colour", "\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"],
    ["a title", "\u001b]0;evil\u0007", "\\u001b]0;evil\\u0007"],
    ["a carriage return", "pass\rFAIL", "pass\\u000dFAIL"],
    ["a backspace", "a\b", "a\\u0008"],
    ["a control of eight bits", "\u009b31m", "\\u009b31m"],
    ["text from right to left", "a\u202eb", "a\\u202eb"],
    ["the end of a file", "a\u0000b\u001a", "a\\u0000b\\u001a"],
  ])("shows %s as an escape", (_, text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  it.each([
    ["\u001b[8m", "\\u001b[8m"],
    ["\u001b[2J", "\\u001b[2J"],
    ["\u001b[31mred\u001b[39m", "\u001b[31mred\u001b[39m"],
    ["\r\u001b[2K1/2", "\r\u001b[2K1/2"],
  ])("keeps on a terminal the styles that we use, and no other sequence: %j", (text, shown) => {
    expect(onTerminal(text)).toBe(shown);
  });

  it.each([
    ["::error::evil", "\\u003a:error::evil"],
    ["a\n  ::set-output name=x::y", "a\n  \\u003a:set-output name=x::y"],
    ["a ##vso[task.setvariable]x", "a \\u0023#vso[task.setvariable]x"],
    ["##VSO[task.complete]", "\\u0023#VSO[task.complete]"],
    ["x ##[error]y", "x \\u0023#[error]y"],
  ])("has no command of a CI service: %j", (text, shown) => expect(plain(text)).toBe(shown));

  it.each(["a: b::c", "lines\nof\r\ntext\tand tabs", "## A title", "Grüße, 日本語 🙂"])(
    "leaves other text as it is: %j",
    (text) => expect(plain(text)).toBe(text),
  );

  it("stays JSON of the same value", () => {
    const value = { "a\u009b": "##vso[x] ::y \u202e \u007f" };
    const text = plain(JSON.stringify(value));
    expect(text).not.toMatch(/##vso|\u202e|\u009b|\u007f/);
    expect(JSON.parse(text)).toEqual(value);
  });

  it("has no line of others that begins like one of ours", () => {
    expect(oneLine("a\npass  b\r\nc\u2028d")).toBe("a pass  b c d");
    expect(indented("a\npass  b\r\nc", "    ")).toBe("a\n    pass  b\n    c");
  });
});

// S11
describe("text of others in Markdown", () => {
  it.each([
    ["<script>x</script>", "&lt;script>x&lt;/script>"],
    ["[a](javascript:x)", "[a]\\(javascript:x)"],
    ["```\ncode", "\\`\\`\\` code"],
    ["a ` b", "a \\` b"],
    ["a `code` b", "a `code` b"],
    ["ask @someone", "ask @\u2060someone"],
    ["adele@contoso.example", "adele@contoso.example"],
    ["a\u001b[31m", "a\\u001b[31m"],
  ])("%j", (text, shown) => expect(inline(text)).toBe(shown));
});
