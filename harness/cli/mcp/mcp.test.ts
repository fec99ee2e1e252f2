/** `brownout mcp`, spoken to by the SDK's own client. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { writeJournal } from "../../history/journal.ts";
import { throttledDaemon } from "../../../test/support/history.ts";
import { answerLine } from "./protocol.ts";

const bin = fileURLToPath(new URL("../../../bin/brownout.js", import.meta.url));
const SLOW_MS = 240_000;

let folder: string;
let client: Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "brownout-mcp-"));
  client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [bin, "mcp"], cwd: folder }),
  );
}, SLOW_MS);

afterAll(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(name: string, input: Readonly<Record<string, unknown>> = {}) {
  const result = await client.callTool({ name, arguments: input }, undefined, {
    timeout: SLOW_MS,
  });
  const [first] = result.content as readonly { readonly text: string }[];
  return { text: first?.text ?? "", isError: result.isError === true };
}

describe("brownout mcp", () => {
  it("describes its tools, with a schema for each", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "list_scenarios",
      "run_scenario",
      "list_findings",
      "explain_finding",
      "break",
      "clear",
      "served_state",
      "served_findings",
      "served_timeline",
    ]);
    expect(tools.find(({ name }) => name === "run_scenario")?.inputSchema).toMatchObject({
      type: "object",
      required: ["scenario"],
      additionalProperties: false,
    });
    expect(client.getServerVersion()?.name).toBe("brownout");
  });

  it(
    "lists scenarios, runs one, and explains what it found by its journal",
    { timeout: SLOW_MS },
    async () => {
      const listed = JSON.parse((await call("list_scenarios", { containing: "throttl" })).text) as {
        name: string;
      }[];
      expect(listed.map(({ name }) => name)).toContain("token-throttled");

      const ran = await call("run_scenario", { scenario: "token-throttled", client: "msal-node" });
      expect(ran.text).toMatch(/exit code \d$/);
      const findings = JSON.parse((await call("list_findings")).text) as {
        rule: string;
        journal: string;
      }[];
      expect(findings.every(({ journal }) => existsSync(join(folder, journal)))).toBe(true);
    },
  );

  it("explains a finding: what is demanded, the evidence, and what to do", async () => {
    writeFileSync(join(folder, "run.jsonl"), writeJournal(throttledDaemon()));
    const { text } = await call("explain_finding", { journal: "run.jsonl", rule: "retry-after" });
    expect(text).toMatch(/^retry-after: fail\. /);
    expect(text).toContain("It demands: ");
    expect(text).toContain("What to do: ");
    expect(text).toMatch(/Evidence:\n {2}\+/);
  });

  it.each([
    [
      "explain_finding",
      { journal: "../outside.jsonl", rule: "retry-after" },
      "only files of this folder",
    ],
    [
      "explain_finding",
      { journal: "/etc/passwd", rule: "retry-after" },
      "only files of this folder",
    ],
    [
      "explain_finding",
      { journal: "link/passwd", rule: "retry-after" },
      "only files of this folder",
    ],
    ["explain_finding", { journal: "none.jsonl", rule: "retry-after" }, "there is no such file"],
    ["explain_finding", { journal: "run.jsonl", rule: "retry-afer" }, "retry-after"],
    ["run_scenario", { scenario: "./own.scenario.ts" }, "there is no scenario"],
    ["run_scenario", { scenario: "token-throttled", client: "../evil.ts" }, "client"],
    ["run_scenario", { scenario: "token-throttled", out: "/tmp/x" }, 'unknown key "out"'],
    ["break", { preset: "throttled" }, "there is no such file"],
  ])("refuses %s with %j", async (tool, input, message) => {
    if (!existsSync(join(folder, "link"))) symlinkSync("/etc", join(folder, "link"));
    const { text, isError } = await call(tool, input);
    expect(text).toContain(message);
    expect(isError).toBe(true);
  });

  it("breaks what brownout serve serves", { timeout: SLOW_MS }, async () => {
    const serve = spawn(process.execPath, [bin, "serve", "--ready-file", "ready.json"], {
      cwd: folder,
      stdio: "ignore",
    });
    onTestFinished(() => void serve.kill());
    await expect
      .poll(() => existsSync(join(folder, "ready.json")), { timeout: SLOW_MS })
      .toBe(true);
    const broken = await call("break", { preset: "throttled", options: { for: "5m" }, ttl: "1m" });
    expect(broken.isError).toBe(false);
    const state = JSON.parse((await call("served_state")).text) as { outages: unknown[] };
    expect(state.outages.length).toBe(1);
    await call("clear");
    const after = JSON.parse((await call("served_state")).text) as { outages: unknown[] };
    expect(after.outages).toEqual([]);
    expect((await call("served_findings")).text).toContain("verdict");
    const wrong = await call("break", { preset: "thrott1ed" });
    expect(wrong.isError).toBe(true);
  });

  it("sends its token to no other machine", async () => {
    mkdirSync(join(folder, "edited"), { recursive: true });
    const ready = {
      schema: "brownout/ready/1",
      pid: 1,
      host: "127.0.0.1",
      port: 1,
      proxy: "http://127.0.0.1:1",
      ca: "ca.pem",
      control: "http://192.0.2.1:80",
      token: "secret",
      seed: "1",
      machine: {},
    };
    writeFileSync(join(folder, "edited", "ready.json"), JSON.stringify(ready));
    const { text } = await call("served_state", { readyFile: "edited/ready.json" });
    expect(text).toContain("expected a control API on this machine");
  });
});

describe("its messages", () => {
  it.each([
    ["{", -32_700],
    ["[]", -32_600],
    ['{"jsonrpc":"2.0","id":1,"method":"resources/list"}', -32_601],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"eval"}}', -32_602],
  ])("that are wrong are answered by an error: %s", async (line, code) => {
    const answer = JSON.parse((await answerLine(line, [])) ?? "") as { error: { code: number } };
    expect(answer.error.code).toBe(code);
  });

  it("that are notifications have no answer", async () => {
    const line = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    expect(await answerLine(line, [])).toBeUndefined();
  });
});
