/** Programs and worker threads that ask Entra while it is simulated. */
import childProcess, { execFile, execFileSync, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { SHARE_ENV, Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HarnessError } from "../../core/errors.ts";
import { installNetworkGuard, type NetworkGuard } from "../network-guard.ts";

const login = "https://login.microsoftonline.com/common/discovery/instance";
const ask = `fetch(${JSON.stringify(login)}).then(() => console.log("reached"), (error) => console.log(error.cause?.message ?? error.message));`;

/** As a module has it that took it by `require` before a test began. */
const EarlyWorker = Worker;

const folder = mkdtempSync(join(tmpdir(), "brownout test of children "));
const script = join(folder, "nightly job.mjs");
writeFileSync(script, ask);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let guard: NetworkGuard;
let reported: HarnessError[];

function install(allow: readonly string[] = []): void {
  guard = installNetworkGuard({
    suite: { allow },
    onHarnessError: (error) => void reported.push(error),
  });
}

beforeEach(() => {
  reported = [];
  install();
});
afterEach(() => guard.restore());

const stopped = (program: string) =>
  expect.objectContaining({
    code: "unmocked-request",
    message: `${program} was stopped from reaching login.microsoftonline.com`,
  });

async function outputOf(child: childProcess.ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += String(chunk)));
  await once(child, "close");
  return text;
}

describe("a child process of Node's that asks Entra", () => {
  it.each([
    ["spawn", () => outputOf(spawn(process.execPath, [script]))],
    ["fork", () => outputOf(fork(script, { silent: true }))],
    ["an empty environment", () => outputOf(spawn(process.execPath, [script], { env: {} }))],
    ["execFile", async () => (await promisify(execFile)(process.execPath, [script])).stdout],
    ["execFileSync", () => execFileSync(process.execPath, [script], { encoding: "utf8" })],
    ["spawnSync", () => spawnSync(process.execPath, [script], { encoding: "utf8" }).stdout],
    [
      "a shell",
      () => childProcess.execSync(`"${process.execPath}" "${script}"`, { encoding: "utf8" }),
    ],
  ])("is refused by name: %s", async (way, run) => {
    const program =
      way === "a shell" ? /^the program node\S* / : /^the program node nightly job\.mjs /;
    expect(await run()).toMatch(/was stopped from reaching login\.microsoftonline\.com/);
    expect(reported).toHaveLength(1);
    expect(reported[0]?.message).toMatch(way === "a shell" ? /was stopped from reaching/ : program);
  });

  it("is refused by name when it is a child's child, and when it resolves or sends datagrams", async () => {
    const grandchild = `require("node:child_process").spawnSync(process.execPath, [${JSON.stringify(script)}], { env: {} })`;
    spawnSync(process.execPath, ["-e", grandchild]);
    expect(reported).toEqual([stopped("the program node nightly job.mjs")]);
    spawnSync(process.execPath, [
      "-e",
      `require("node:dns").lookup("api.example.org", () => {}); require("node:dgram").createSocket("udp4").unref().send("x", 8125, "stats.example.org", () => {})`,
    ]);
    expect(reported.slice(1).map(({ message }) => message)).toEqual([
      "the program node was stopped from reaching api.example.org",
      "the program node was stopped from reaching stats.example.org:8125",
    ]);
  });

  it("keeps its own environment and options, and reaches this machine", async () => {
    const server = http.createServer((_, response) => void response.end("here"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const code = `fetch("http://127.0.0.1:${port}/").then((answer) => answer.text()).then((text) => console.log(process.env.OWN, text, process.execArgv.length))`;
    const child = spawn(process.execPath, ["-e", code], {
      env: { OWN: "kept", NODE_OPTIONS: "--no-warnings" },
    });
    expect(await outputOf(child)).toBe("kept here 0\n".replace("0", "2"));
    expect(reported).toEqual([]);
    server.close();
    server.closeAllConnections();
  });

  it("reports at the end what a program does that is still running", async () => {
    const child = spawn(process.execPath, ["-e", `${ask} setInterval(() => {}, 1_000)`]);
    await once(child.stdout, "data");
    expect(reported).toEqual([]);
    guard.restore();
    expect(reported).toEqual([stopped("the program node")]);
    child.kill();
    await once(child, "exit");
    install();
  });

  it("may reach what the suite allows", () => {
    guard.restore();
    install(["login.microsoftonline.com"]);
    const { stdout } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    expect(stdout).not.toMatch(/was stopped/);
    expect(reported).toEqual([]);
  });
});

describe("another program that asks Entra", () => {
  const hasCurl = spawnSync("curl", ["--version"]).status === 0;

  it.skipIf(!hasCurl)(
    "is refused by name through a proxy, also while this process waits for it",
    async () => {
      expect(() => execFileSync("curl", ["-sS", login], { stdio: "pipe" })).toThrow(/403/);
      expect(reported).toEqual([stopped("the program curl")]);
      const curl = spawn("curl", ["-sS", "http://169.254.169.254/metadata/identity/oauth2/token"]);
      expect(await outputOf(curl)).toMatch(
        /the program curl was stopped from reaching 169\.254\.169\.254/,
      );
      expect(reported).toHaveLength(2);
    },
  );
});

describe("a worker thread that asks Entra", () => {
  it.each([
    ["of a file", () => new Worker(script, { stdout: true }), "the worker thread nightly job.mjs"],
    [
      "of a text",
      () => new Worker(ask, { eval: true, stdout: true }),
      "the worker thread of a text",
    ],
    [
      "with an environment and flags of its own",
      () => new Worker(script, { stdout: true, env: {}, execArgv: ["--no-warnings"] }),
      "the worker thread nightly job.mjs",
    ],
    [
      "with this environment",
      () => new Worker(script, { stdout: true, env: SHARE_ENV }),
      "the worker thread nightly job.mjs",
    ],
  ])("is refused by name: %s", async (_, start, program) => {
    const worker = start();
    expect(worker).toBeInstanceOf(Worker);
    await once(worker, "exit");
    expect(reported).toEqual([stopped(program)]);
  });

  it.each([
    [
      "of a file",
      () => new EarlyWorker(script, { stdout: true }),
      "the worker thread nightly job.mjs",
    ],
    [
      "of a text",
      () => new EarlyWorker(ask, { eval: true, stdout: true }),
      "the worker thread of a text",
    ],
    [
      "of an address with its program",
      () =>
        new EarlyWorker(new URL(`data:text/javascript,${encodeURIComponent(ask)}`), {
          stdout: true,
        }),
      "the worker thread of a text",
    ],
    [
      "with an environment of its own",
      () => new EarlyWorker(script, { stdout: true, env: {} }),
      "the worker thread nightly job.mjs",
    ],
  ])(
    "is refused by name though its constructor was taken before: %s",
    async (_, start, program) => {
      await once(start(), "exit");
      guard.restore();
      expect(reported).toEqual([stopped(program)]);
      install();
    },
  );

  it("has its data and its messages, though its constructor was taken before", async () => {
    const echo = `const { parentPort, workerData } = require("node:worker_threads");
      parentPort.once("message", (message) => parentPort.postMessage([workerData, message]));`;
    const worker = new EarlyWorker(echo, { eval: true, workerData: { a: 1 } });
    worker.postMessage({ type: "loadScript", b: 2 });
    expect(await once(worker, "message")).toEqual([[{ a: 1 }, { type: "loadScript", b: 2 }]]);
  });

  it("starts although this process has flags that a thread cannot have", async () => {
    process.execArgv.push("--max-old-space-size=4096", "--expose-gc");
    try {
      await once(new Worker(script, { stdout: true }), "exit");
    } finally {
      process.execArgv.splice(-2);
    }
    expect(reported).toHaveLength(1);
  });
});

describe("a program that cannot be held", () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    guard.restore();
    guard = installNetworkGuard({
      suite: { allow: [] },
      onHarnessError: (error) => void reported.push(error),
      onUnheld: (line) => void lines.push(line),
    });
  });

  it.skipIf(process.platform === "win32")(
    "because its environment is taken away is named once, when it starts",
    async () => {
      spawnSync("sh", ["-c", "env -i true"]);
      await outputOf(spawn("sh", ["-c", "env -i true"]));
      await promisify(childProcess.exec)("env -i true");
      expect(lines).toEqual([
        "the program sh is started with env -i: whether it reaches the real service is not seen",
      ]);
      lines.length = 0;
      childProcess.execSync("env -i true");
      expect(lines).toEqual([
        "the program env is started with env -i: whether it reaches the real service is not seen",
      ]);
    },
  );

  it("because it lives on is named when this process ends", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { detached: true });
    const before = new Set(process.listeners("exit"));
    guard.restore();
    expect(lines).toEqual([]);
    const [atExit] = process.listeners("exit").filter((one) => !before.has(one));
    atExit?.(0);
    child.stdin.end();
    await once(child, "exit");
    expect(lines).toEqual([
      expect.stringMatching(
        /^the program node\S* lives on: what it asks for from now on is stopped/,
      ),
    ]);
    install();
  });
});

describe("afterwards", () => {
  it("a child that outlives its test is named when it has asked, and its folder is gone", async () => {
    guard.restore();
    const late: string[] = [];
    guard = installNetworkGuard({
      suite: { allow: [] },
      onHarnessError: (error) => void reported.push(error),
      onLateError: ({ message }) => void late.push(message),
    });
    const job = `process.stdin.once("end", async () => { ${ask} }).resume(); console.log(process.env.BROWNOUT_CHILD)`;
    const child = spawn(process.execPath, ["-e", job], { detached: true });
    const [settings] = (await once(child.stdout, "data")) as [Buffer];
    guard.restore();
    expect(late).toEqual([]);
    child.stdin.end();
    child.stdout.resume();
    await once(child, "exit");
    expect(late).toEqual([
      expect.stringMatching(/^the program node\S* was stopped from reaching login\.microsoft/),
    ]);
    expect(reported).toEqual([]);
    const { reports } = JSON.parse(settings.toString()) as { readonly reports: string };
    expect(existsSync(reports)).toBe(false);
  });

  it("children are no longer held", () => {
    guard.restore();
    const { stdout } = spawnSync(
      process.execPath,
      ["-e", "console.log(process.env.NODE_OPTIONS)"],
      {
        encoding: "utf8",
      },
    );
    expect(stdout).not.toMatch(/child-guard/);
    expect(Object.keys(process.env)).not.toContain("BROWNOUT_CHILD");
    install();
  });
});
