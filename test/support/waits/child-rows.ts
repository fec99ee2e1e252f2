/** Child processes and worker threads. */
import childProcess, { type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { MessageChannel, Worker } from "node:worker_threads";
import { transformSync } from "esbuild";
import { after, callback, first, pause, type Rows, work } from "./row.ts";

/** Promisified before the clock is installed. */
const earlyExecFile = promisify(childProcess.execFile);
const node = process.execPath;
const slowly = ["-e", "setTimeout(() => console.log('done'), 200)"];

/** Answers each message late. */
const answering = "process.on('message', () => setTimeout(() => process.send('answer'), 200))";

function forkAnswering(): ChildProcess {
  return childProcess.spawn(node, ["-e", answering], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
}

async function ask(child: ChildProcess): Promise<void> {
  child.send("question");
  await first(child, "message");
}

const childRows: Rows = {
  "child_process.execFile": work(
    () => callback((done) => childProcess.execFile(node, slowly, done)),
    {
      covers: ["PROCESSWRAP", "PIPEWRAP"],
    },
  ),
  "child_process.execFile, promisified before": work(() => earlyExecFile(node, slowly)),
  "child_process.execFile that its own time-out ends": work(() =>
    earlyExecFile(node, ["-e", "setTimeout(() => {}, 60_000)"], { timeout: 300 }).catch(() => 0),
  ),
  "child_process.exec": work(() => callback((done) => childProcess.exec("sleep 0.2", done))),
  "child_process.spawn with output": work(async () => {
    const child = childProcess.spawn(node, slowly);
    child.stdout.resume();
    await first(child, "close");
  }),
  "child_process.spawn without output": work(async () => {
    await first(childProcess.spawn("sleep", ["0.2"], { stdio: "ignore" }), "exit");
  }),
  "a command that is not there": work(
    () =>
      callback((done) => childProcess.execFile(`${node}-not-there`, done)).catch(() => "absent"),
    { gives: "absent" },
  ),
  "a child that answers by IPC": work(async () => {
    const child = forkAnswering();
    await ask(child);
    child.kill();
  }),
  "a child that answers by IPC again": work(async () => {
    const child = forkAnswering();
    await ask(child);
    await ask(child);
    child.kill();
  }),
  "a line from a child's pipe": work(async () => {
    const child = childProcess.spawn("sh", ["-c", "sleep 0.2; echo hi"]);
    const lines = createInterface({ input: child.stdout });
    await first(lines, "line");
  }),
  "a signal that a child sends": work(
    async () => {
      const signal = first(process, "SIGUSR2");
      childProcess.spawn("sh", ["-c", `sleep 0.2; kill -USR2 ${process.pid}`]);
      await signal;
    },
    { covers: ["SIGNALWRAP"] },
  ),
  "a file that a child writes": work(
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "brownout-watch-"));
      const file = join(folder, "a.txt");
      writeFileSync(file, "a");
      const watcher = watch(file);
      childProcess.spawn("sh", ["-c", `sleep 0.2; echo b > ${file}`]);
      await first(watcher, "change");
      watcher.close();
      rmSync(folder, { recursive: true });
    },
    { covers: ["FSEVENTWRAP"] },
  ),
  "an hour beside a child that has answered": after(3_600_000, async () => {
    const child = forkAnswering();
    await ask(child);
    await pause(3_600_000);
    child.kill();
  }),
  "an hour beside a child that was never waited for": after(3_600_000, async () => {
    const child = childProcess.spawn("sleep", ["60"], { stdio: "ignore" });
    child.unref();
    await pause(3_600_000);
    child.kill();
  }),
  "an hour beside a server that has started": after(
    3_600_000,
    async () => {
      const child = childProcess.spawn("sh", ["-c", "echo listening; exec sleep 60"]);
      await first(child.stdout, "data");
      await pause(3_600_000);
      child.kill();
    },
    { abandons: ["the child process sh"] },
  ),
};

function threadThat(source: string): Worker {
  return new Worker(
    `const { parentPort, workerData } = require("node:worker_threads"); ${source}`,
    {
      eval: true,
    },
  );
}

const threadRows: Rows = {
  "a worker thread that answers": work(
    async () => {
      const thread = threadThat("setTimeout(() => parentPort.postMessage(1), 200)");
      await first(thread, "message");
      await thread.terminate();
    },
    { covers: ["WORKER", "MESSAGEPORT"] },
  ),
  "a living worker thread that answers again": work(async () => {
    const thread = threadThat(
      "parentPort.on('message', () => setTimeout(() => parentPort.postMessage(1), 200)); parentPort.postMessage(0)",
    );
    await first(thread, "message");
    thread.postMessage(1);
    await first(thread, "message");
    await thread.terminate();
  }),
  "a worker thread that ends": work(() => first(threadThat("setTimeout(() => {}, 200)"), "exit")),
  "a worker thread that is ended twice": after(5_000, async () => {
    const thread = threadThat("setInterval(() => {}, 1e6); parentPort.postMessage(0)");
    await first(thread, "message");
    await thread.terminate();
    void thread.terminate();
    await pause(5_000);
  }),
  "an hour beside a worker thread that was never waited for": after(3_600_000, async () => {
    const thread = threadThat("parentPort.on('message', () => {})");
    thread.unref();
    thread.postMessage(1);
    await pause(3_600_000);
    await thread.terminate();
  }),
  // Loaders such as tsx have it compile what a test imports.
  "an hour beside the worker thread of a compiler": after(3_600_000, async () => {
    transformSync("1 as number", { loader: "ts" });
    await pause(3_600_000);
    transformSync("2 as number", { loader: "ts" });
    await pause(0);
  }),
  "the heap of a worker thread": work(
    async () => {
      const thread = threadThat("setInterval(() => {}, 1e6); parentPort.postMessage(0)");
      await first(thread, "message");
      await thread.getHeapStatistics();
      await thread.terminate();
    },
    { covers: ["WORKERHEAPSTATISTICS"] },
  ),
  "a message channel in this thread": work(async () => {
    const { port1, port2 } = new MessageChannel();
    port2.once("message", () => port2.postMessage(1));
    port1.postMessage(1);
    await first(port1, "message");
    port1.close();
  }),
  "an hour after a message in this thread": after(3_600_000, async () => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(1);
    await pause(3_600_000);
    port2.close();
  }),
  "a port into a new worker thread": work(() =>
    askByPort("workerData.on('message', answer)", "online"),
  ),
  "a port into a living worker thread, as pools have it": work(() =>
    askByPort(
      "workerData.on('message', answer); parentPort.postMessage('ready'); setInterval(() => {}, 1e6)",
      "message",
    ),
  ),
  "a broadcast channel": work(async () => {
    const channel = new BroadcastChannel("news");
    const thread = threadThat(
      "setTimeout(() => { const c = new BroadcastChannel('news'); c.postMessage(1); c.close(); }, 200)",
    );
    await new Promise((resolve) => {
      channel.onmessage = resolve;
    });
    channel.close();
    await thread.terminate();
  }),
  "Atomics.waitAsync that a worker thread wakes": work(async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const thread = new Worker(
      "setTimeout(() => Atomics.notify(require('node:worker_threads').workerData, 0), 200)",
      { eval: true, workerData: shared },
    );
    await Atomics.waitAsync(shared, 0, 0).value;
    await thread.terminate();
  }),
};

async function askByPort(source: string, readyAt: string): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const answer = () => setTimeout(() => workerData.postMessage(1), 200); ${source}`,
    { eval: true, workerData: port2, transferList: [port2] },
  );
  await first(thread, readyAt);
  port1.postMessage(1);
  await first(port1, "message");
  port1.close();
  await thread.terminate();
}

export const childAndThreadRows: Rows = { ...childRows, ...threadRows };
