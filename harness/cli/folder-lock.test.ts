import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { isHeld, LOCK_FILE, whileLocked } from "./folder-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "brownout-lock-"));
const path = join(folder, LOCK_FILE);
const NOW = Date.UTC(2026, 0, 1);
const taker = { command: "brownout run", now: (): number => NOW };
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(path, { force: true }));

const held = (by: object): void => {
  const startedAt = "2026-01-01T00:00:00.000Z";
  writeFileSync(path, JSON.stringify({ process: 1, host: hostname(), startedAt, ...by }));
};
const work = (): Promise<string> => Promise.resolve("done");
const refused = { code: "bad-usage", place: folder };

// S20
describe("the lock of an output folder", () => {
  it("is there while the work lasts, also when that fails, and not afterwards", async () => {
    expect(await whileLocked(folder, taker, () => Promise.resolve(existsSync(path)))).toBe(true);
    expect(existsSync(path)).toBe(false);
    const failing = whileLocked(folder, taker, () => Promise.reject(new Error("mine")));
    await expect(failing).rejects.toThrow("mine");
    expect(existsSync(path)).toBe(false);
  });

  it("refuses a second session by name, and is still the first one's", async () => {
    // The first process of a machine always runs.
    held({});
    await expect(whileLocked(folder, taker, work)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(`process 1 on ${hostname()}`),
    });
    expect(existsSync(path)).toBe(true);
  });

  it("passes from a session that was killed to the next", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    held({ process: pid });
    expect(await whileLocked(folder, taker, work)).toBe("done");
    // In a container, each session may have the same process id.
    held({ process: process.pid });
    expect(await whileLocked(folder, taker, work)).toBe("done");
  });

  it("passes on when the machine was started since, also when another process has the number now", async () => {
    held({ startedAt: new Date(NOW - uptime() * 1_000 - 3_600_000).toISOString() });
    expect(await whileLocked(folder, taker, work)).toBe("done");
  });

  it("names the command that holds it", async () => {
    held({ command: "brownout merge a b" });
    await expect(whileLocked(folder, taker, work)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^another session writes there: process 1 on .*, since 2026-01-01T00:00:00.000Z \(brownout merge a b\)$/,
      ),
    });
    await whileLocked(mkdtempSync(join(folder, "other-")), taker, () => {
      expect(isHeld(folder, taker.now)).toBe(true);
      return work();
    });
  });

  it("of another machine counts for as long as that says that it runs", async () => {
    held({ host: "another" });
    utimesSync(path, NOW / 1_000, NOW / 1_000 - 30);
    await expect(whileLocked(folder, taker, work)).rejects.toMatchObject(refused);
    utimesSync(path, NOW / 1_000, NOW / 1_000 - 90);
    expect(await whileLocked(folder, taker, work)).toBe("done");
  });

  it.each(["", "null", "{}", '{"process":-1}', '{"process":"1"}'])(
    "is another's file when it names no process after a minute: %s",
    async (text) => {
      writeFileSync(path, text);
      utimesSync(path, NOW / 1_000, NOW / 1_000 - 30);
      await expect(whileLocked(folder, taker, work)).rejects.toMatchObject(refused);
      utimesSync(path, NOW / 1_000, NOW / 1_000 - 90);
      expect(await whileLocked(folder, taker, work)).toBe("done");
    },
  );
});
