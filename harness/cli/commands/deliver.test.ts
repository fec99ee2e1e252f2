/** Changes that an earlier run left for a channel, delivered apart from a run. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { judgedRun } from "../../../test/support/report.ts";
import { runFacts } from "../../../test/support/run-facts.ts";
import { testIo } from "../../../test/support/cli.ts";
import { addToArchive } from "../../reporting/archive/add-to-archive.ts";
import { sessionFactsOf } from "../../reporting/archive/session-facts.ts";
import { buildResults } from "../../reporting/model/build-results.ts";
import { main } from "../main.ts";

vi.setConfig({ testTimeout: 60_000 });

let cwd = "";
let server: Server;
let base = "";
let received: string[] = [];
let status = 200;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "brownout-deliver-"));
  mkdirSync(join(cwd, "reports"));
  [received, status] = [[], 200];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      received.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(status).end(request.method === "GET" ? "[]" : '{ "number": 1 }');
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function deliver(environment: Readonly<Record<string, string>>, ...argv: string[]) {
  let [stdout, stderr] = ["", ""];
  const output = (write: (text: string) => void) => ({ write, isTTY: false, columns: 80 });
  const io = testIo({
    cwd,
    environment,
    stdout: output((text) => (stdout += text)),
    stderr: output((text) => (stderr += text)),
  });
  const code = await main(["deliver", ...argv], io);
  return { code, stdout, stderr };
}

function addNight(
  night: number,
  verdict: "pass" | "fail",
  command = "brownout run './a.scenario.ts' --seed 5",
): void {
  const results = buildResults([judgedRun({ backoff: verdict })], [], {
    seed: "5",
    brownout: "0.1.0",
  });
  addToArchive(results, {
    folder: join(cwd, "reports", "archive"),
    cwd,
    recordedAt: new Date(Date.UTC(2026, 9, night, 3)).toISOString(),
    facts: sessionFactsOf(runFacts({ commit: `commit-${night}`, command })),
  });
}

describe("deliver", () => {
  it("brings what waits to each channel once, and ends with 2 while one does not take it", async () => {
    addNight(1, "pass");
    addNight(2, "fail");
    const hook = { BROWNOUT_WEBHOOK: `${base}/secret-of-mine` };
    status = 500;
    const failed = await deliver(hook);
    expect(failed.code).toBe(2);
    expect(failed.stdout).toMatch(/answered 500.*\nwebhook at .*: 0 changes delivered, 1 not yet/);
    status = 200;
    const done = await deliver(hook);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toMatch(/: 1 change delivered\.$/m);
    expect((await deliver(hook)).stdout).toMatch(/: 0 changes delivered\.$/m);
    expect(received).toHaveLength(2);
    expect(failed.stdout + done.stdout).not.toContain("secret-of-mine");
  });

  it("writes issues with the token of a workflow, and to no other channel", async () => {
    addNight(1, "fail");
    writeFileSync(join(cwd, "reports", "channels.json"), "not read");
    const workflow = { GITHUB_REPOSITORY: "me/mine", GITHUB_TOKEN: "t", GITHUB_API_URL: base };
    const { code, stdout } = await deliver(workflow, "--github-issues");
    expect([code, stdout]).toEqual([0, "GitHub issues: 1 change delivered.\n"]);
    expect(received).toHaveLength(2);
    expect(received[1]).toMatch(
      /^POST \/repos\/me\/mine\/issues .*run token-throttled --client msal-node --mount \w+ --seed 5/,
    );
  });

  it("says how to play an own scenario of a merged session", async () => {
    addNight(1, "fail", "brownout merge one two");
    mkdirSync(join(cwd, "outages"));
    writeFileSync(join(cwd, "outages", "token-throttled.scenario.ts"), "");
    const workflow = { GITHUB_REPOSITORY: "me/mine", GITHUB_TOKEN: "t", GITHUB_API_URL: base };
    await deliver(workflow, "--github-issues");
    expect(received[1]).toMatch(/run outages\/token-throttled\.scenario\.ts --mount \w+ --seed 5/);
  });

  it("names what it cannot do", async () => {
    addNight(1, "fail");
    const hook = { BROWNOUT_WEBHOOK: base };
    const channels = [{ name: "team", kind: "slack", address: "SLACK" }];
    writeFileSync(join(cwd, "reports", "channels.json"), JSON.stringify(channels));
    expect((await deliver(hook, "taem")).stderr).toMatch(/no channel "taem"[^]*"team"/);
    expect((await deliver(hook, "team", "--github-issues")).stderr).toMatch(/no others are named/);
    expect((await deliver({}, "team")).stdout).toMatch(/SLACK is not set/);
    rmSync(join(cwd, "reports", "channels.json"));
    expect(await deliver({})).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no channel/),
    });
    expect((await deliver(hook, "--archive", "elsewhere")).code).toBe(2);
    expect((await deliver(hook, "--job", "mian")).code).toBe(2);
    expect(received).toEqual([]);
  });
});
