/** Which programs follow a clock that leaps, as far as it can be seen before they run. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFakeClock, findFaketime } from "../clients/drivers/faketime.ts";
import { openLeapTime, whyNotFollowed } from "./leap-time.ts";

const library = findFaketime();
const path = process.env["PATH"] ?? "";

function folderWith(name: string, contents: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "brownout-leap-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), contents);
  chmodSync(join(folder, name), 0o755);
  return folder;
}

/** A 64-bit file of the format ELF, with one program header of that type. */
function elf(type: number, more = ""): Buffer {
  const file = Buffer.alloc(256);
  file.write("\x7fELF\x02\x01\x01", "latin1");
  file.writeBigUInt64LE(64n, 0x20);
  file.writeUInt16LE(56, 0x36);
  file.writeUInt16LE(1, 0x38);
  file.writeUInt32LE(type, 64);
  file.writeBigUInt64LE(128n, 64 + 8);
  file.writeBigUInt64LE(64n, 64 + 0x20);
  file.write(more, 128, "latin1");
  return file;
}

const whyNot = (program: string, cwd: string): string | undefined =>
  whyNotFollowed(program, { cwd, path }, createFakeClock(library ?? "", cwd));

describe("a program that does not follow", () => {
  it.each([
    ["that is linked statically", elf(1), "is linked statically"],
    ["of Go", elf(3, "/lib64/ld-linux-x86-64.so.2\0\xff Go buildinf:"), "is a program of Go"],
    ["of musl", elf(3, "/lib/ld-musl-x86_64.so.1\0"), "uses the C library musl"],
  ])("is one %s", (_which, file, said) => {
    expect(whyNot("./tool", folderWith("tool", file))).toContain(`tool ${said}`);
  });

  it("is a script for such a program", () => {
    const folder = folderWith("tool", elf(1));
    writeFileSync(join(folder, "script"), `#!${join(folder, "tool")}\nwork\n`);
    chmodSync(join(folder, "script"), 0o755);
    expect(whyNot("./script", folder)).toContain("tool is linked statically");
  });
});

describe.skipIf(library === undefined)("with libfaketime (skipped without it)", () => {
  it.each([
    ["Node", process.execPath],
    ["the shell", "sh"],
  ])("%s follows", (_name, program) => {
    expect(whyNot(program, folderWith("unused", ""))).toBeUndefined();
  });

  it("says what a runtime prints that does not", () => {
    const folder = folderWith("python3", "#!/bin/sh\necho 7\n");
    // What a script runs cannot be seen, but a runtime can be asked.
    const renamed = folderWith("python3", elf(3, "/lib64/ld-linux-x86-64.so.2\0"));
    expect(whyNot("./python3", folder)).toBeUndefined();
    expect(whyNot("./python3", renamed)).toMatch(/does not follow: asked .* it said ""/);
  });
});

describe("--time", () => {
  const place = { cwd: "/", path };

  it("is real by default, and nothing else than leap beside it", () => {
    expect(openLeapTime(undefined, ["true"], place)).toBeUndefined();
    expect(openLeapTime("real", ["true"], place)).toBeUndefined();
    expect(() => openLeapTime("fast", ["true"], place)).toThrow("expected real or leap");
  });
});
