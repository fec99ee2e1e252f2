/** `brownout check` of what the shell's `<(zcat run.jsonl.gz)` gives. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createFolder, type Folder } from "../../../test/command-line.ts";
import { throttledDaemon } from "../../../test/support/history.ts";
import { toHar } from "../../history/har.ts";
import { writeJournal } from "../../history/journal.ts";

const bin = fileURLToPath(new URL("../../../bin/brownout.js", import.meta.url));
let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("run.jsonl", writeJournal(throttledDaemon()));
  folder.write("run.har", toHar(throttledDaemon()));
});
afterAll(() => folder.remove());

/** Killed if it waits for what has been read already. */
const LIMIT_MS = 50_000;

it.skipIf(process.platform === "win32").each(["run.jsonl", "run.har"])(
  "judges the contents of a pipe as those of the file: %s",
  async (name) => {
    const { code, stdout } = await folder.main("check", name);
    const script = `"${process.execPath}" "${bin}" check <(cat ${name})`;
    const env = { ...process.env, NODE_OPTIONS: "" };
    const options = { cwd: folder.path, encoding: "utf8", env, timeout: LIMIT_MS } as const;
    const piped = spawnSync("bash", ["-c", script], options);
    expect(piped.stderr).toBe("");
    expect({ code: piped.status, stdout: piped.stdout }).toEqual({ code, stdout });
  },
);
