/** Trying real files as browsers, and what Playwright says of its own. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { thisComputer } from "./host-computer.ts";
import { loadChromium, requireChromium, type ImportPackage } from "./playwright-package.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-browser-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, mode);
  return path;
}

describe.skipIf(process.platform === "win32")("a file that is tried", () => {
  it("runs, and reports its version", () => {
    const path = script("good", 'test "$1" = --version && echo "Chromium 150.0.1 of Debian 12"');
    expect(thisComputer.tryOut(path)).toEqual({ kind: "runs", version: "150.0.1" });
    expect(thisComputer.tryOut(script("silent", "true"))).toEqual({ kind: "runs" });
  });

  it("is missing", () => {
    expect(thisComputer.tryOut(join(folder, "no-such-file"))).toEqual({ kind: "missing" });
    expect(thisComputer.tryOut(join(script("file", ""), "below"))).toEqual({ kind: "missing" });
    const loop = join(folder, "loop");
    symlinkSync(loop, loop);
    expect(thisComputer.tryOut(loop)).toEqual({ kind: "missing" });
  });

  it("is broken, and why", () => {
    const why = (path: string): unknown => thisComputer.tryOut(path);
    const stub = script("stub", "echo it needs the snap >&2; echo more >&2; exit 1");
    expect(why(stub)).toEqual({ kind: "broken", why: "it needs the snap" });
    expect(why(script("mute", "exit 3"))).toEqual({ kind: "broken", why: "it ends with 3" });
    const plain = { kind: "broken", why: "it is no executable file" };
    expect(why(script("plain", "", 0o644))).toEqual(plain);
    expect(why(folder)).toEqual(plain);
    const bare = script("bare", "", 0o755);
    writeFileSync(bare, "#!/no/such/interpreter\n");
    expect(why(bare)).toEqual({ kind: "broken", why: expect.stringMatching(/^spawn.+ENOENT/) });
  });
});

describe("Playwright", () => {
  const missing = (name: string): Error =>
    Object.assign(new Error(`Cannot find package '${name}'`), { code: "ERR_MODULE_NOT_FOUND" });

  it("has a place for its own browser", async () => {
    expect(await thisComputer.playwrightsOwn()).toMatch(/chrom/i);
  });

  it.each<[string[], string | undefined]>([
    [["@playwright/test", "playwright-core"], "@playwright/test"],
    [["playwright-core", "playwright"], "playwright"],
    [["playwright-core"], "playwright-core"],
    [[], undefined],
  ])("of %j is %s", async (installed, expected) => {
    const { chromium } = await import("@playwright/test");
    let taken: string | undefined;
    const importPackage: ImportPackage = (name) => {
      if (!installed.includes(name)) return Promise.reject(missing(name));
      taken = name;
      return Promise.resolve({ chromium });
    };
    const loaded = await loadChromium(importPackage);
    expect(loaded).toBe(expected === undefined ? undefined : chromium);
    expect(taken).toBe(expected);
  });

  it("that is not installed is asked for by its command", async () => {
    const none: ImportPackage = (name) => Promise.reject(missing(name));
    await expect(requireChromium(none)).rejects.toMatchObject({
      code: "client-not-installed",
      message: "Playwright is not installed",
      hint: "Run: npm install --save-dev @playwright/test",
    });
    expect(await requireChromium()).toBe(await loadChromium());
  });

  it("that is installed and broken is not taken for absent", async () => {
    await expect(loadChromium(() => Promise.reject(new SyntaxError("boom")))).rejects.toThrow(
      "boom",
    );
  });
});
