/**
 * `brownout exec` and `serve` with programs that know nothing of them: Node's own fetch, and
 * MSAL for Python from Debian where it is installed. The machine's network is not touched: where a
 * namespace cannot be made, these tests say so and are skipped.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { parseJournal } from "../harness/history/journal.ts";
import { whyNoNamespace } from "../harness/serve/sandbox/namespace.ts";
import { parseReady } from "../harness/serve/ready-file.ts";
import { createFolder, type Folder } from "./command-line.ts";

vi.setConfig({ testTimeout: 240_000 });

const whyNot = whyNoNamespace(process.platform, process.getuid?.() ?? 0);
const PYTHON = "/usr/bin/python3";
const hasMsal = spawnSync(PYTHON, ["-c", "import msal"]).status === 0;

const [tenant] = contoso.tenants;
const daemon = tenant?.apps.find(({ name }) => name === "nightly-daemon");

const native = tenant?.apps.find(({ name }) => name === "desk-app");
const adele = tenant?.users.find(({ upn }) => upn.startsWith("adele@"));

/** Prints the code of the error, or the status. */
const ASK = `fetch("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration")
  .then(({ status }) => console.log(status), ({ cause }) => console.log(cause?.code ?? cause))`;

const MSAL = `
import msal
app = msal.ConfidentialClientApplication("${daemon?.clientId ?? ""}",
  authority="https://login.microsoftonline.com/${tenant?.id ?? ""}",
  client_credential="${daemon?.secrets[0]?.value ?? ""}", instance_discovery=False)
for call in range(2):
  try:
    print(sorted(app.acquire_token_for_client(["https://graph.microsoft.com/.default"]))[0])
  except Exception as error:
    print(type(error).__name__)
`;

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("ask.mjs", ASK);
  folder.write("job.py", MSAL);
});
afterAll(() => folder.remove());

const exec = (...argv: string[]) => folder.brownoutWithin(120_000, "exec", ...argv);
const node = [process.execPath, "ask.mjs"];

describe.skipIf(whyNot !== undefined)(`a network of its own (${whyNot ?? "can be made"})`, () => {
  it.each([
    [[], "200"],
    [["--outage", "outage"], "503"],
    [["--outage", "unreachable"], "ECONNREFUSED"],
    [["--outage", "name-lookup-down"], "ENOTFOUND"],
    [["--plan", "tls.json"], "ERR_TLS_CERT_ALTNAME_INVALID"],
    [["--plan", "lost.json"], "UND_ERR_CONNECT_TIMEOUT"],
  ])("shows a program what %j is in reality", (options, seen) => {
    const window = { id: "x", at: "edge", on: "all", from: 0, for: 600_000 };
    folder.write("tls.json", JSON.stringify([{ ...window, effect: { kind: "tls-failure" } }]));
    folder.write("lost.json", JSON.stringify([{ ...window, effect: { kind: "connect-timeout" } }]));
    const { stdout, stderr } = exec(...options, "--", ...node);
    expect({ stdout, stderr }).toMatchObject({ stdout: `${seen}\n` });
  });

  it("has no way to a real host, and says which was asked for", () => {
    folder.write(
      "out.mjs",
      'fetch("https://example.com").catch(({ cause }) => console.log(cause.code))',
    );
    const { stdout, stderr } = exec("--", process.execPath, "out.mjs");
    expect(stdout).toBe("ENOTFOUND\n");
    expect(stderr).toContain("names that are not simulated: example.com");
  });

  it("ends with the command's own code when nothing else is wrong", () => {
    const { code } = exec("--", process.execPath, "-e", `${ASK}.then(() => process.exit(7))`);
    expect(code).toBe(7);
  });

  it("ends with 3 when nothing could be judged, and 2 for a command that does not exist", () => {
    const { code, stderr } = exec("--", "true");
    expect(code).toBe(3);
    expect(stderr.match(/^  serve: .*/gm)).toEqual([
      expect.stringMatching(/^  serve: No request was seen\. \d+ rules had nothing to judge\.$/),
    ]);
    expect(exec("--", "no-such-program").code).not.toBe(0);
  });

  it("ends with 1 for a program that does not wait, and names its processes", () => {
    folder.write(
      "impatient.mjs",
      `for (let call = 0; call < 3; call += 1) await fetch("https://login.microsoftonline.com/${tenant?.id ?? ""}/oauth2/v2.0/token", { method: "POST", body: new URLSearchParams({ client_id: "${daemon?.clientId ?? ""}", client_secret: "${daemon?.secrets[0]?.value ?? ""}", grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" }) });`,
    );
    const { code, stderr } = exec(
      "--outage",
      "throttled",
      "--journal",
      "run.jsonl",
      "--",
      process.execPath,
      "impatient.mjs",
    );
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain("retry-after");
    const { events } = parseJournal(
      readFileSync(join(folder.path, "run.jsonl"), "utf8"),
      "run.jsonl",
    );
    const clients = events.flatMap((event) =>
      event.kind === "exchange-began" ? event.client : [],
    );
    expect(new Set(clients)).toEqual(new Set(["impatient-1"]));
  });

  it.each([
    [
      "12,000 requests over connections that are kept",
      { keepAlive: true, maxSockets: 200 },
      12_000,
    ],
    ["1,000 requests with a connection for each, at once", {}, 1_000],
  ])("answers %s, and misses none", (_title, agent, total) => {
    folder.write(
      "many.mjs",
      `import https from "node:https";
const agent = new https.Agent(${JSON.stringify(agent)});
const ask = (url, options, body) => new Promise((resolve) => {
  https.request(url, { agent, ...options }, (response) => {
    let text = "";
    response.on("data", (part) => (text += part)).on("end", () => resolve({ status: response.statusCode, text }));
  }).on("error", ({ code }) => resolve({ status: code })).end(body);
});
const form = new URLSearchParams({ client_id: "${daemon?.clientId ?? ""}", client_secret: "${daemon?.secrets[0]?.value ?? ""}", grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" });
const { text } = await ask("https://login.microsoftonline.com/${tenant?.id ?? ""}/oauth2/v2.0/token", { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" } }, form.toString());
const headers = { Authorization: "Bearer " + JSON.parse(text).access_token };
const counts = {};
await Promise.all(Array.from({ length: ${total} }, async () => {
  const { status } = await ask("https://graph.microsoft.com/v1.0/users", { headers });
  counts[status] = (counts[status] ?? 0) + 1;
}));
console.log(JSON.stringify(counts));`,
    );
    const { code, stdout, stderr } = exec(
      "--journal",
      "many.jsonl",
      "--",
      process.execPath,
      "many.mjs",
    );
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: `{"200":${total}}\n` });
    const { events } = parseJournal(
      readFileSync(join(folder.path, "many.jsonl"), "utf8"),
      "many.jsonl",
    );
    const began = events.filter((event) => event.kind === "exchange-began");
    expect(began).toHaveLength(total + 1);
    expect(new Set(began.map(({ client }) => client))).toEqual(new Set(["many-1"]));
  });

  it("takes eight runs of one program for eight clients, and no storm", () => {
    folder.write(
      "once.mjs",
      `await fetch("https://login.microsoftonline.com/${tenant?.id ?? ""}/oauth2/v2.0/token", { method: "POST", body: new URLSearchParams({ client_id: "${daemon?.clientId ?? ""}", client_secret: "x", grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" }) });`,
    );
    const loop = `for run in 1 2 3 4 5 6 7 8; do ${process.execPath} once.mjs; done`;
    const { code, stderr } = exec("--outage", "throttled", "--", "sh", "-c", loop);
    // Each was refused once, and nothing says how it took that.
    expect({ code, stderr }).toMatchObject({ code: 3 });
    expect(stderr).toContain("All 8 requests failed");
    expect(stderr).toContain("0 fail, 1 inconclusive");
  });

  it("is no pass for a program that met only refusals and ends well", () => {
    const { code, stderr } = exec("--outage", "unreachable", "--", ...node);
    expect({ code, stderr }).toMatchObject({ code: 3 });
    expect(stderr).toContain("The only request failed");
    expect(stderr).not.toContain("0 ok");
  });

  it("records operations of its commands", () => {
    const program = join(import.meta.dirname, "../bin/brownout.js");
    const op = `${process.execPath} ${program} op 'read metadata' -- ${node.join(" ")}`;
    const { code, stderr } = exec("--journal", "op.jsonl", "--", "sh", "-c", op);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { events } = parseJournal(
      readFileSync(join(folder.path, "op.jsonl"), "utf8"),
      "op.jsonl",
    );
    expect(events).toMatchObject([
      { kind: "operation-invoked", app: "read metadata", operation: 1, client: "node-1" },
      { kind: "exchange-began", operation: 1, client: "node-1" },
      { kind: "exchange-ended" },
      { kind: "operation-completed", operation: 1, outcome: "ok" },
    ]);
  });

  it.skipIf(!hasMsal).each([
    [[], "access_token\naccess_token\n"],
    [["--outage", "throttled"], "JSONDecodeError\nJSONDecodeError\n"],
    [["--outage", "token-server-error"], "HTTPError\nHTTPError\n"],
    [["--outage", "unreachable@30s"], "access_token\naccess_token\n"],
  ])(
    "runs MSAL for Python under %j (skipped without Debian's python3-msal)",
    (options, printed) => {
      const { stdout, stderr } = exec(...options, "--", PYTHON, "job.py");
      expect({ stdout, stderr }).toMatchObject({ stdout: printed });
    },
  );
});

describe("a proxy and variables", () => {
  it.each([
    [[], "200\n"],
    [["--outage", "outage"], "503\n"],
  ])("reach the simulator under %j", (options, printed) => {
    const { stdout, stderr } = exec("--isolate", "proxy", ...options, "--", ...node);
    expect({ stdout, stderr }).toMatchObject({ stdout: printed });
  });

  it("are not set with --isolate none", () => {
    const { stdout } = exec(
      "--isolate",
      "none",
      "--",
      process.execPath,
      "-p",
      "[process.env.HTTPS_PROXY, typeof process.env.BROWNOUT_CONTROL]",
    );
    expect(stdout).toContain("[ undefined, 'string' ]");
  });
});

describe("a command that fails in an outage", () => {
  const program = (onThrottled: string): string => `
const form = new URLSearchParams({ client_id: "${daemon?.clientId ?? ""}", client_secret: "${daemon?.secrets[0]?.value ?? ""}", grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" });
const ask = async () => (await fetch("https://login.microsoftonline.com/${tenant?.id ?? ""}/oauth2/v2.0/token", { method: "POST", body: form })).text();
JSON.parse(await ask());
await fetch(process.env.BROWNOUT_CONTROL + "/outages", { method: "POST",
  headers: { Authorization: "Bearer " + process.env.BROWNOUT_TOKEN }, body: JSON.stringify({ preset: "throttled" }) });
const text = await ask();
${onThrottled}`;
  const op = [process.execPath, join(import.meta.dirname, "../bin/brownout.js"), "op", "job", "--"];

  it.each([
    ["by itself", []],
    ["as an operation", op],
  ])("with a traceback %s has left an error uncaught", (_how, before) => {
    folder.write("crash.mjs", program("JSON.parse(text);"));
    const { code, stderr } = exec("--", ...before, process.execPath, "crash.mjs");
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toMatch(/^  uncaught-error: .* left SyntaxError uncaught/m);
    expect(stderr).toContain("0 pass, 1 fail");
  });

  it("in words of its own ends with its own code, without a finding", () => {
    folder.write("words.mjs", program('console.error("throttled: later"); process.exit(7);'));
    const { code, stderr } = exec("--", process.execPath, "words.mjs");
    expect({ code, stderr }).toMatchObject({ code: 7 });
    expect(stderr).not.toContain("uncaught-error");
  });
});

describe("the backup behind a command", () => {
  const program = `
const control = (path, body) => fetch(process.env.BROWNOUT_CONTROL + path, { method: "POST",
  headers: { Authorization: "Bearer " + process.env.BROWNOUT_TOKEN }, body: JSON.stringify(body) });
const post = async (path, form) => {
  const answer = await fetch("https://login.microsoftonline.com/" + path, { method: "POST", body: new URLSearchParams(form) });
  const text = await answer.text();
  return { status: answer.status, ...(text.startsWith("{") ? JSON.parse(text) : {}) };
};
const client = { client_id: "${native?.clientId ?? ""}", scope: "openid offline_access https://graph.microsoft.com/User.Read" };
const token = "${tenant?.id ?? ""}/oauth2/v2.0/token";
const code = await post("${tenant?.id ?? ""}/oauth2/v2.0/devicecode", client);
await post("common/oauth2/deviceauth", { otc: code.user_code, login: "${adele?.upn ?? ""}", passwd: "${adele?.password ?? ""}" });
const first = await post(token, { ...client, grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: code.device_code });
await control("/clock/advance", { by: process.argv[2] });
await control("/outages", { preset: "primary-down" });
const silent = await post(token, { ...client, grant_type: "refresh_token", refresh_token: first.refresh_token });
const daemon = await post(token, { client_id: "${daemon?.clientId ?? ""}", client_secret: "${daemon?.secrets[0]?.value ?? ""}", grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" });
console.log(silent.status, silent.error_codes?.join() ?? silent.token_type, daemon.status);
`;

  it.each([
    ["71h", "200 Bearer 503\n", ["backup", "primary"]],
    ["73h", "503 50033 503\n", ["backup", "primary"]],
  ])(
    "serves or declines the silent refresh of a session that is %s old, and no daemon",
    (age, printed, servedBy) => {
      folder.write("backup.mjs", program);
      folder.write("settings.json", '{ "backup": "2026-03" }');
      const options = ["--clock", "stepped", "--settings", "settings.json"];
      const { stdout, stderr } = exec(
        ...options,
        "--journal",
        "backup.jsonl",
        "--",
        process.execPath,
        "backup.mjs",
        age,
      );
      expect({ stdout, stderr }).toMatchObject({ stdout: printed });
      const text = readFileSync(join(folder.path, "backup.jsonl"), "utf8");
      const { events } = parseJournal(text, "backup.jsonl");
      const ended = events.flatMap((event) =>
        event.kind === "exchange-ended" ? [event.servedBy] : [],
      );
      expect(ended.slice(-2)).toEqual(servedBy);
    },
  );
});

/** `brownout serve` in a process of its own, once it serves. */
async function startServe(ready: string, ...options: string[]) {
  const program = join(import.meta.dirname, "../bin/brownout.js");
  const argv = [program, "serve", "--ready-file", ready, ...options];
  const child = spawn(process.execPath, argv, { cwd: folder.path, stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const file = join(folder.path, ready);
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 100));
  return { child, ended, ready: parseReady(readFileSync(file, "utf8"), ready) };
}

describe("an upstream", () => {
  it("answers a command, whose verdict names what is not judged", async () => {
    const { child, ended, ready } = await startServe("behind.json");
    const upstream = `https://${ready.host}:${ready.port}`;
    for (const [options, printed] of [
      [[], "200\n"],
      [["--outage", "outage"], "503\n"],
    ] as const) {
      const { stdout, stderr } = exec("--upstream", upstream, ...options, "--", ...node);
      expect({ stdout, stderr }).toMatchObject({ stdout: printed });
      expect(stderr).toContain("an upstream is not reached from it): by a proxy");
      expect(stderr).toMatch(/^Not judged on the upstream .*: .*backup-window/m);
    }
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});

describe("brownout serve", () => {
  it("ends at SIGTERM with exit code 0 and a whole journal", async () => {
    const program = join(import.meta.dirname, "../bin/brownout.js");
    const { child, ended } = await startServe("ready.json", "--journal", "serve.jsonl");
    const { stdout } = spawnSync(
      process.execPath,
      [program, "env", "--for", "node", "--ready-file", "ready.json", "--json"],
      { cwd: folder.path, encoding: "utf8" },
    );
    const variables = JSON.parse(stdout) as Record<string, string>;
    const asked = spawnSync(process.execPath, ["ask.mjs"], {
      cwd: folder.path,
      encoding: "utf8",
      env: { ...process.env, ...variables },
    });
    expect(asked.stdout).toBe("200\n");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const journal = readFileSync(join(folder.path, "serve.jsonl"), "utf8");
    expect(parseJournal(journal, "serve.jsonl").events).toHaveLength(2);
  });
});
