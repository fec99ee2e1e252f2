/** Commit and branch from a checkout's own files. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCheckout } from "./checkout.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-checkout-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const commit = "0123456789abcdef0123456789abcdef01234567";
const other = "fedcba9876543210fedcba9876543210fedcba98";

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe("a checkout", () => {
  it("names its branch and commit, also from a folder below", () => {
    write({
      ".git/HEAD": "ref: refs/heads/feature/slow\n",
      ".git/refs/heads/feature/slow": `${commit}\n`,
      "packages/app/index.js": "",
    });

    expect(readCheckout(join(folder, "packages", "app"))).toEqual({
      root: folder,
      commit,
      branch: "feature/slow",
    });
  });

  it("has no branch with a detached head", () => {
    write({ ".git/HEAD": `${commit}\n` });

    expect(readCheckout(folder)).toEqual({ root: folder, commit });
  });

  it("may have its branches in packed-refs", () => {
    write({
      ".git/HEAD": "ref: refs/heads/main\n",
      ".git/packed-refs": `# pack-refs with: peeled\n${other} refs/heads/old-main\n${commit} refs/heads/main\n^${other}\n`,
    });

    expect(readCheckout(folder)).toEqual({ root: folder, commit, branch: "main" });
  });

  it("may be a worktree, whose branches are in its repository", () => {
    write({
      "repository/.git/worktrees/side/HEAD": "ref: refs/heads/side\n",
      "repository/.git/worktrees/side/commondir": "../..\n",
      "repository/.git/refs/heads/side": `${commit}\n`,
      "side/.git": "gitdir: ../repository/.git/worktrees/side\n",
    });

    expect(readCheckout(join(folder, "side"))).toEqual({
      root: join(folder, "side"),
      commit,
      branch: "side",
    });
  });

  it("has no commit before the first", () => {
    write({ ".git/HEAD": "ref: refs/heads/main\n" });

    expect(readCheckout(folder)).toEqual({ root: folder, branch: "main" });
  });

  it("leads to no file outside of it, and gives nothing that is no commit", () => {
    write({
      ".git/HEAD": "ref: refs/heads/../../../secret\n",
      secret: `${commit}\n`,
      "odd/.git/HEAD": "what is this",
    });

    expect(readCheckout(folder)).not.toHaveProperty("commit");
    expect(readCheckout(join(folder, "odd"))).toEqual({ root: join(folder, "odd") });
  });

  it("is none without git's files", () => {
    write({ ".git": "gitdir: nowhere\n" });

    expect(readCheckout(folder)).toBeUndefined();
  });

  it("says what git itself says", () => {
    const git = (...command: readonly string[]): string =>
      execFileSync("git", command, { cwd: folder, encoding: "utf8" }).trim();
    git("init", "--quiet", "--initial-branch", "trunk");
    git(
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@b",
      "commit",
      "--quiet",
      "--allow-empty",
      "-m",
      "a",
    );

    expect(readCheckout(folder)).toMatchObject({
      commit: git("rev-parse", "HEAD"),
      branch: git("branch", "--show-current"),
    });
  });
});
