/**
 * A full disk and a read-only folder, real ones: a file system of a few kilobytes that only the
 * processes of one test see. No exit code may say that all is well, or that a finding was made,
 * and nothing of an earlier night may look like the results of this one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, IMPATIENT, PATIENT, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const bin = fileURLToPath(new URL("../bin/brownout.js", import.meta.url));
/** Linux lets every user do so, unless an administrator has forbidden it. */
const NAMESPACE = ["--user", "--map-root-user", "--mount"];
const mayMount =
  spawnSync("unshare", [...NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("good.scenario.ts", scenarioText({ name: "good", script: PATIENT }));
  folder.write("bad.scenario.ts", scenarioText({ name: "bad", script: IMPATIENT }));
  mkdirSync(join(folder.path, "disk"));
});
afterAll(() => folder.remove());

const RUN = '"$NODE" "$BIN" run --mount direct --workers 1 --no-control';
const FILL = "dd if=/dev/zero of=disk/big bs=1k count=100000 2> /dev/null || true";

/** Runs a script where `disk` is a file system of so many kilobytes. */
const onDisk = (size: number, script: string) =>
  spawnSync(
    "unshare",
    [...NAMESPACE, "bash", "-c", `mount -t tmpfs -o size=${size}k tmpfs disk\n${script}`],
    {
      cwd: folder.path,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "", NODE: process.execPath, BIN: bin },
    },
  );

/** The folder that a session named in place of the one that it could not write. */
const elsewhereOf = (output: string): string =>
  /^Reports: (\/\S+brownout-results-\w+);/m.exec(output)?.[1] ?? "";

describe.runIf(mayMount)("a disk that is full", () => {
  it("from the beginning: results go elsewhere, the finding is printed, and the exit code is 2", () => {
    const { stdout, stderr } = onDisk(
      64,
      `${FILL}; ${RUN} ./bad.scenario.ts --archive none --out disk/out; echo "code $?"; ls disk/out`,
    );
    expect(stdout).toMatch(/^disk\/out: it cannot be written: the disk is full\. Results go to /m);
    expect(stdout).toMatch(/^1 unexpected finding\. /m);
    expect(stdout).toMatch(/^code 2$/m);
    expect(stdout).not.toMatch(/^results\.json$/m);
    expect(stderr).toMatch(/^brownout: disk\/out: it cannot be written: the disk is full\.$/m);
    expect(readFileSync(join(elsewhereOf(stdout), "results.json"), "utf8")).toContain('"bad"');
  });

  it("when the reports are written: they go elsewhere, and none of an earlier night is left", () => {
    const { stdout } = onDisk(
      300,
      // What the first session took is free when that is cleared; the second needs more.
      `${RUN} ./good.scenario.ts --archive none --out disk/out > /dev/null
       ls disk/out/results.json; ${FILL}
       ${RUN} ./bad.scenario.ts --archive none --out disk/out; echo "code $?"
       find disk -name '*.json' -o -name '*.xml'`,
    );
    expect(stdout).toMatch(/^disk\/out\/results\.json$/m);
    expect(stdout).toMatch(/^1 unexpected finding\. 1 run /m);
    const left = stdout.slice(stdout.indexOf("\ncode "));
    expect([elsewhereOf(stdout), left]).toEqual([
      expect.stringContaining("brownout-results-"),
      "\ncode 2\n",
    ]);
  });

  it("under the journals: each run says so, and the exit code is 2", () => {
    const { stdout, stderr } = onDisk(
      200,
      // Room for the proof that something can be written, and for nothing more.
      `dd if=/dev/zero of=disk/big bs=1k count=116 2> /dev/null
       mkdir -p disk/out/journals; ${RUN} outage-12h-daemon-past-refresh-in --archive none --out disk/out; echo "code $?"; find disk -name results.json`,
    );
    expect(stdout + stderr).toMatch(/it cannot be written: the disk is full/);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toMatch(/^code 2$/m);
  });

  it("under standard output and standard error: the exit code is 2, and results are kept", () => {
    const { stdout } = onDisk(
      64,
      `${FILL}; ${RUN} ./good.scenario.ts --archive none --out kept > disk/log 2>&1; echo "code $?"`,
    );
    expect(stdout).toBe("code 2\n");
    expect(existsSync(join(folder.path, "kept/results.json"))).toBe(true);
  });
});

describe.runIf(mayMount)("the disk of the archive", () => {
  const ARCHIVE = "--archive disk/archive --job nightly";
  it("as it is full ends the night with 2; its results are kept, and it is known when there is room again", () => {
    const { stdout, stderr } = onDisk(
      600,
      `${RUN} ./good.scenario.ts ${ARCHIVE} --out nights/full > /dev/null; echo "first $?"
       ${FILL}
       ${RUN} ./bad.scenario.ts ${ARCHIVE} --out nights/full; echo "code $?"; ls nights/full
       "$NODE" "$BIN" archive add nights/full ${ARCHIVE}; echo "add $?"
       rm disk/big; "$NODE" "$BIN" archive add nights/full ${ARCHIVE}; echo "room $?"`,
    );
    expect(stdout).toMatch(/^first 0$/m);
    expect(stderr).toMatch(/^brownout: disk\/archive.*: this run is in its output folder alone: /m);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toMatch(/^code 2$/m);
    expect(stdout).toMatch(/^results\.json$/m);
    // That nothing is compared is said to all channels, and that is all that is said.
    expect(stdout).toMatch(/^news\.json$/m);
    const news = readFileSync(join(folder.path, "nights/full/news.json"), "utf8");
    expect(news).toMatch(/"kind": "unknown"/);
    expect(stdout).toMatch(/^add 2$/m);
    expect(stdout).toMatch(/^room 0$/m);
    expect(stdout).toMatch(/^New: bad, /m);
  });

  it("as it is read-only ends the night and a delivery with 2; it can still be read", () => {
    const { stdout, stderr } = onDisk(
      4_000,
      `${RUN} ./good.scenario.ts ${ARCHIVE} --out nights/read > /dev/null
       mount -o remount,ro disk
       ${RUN} ./good.scenario.ts ${ARCHIVE} --out nights/read; echo "code $?"
       "$NODE" "$BIN" deliver ${ARCHIVE} --webhook http://127.0.0.1:9/; echo "deliver $?"
       "$NODE" "$BIN" trend ${ARCHIVE} > /dev/null; echo "trend $?"`,
    );
    expect(stdout).toMatch(/^code 2$/m);
    expect(stdout).toMatch(/^deliver 2$/m);
    expect(stdout).toMatch(/^trend 0$/m);
    expect(stderr).not.toMatch(/^\s+at |defect of brownout/m);
  });
});

describe.runIf(mayMount)("a folder that is read-only", () => {
  it("keeps what it has, which is said to be of an earlier run; results go elsewhere, with 2", () => {
    const { stdout, stderr } = onDisk(
      4_000,
      `${RUN} ./bad.scenario.ts --archive none --out disk/out > /dev/null
       mount -o remount,ro disk
       ${RUN} ./good.scenario.ts --archive none --out disk/out; echo "code $?"`,
    );
    expect(stdout).toMatch(
      /^disk\/out: it cannot be written: the file system is read-only; the results there are of an earlier run\. /m,
    );
    expect(stdout).toMatch(/^code 2$/m);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readFileSync(join(elsewhereOf(stdout), "results.json"), "utf8")).toContain('"good"');
  });
});
