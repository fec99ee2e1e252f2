/** What commands say of themselves. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

describe("help", () => {
  it.each([[["--help"]], [["run", "--help"]], [["run", "--nonsense", "-h"]], [["--version"]]])(
    "%j is printed on stdout, with exit code 0",
    async (argv) => {
      const { code, stdout, stderr } = await folder.main(...argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/--out DIR|brownout run|^\d+\.\d+\.\d+\n$/);
    },
  );

  it("is that of a program which with-node runs where it stands behind its name", async () => {
    const ran: (readonly string[])[] = [];
    const runProgram = (command: readonly string[]): Promise<number> => {
      ran.push(command);
      return Promise.resolve(3);
    };
    const { code } = await folder.mainWith({ runProgram }, "with-node", "vitest", "run", "--help");
    expect({ code, ran }).toEqual({ code: 3, ran: [["vitest", "run", "--help"]] });
    expect((await folder.main("with-node", "--help")).stdout).toContain(
      "brownout with-node PROGRAM",
    );
  });

  it("lists verdicts among the exit codes of a command that judges, and only possible outcomes for others", async () => {
    expect((await folder.main("check", "--help")).stdout).toMatch(/3 nothing failed[^]*143 after/);
    const list = await folder.main("list", "--help");
    expect(list.stdout).toMatch(/\n\nExit codes: 0 done, 2 wrong usage\.\n$/);
  });

  it("shows stack traces only to those who ask for them", async () => {
    const { stderr } = await folder.main("run", "token-throtled", "--debug");
    expect(stderr).toMatch(/^\s+at /m);
  });
});
