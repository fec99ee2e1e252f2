/** `brownout check` of a HAR of hundreds of megabytes, in a process that could not hold it (S16). */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const MB = 1024 * 1024;
const command = fileURLToPath(new URL("../bin/brownout.js", import.meta.url));

const entry = (url: string, body: string, more = {}) =>
  JSON.stringify({
    startedDateTime: "2026-03-02T08:00:00.000Z",
    time: 20,
    request: { method: "GET", url, headers: [], ...more },
    response: {
      status: 200,
      headers: [{ name: "content-type", value: "application/json" }],
      content: { text: body, mimeType: "application/json" },
    },
  });

const keys = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

/** A page's picture of a megabyte, a tunnel and a request for keys, again and again. */
function writeLargeHar(path: string, sizeMb: number): number {
  const file = openSync(path, "w");
  const picture = entry("https://cdn.example/picture.png", '\\"]},{[é'.repeat(MB / 10));
  const tunnel = entry("https://cdn.example:443", "", { method: "CONNECT" });
  writeSync(file, '{"log":{"version":"1.2","creator":{"name":"t","version":"1"},"entries":[\n');
  let rounds = 0;
  while (statSync(path).size < sizeMb * MB) {
    writeSync(
      file,
      `${rounds === 0 ? "" : ",\n"}${[picture, tunnel, entry(keys, '{"keys":[]}')].join(",\n")}`,
    );
    rounds += 1;
  }
  writeSync(file, "\n]}}\n");
  closeSync(file);
  return rounds;
}

it(
  "is read in a fraction of its size, and what is no request is counted",
  { timeout: 300_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "brownout-large-har-"));
    try {
      const path = join(folder, "export.har");
      const rounds = writeLargeHar(path, 400);
      // Peak memory of the process, in kilobytes.
      const report =
        "process.on('exit', () => process._rawDebug('peak ' + process.resourceUsage().maxRSS))";
      const check = (file: string) => {
        const run = spawnSync(
          process.execPath,
          [
            "--max-old-space-size=128",
            "--import",
            `data:text/javascript,${encodeURIComponent(report)}`,
            command,
            "check",
            file,
            "--json",
          ],
          { cwd: folder, encoding: "utf8", maxBuffer: 64 * MB },
        );
        return { ...run, peakMb: Number(/peak (\d+)/.exec(run.stderr)?.[1]) / 1024 };
      };
      const large = check(path);
      expect(large.stderr).toContain(`${rounds} entries are no HTTP request, and left out.`);
      expect(JSON.parse(large.stdout)).toMatchObject({ runs: [expect.anything()] });
      writeLargeHar(path, 1);
      const small = check(path);
      expect(large.peakMb - small.peakMb).toBeLessThan(200);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
