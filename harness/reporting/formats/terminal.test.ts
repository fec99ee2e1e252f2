import { describe, expect, it } from "vitest";
import { createPaint, createProgress, statusText } from "./terminal.ts";

function screen(kind: "terminal" | "file") {
  const written: string[] = [];
  const output = {
    write: (text: string): void => void written.push(text),
    isTTY: kind === "terminal",
    columns: 20,
  };
  return { output, written };
}

describe("colours", () => {
  it.each([
    ["a terminal", "terminal", {}, true],
    ["a file", "file", {}, false],
    ["a terminal with NO_COLOR", "terminal", { NO_COLOR: "1" }, false],
    ["a terminal with an empty NO_COLOR", "terminal", { NO_COLOR: "" }, true],
    ["a file with FORCE_COLOR", "file", { FORCE_COLOR: "1" }, true],
    ["a terminal with FORCE_COLOR=0", "terminal", { FORCE_COLOR: "0" }, false],
    ["a dumb terminal", "terminal", { TERM: "dumb" }, false],
  ] as const)("of %s", (_, kind, environment, isColoured) => {
    const paint = createPaint(screen(kind).output, environment);
    expect(paint("red", "no")).toBe(isColoured ? "\u001b[31mno\u001b[39m" : "no");
  });
});

describe("progress", () => {
  it("rewrites its last line on a terminal, and leaves nothing of it behind", () => {
    const { output, written } = screen("terminal");
    const progress = createProgress(output);
    progress.status("0/2  first");
    progress.line("pass  first");
    progress.status("1/2  a name that is far too long for the line");
    progress.end();
    progress.line("done");
    const clear = "\r\u001b[2K";
    expect(written.join("")).toBe(
      `${clear}0/2  first${clear}pass  first\n0/2  first${clear}1/2  a name that is${clear}done\n`,
    );
  });

  it("makes room for what others print, and comes back below it", () => {
    const { output, written } = screen("terminal");
    const progress = createProgress(output);
    progress.aside(() => output.write("before\n"));
    progress.status("0/2  first");
    progress.aside(() => output.write("a script's line\n"));
    const clear = "\r\u001b[2K";
    expect(written.join("")).toBe(`before\n${clear}0/2  first${clear}a script's line\n0/2  first`);
  });

  it("is plain lines in a file", () => {
    const { output, written } = screen("file");
    const progress = createProgress(output);
    progress.status("0/2  first");
    progress.line("pass  first");
    progress.end();
    expect(written.join("")).toBe("pass  first\n");
  });

  it("names two of those under way and counts the others", () => {
    expect(statusText(3, 9, ["a", "b", "c", "d"])).toBe("3/9  a, b and 2 more");
    expect(statusText(8, 9, ["a"])).toBe("8/9  a");
  });
});
