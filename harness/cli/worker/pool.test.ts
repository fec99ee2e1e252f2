import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MountName } from "../../network/mount-names.ts";
import { parseJournal } from "../../history/journal.ts";
import { judgeHistory } from "../../rules/rules.ts";
import { createPool, type Pool } from "./pool.ts";
import type { RunReply } from "./protocol.ts";

let pool: Pool;
let folder: string;
let tasks = 0;

beforeAll(() => {
  pool = createPool({ workers: 1 });
  folder = mkdtempSync(join(tmpdir(), "brownout-pool-"));
});

afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

/** A scenario file whose script is the given text. */
function file(name: string, script: string): string {
  const path = join(folder, `${name}.mjs`);
  const story = JSON.stringify({ standsFor: "a", asserts: "a", failureMeans: "a", fix: "a" });
  writeFileSync(
    path,
    `export default { name: "${name}", title: "T", story: ${story}, needs: [], asserts: [], faults: [], script: async (context) => { ${script} } };`,
  );
  return path;
}

function run(scenario: string, mount: MountName = "direct"): Promise<RunReply> {
  const journalFile = join(folder, `${(tasks += 1)}.jsonl`);
  return pool.run({ scenario, mount, seed: "1", journalFile });
}

describe("the pool of workers", () => {
  it("runs a scenario in a process of its own and leaves its journal whole", async () => {
    const reply = await run("token-throttled");
    expect(reply).toMatchObject({ kind: "done", simulatedMs: 720_000 });
    const [header = ""] = readFileSync(reply.task.journalFile, "utf8").split("\n");
    expect(JSON.parse(header)).toMatchObject({ scenario: "token-throttled", mount: "direct" });
    expect(existsSync(`${reply.task.journalFile}.part`)).toBe(false);
  });

  it("hears of an error with a message of a megabyte", async () => {
    const reply = await run(file("long", `throw new Error("page ".repeat(400_000))`));
    expect(reply).toMatchObject({ kind: "failed", error: { code: "script-threw" } });
    expect(reply).toHaveProperty("error.message", expect.stringMatching(/^page page/));
  });

  it("gives each mount its own process, one after the other when there is room for one", async () => {
    const mounts = ["msw", "nock", "https", "direct"] as const;
    const replies = await Promise.all(mounts.map((mount) => run("token-throttled", mount)));
    expect(replies.map(({ kind }) => kind)).toEqual(["done", "done", "done", "done"]);
  });

  it("gives each version of a client its own process, and keeps it while there is only that one", async () => {
    const scenario = file("where", "context.note(`process ${process.pid}`)");
    const processes: string[] = [];
    for (const clientFolder of ["/one", "/one", "/other"]) {
      const journalFile = join(folder, `${(tasks += 1)}.jsonl`);
      const task = { scenario, client: "bare-fetch", clientFolder, mount: "direct" } as const;
      await pool.run({ ...task, seed: "1", journalFile });
      processes.push(/process \d+/.exec(readFileSync(journalFile, "utf8"))?.[0] ?? "");
    }
    expect(processes[0]).toMatch(/process/);
    expect(processes[1]).toBe(processes[0]);
    expect(processes[2]).not.toBe(processes[0]);
  });

  it("reports what a script throws, and writes no journal", async () => {
    const reply = await run(file("throws", 'throw new TypeError("my mistake")'));
    expect(reply).toMatchObject({
      kind: "failed",
      error: { code: "script-threw", message: "my mistake" },
    });
    expect(existsSync(reply.task.journalFile)).toBe(false);
  });

  it("survives the death of a worker, and says what it last said", async () => {
    const reply = await run(file("dies", 'console.error("out of luck"); process.exit(7)'));
    expect(reply).toMatchObject({ kind: "failed", error: { code: "worker-died" } });
    const said = reply.kind === "failed" ? `${reply.error.message} ${reply.error.hint}` : "";
    expect(said).toContain("exit code 7");
    expect(said).toContain("out of luck");
    expect((await run("token-throttled")).kind).toBe("done");
  });

  it("says which scenario it does not know", async () => {
    const reply = await run("token-throtled");
    expect(reply).toMatchObject({ kind: "failed", error: { code: "unknown-scenario" } });
    expect(reply.kind === "failed" && reply.error.hint).toContain("token-throttled");
  });

  it("says where in the file an error came from", async () => {
    const path = file("placed", "\n\nthrow new TypeError('here')");
    const reply = await run(path);
    expect(reply.kind === "failed" && reply.error.place).toMatch(/placed\.mjs:3:\d+$/);
  });

  it("takes a promise that a script let go of for a failure of the run", async () => {
    const reply = await run(
      file("stray", "Promise.reject(new Error('astray')); await context.clock.sleep(1);"),
    );
    expect(reply).toMatchObject({ kind: "failed", error: { message: "astray" } });
    expect(reply.kind === "failed" && reply.error.hint).toContain("was not caught");
    expect((await run("token-throttled")).kind).toBe("done");
  });

  describe("judges an app that its own error ends in an outage", () => {
    /** Calls the token endpoint every minute, from before an outage on; each failure goes to \`fails\`. */
    const app = (name: string, fails: string): string => {
      const path = file(
        name,
        `const call = () => context.operate("poll", async () => {
           const answer = await fetch("https://login.microsoftonline.com/common/discovery/keys");
           if (answer.status >= 500) { ${fails} }
         });
         for (let minute = 0; minute < 10; minute += 1) { await call(); await context.clock.sleep(60_000); }`,
      );
      const text = readFileSync(path, "utf8").replace(
        "faults: []",
        'faults: [{ id: "down", at: "primary", on: ["keys"], from: 120_000, for: 300_000, effect: { kind: "server-error", status: 503, body: { form: "empty" } } }]',
      );
      writeFileSync(path, text);
      return path;
    };
    const judged = async (path: string) => {
      const reply = await run(path, "https");
      expect(reply).toMatchObject({ kind: "done", leaves: true });
      const { journalFile } = reply.task;
      const history = parseJournal(readFileSync(journalFile, "utf8"), journalFile);
      expect((await run("token-throttled")).kind).toBe("done");
      return judgeHistory(history).filter(({ rule }) => rule === "uncaught-error");
    };

    it.each([
      [
        "a promise that nothing awaits",
        "void Promise.reject(new RangeError('no token'))",
        "call 3",
      ],
      ["a timer", "setTimeout(() => { throw new RangeError('no token'); }, 10)", ""],
      ["an event", "setImmediate(() => { throw new RangeError('no token'); })", "call 3"],
    ])("in %s", async (_, fails, where) => {
      const [finding] = await judged(app(`dies-${(tasks += 1)}`, fails));
      expect(finding).toMatchObject({
        verdict: "fail",
        message: expect.stringMatching(/left RangeError uncaught.*down had begun: no token$/),
      });
      expect(finding?.message).toContain(where);
    });

    it.each([
      ["unhandledRejection", "void Promise.reject(new RangeError('no token'))"],
      ["uncaughtException", "setTimeout(() => { throw new RangeError('no token'); }, 10)"],
    ])("but not one that hears of %s itself", async (event, fails) => {
      const name = `lives-${(tasks += 1)}`;
      const path = app(name, fails);
      const text = readFileSync(path, "utf8");
      writeFileSync(
        path,
        `process.on("${event}", (error) => console.log("logged", error));\n${text}`,
      );
      const reply = await run(path, "https");
      // Its handler hears of what later runs of the process throw.
      expect(reply).toMatchObject({ kind: "done", leaves: true });
      const { journalFile } = reply.task;
      const { events } = parseJournal(readFileSync(journalFile, "utf8"), journalFile);
      expect(events.filter(({ kind }) => kind === "process-error")).toEqual([]);
      expect(events.filter(({ kind }) => kind === "operation-invoked")).toHaveLength(10);
    });

    it("by process.exit", async () => {
      const [finding] = await judged(app("exits", "process.exit(3)"));
      expect(finding).toMatchObject({
        verdict: "fail",
        message: expect.stringContaining("ended its process in its call 3 2m into the run"),
      });
    });
  });

  it("passes on what a script prints, with its run", async () => {
    const said: string[] = [];
    const own = createPool({
      workers: 1,
      onOutput: (text, { scenario }) =>
        void said.push(`${scenario === path ? "mine" : "other"}: ${text}`),
    });
    const path = file("talks", 'console.log("hello"); console.error("there");');
    const journalFile = join(folder, "talks.jsonl");
    await own.run({ scenario: path, mount: "direct", seed: "1", journalFile });
    await own.close();
    expect(said.join("")).toContain("mine: hello\n");
    expect(said.join("")).toContain("there\n");
  });

  // S5
  it.each([
    ["nothing, through Node's channel", "process.send?.(null)"],
    ["that it is ready, as under a process manager", "process.send?.('ready')"],
    ["a reply, through Node's channel", "process.send?.({ kind: 'done', simulatedMs: 1 })"],
    ["half a line, through the worker's pipe", `writeSync(3, '{"kind":')`],
    ["a reply, through the worker's pipe", `writeSync(3, '{"kind":"done","simulatedMs":1}\\n')`],
    ["nothing, through the worker's pipe", `writeSync(3, 'null\\n7\\n[]\\n\\0\\n')`],
    ["messages to itself", "process.emit('message', { kind: 'done' })"],
  ])("takes no answer from user code that sends %s", async (_, said) => {
    const name = `sends-${(tasks += 1)}`;
    const path = file(
      name,
      `const { writeSync } = await import("node:fs"); ${said}; await context.clock.sleep(60_000); ${said};`,
    );
    expect(await run(path)).toMatchObject({ kind: "done", simulatedMs: 60_000 });
    const bad = file(
      `${name}-bad`,
      `const { writeSync } = await import("node:fs"); ${said}; throw new Error("mine");`,
    );
    expect(await run(bad)).toMatchObject({ kind: "failed", error: { message: "mine" } });
    expect(await run("token-throttled")).toMatchObject({ kind: "done", simulatedMs: 720_000 });
  });

  // S7
  it.each([
    ["an error without a text", "({ toString() { throw 1 } })"],
    [
      "an error whose message throws",
      "Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
    ],
    ["nothing", "undefined"],
    ["a symbol", "Symbol('x')"],
    ["an object without a prototype", "Object.create(null)"],
  ])("reports %s that a script throws as a failure of that script", async (_, thrown) => {
    const reply = await run(file(`throws-${(tasks += 1)}`, `throw ${thrown}`));
    expect(reply).toMatchObject({ kind: "failed", error: { code: "script-threw" } });
  });

  it("ends a worker that never pauses", async () => {
    const own = createPool({ workers: 1, silenceMaxMs: 8_000 });
    const journalFile = join(folder, "spins.jsonl");
    const reply = await own.run({
      scenario: file("spins", "for (;;) {}"),
      mount: "direct",
      seed: "1",
      journalFile,
    });
    await own.close();
    expect(reply).toMatchObject({ kind: "failed", error: { code: "stuck" } });
  }, 60_000);

  it.each([
    ["never pauses", "for (;;) {}"],
    [
      "pauses, and never ends",
      // Turns of the event loop alone would be counted, and end the run sooner on a fast machine.
      'const { stat } = await import("node:fs/promises"); for (;;) await stat(".");',
    ],
  ])(
    "ends a run that takes longer than its limit and %s, and plays the next",
    async (_, script) => {
      const own = createPool({ workers: 1, runMaxMs: 6_000 });
      const runOf = (scenario: string): Promise<RunReply> => {
        const journalFile = join(folder, `${(tasks += 1)}.jsonl`);
        return own.run({ scenario, mount: "direct", seed: "1", journalFile });
      };
      const endless = runOf(file(`endless-${(tasks += 1)}`, script));
      expect(await endless).toMatchObject({
        kind: "failed",
        error: { code: "timeout", message: expect.stringContaining("longer than 6s of real time") },
      });
      const next = await runOf(file(`short-${(tasks += 1)}`, "context.note('done')"));
      await own.close();
      // On a busy machine a process may take longer to start than this limit.
      expect(next.kind === "done" || next.error.code === "timeout").toBe(true);
    },
  );

  // S14
  it("reports a worker that the machine cannot start as a failure of the run", async () => {
    const node = process.execPath;
    process.execPath = join(folder, "no-node-here");
    const own = createPool({ workers: 1 });
    const journalFile = join(folder, "unstarted.jsonl");
    const task = { scenario: "token-throttled", mount: "direct", seed: "1", journalFile } as const;
    const reply = await own.run(task).finally(() => (process.execPath = node));
    await own.close();
    expect(reply).toMatchObject({
      kind: "failed",
      error: { message: expect.stringMatching(/no process can be started .*ENOENT/) },
    });
  });

  it("gives no run to a worker that makes room for one of another kind", async () => {
    const own = createPool({ workers: 2 });
    const scenario = file("brief", "context.note('done')");
    const runOf = (clientFolder: string): Promise<RunReply> => {
      const journalFile = join(folder, `${(tasks += 1)}.jsonl`);
      const task = { scenario, client: "bare-fetch", clientFolder, mount: "direct" } as const;
      return own.run({ ...task, seed: "1", journalFile });
    };
    await runOf("/one");
    await runOf("/other");
    // The first run has its worker; the second ends that of the third, which is idle.
    const replies = ["/other", "/other", "/one"].map(runOf);
    // The reply to the first run and the end of the idle worker are then heard in this order.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    const kinds = (await Promise.all(replies)).map(({ kind }) => kind);
    await own.close();
    expect(kinds).toEqual(["done", "done", "done"]);
  });

  it("ends its workers when it is closed, also busy ones", async () => {
    const own = createPool({ workers: 1 });
    const journalFile = join(folder, "never.jsonl");
    const endless = own.run({
      scenario: file("endless", "for (;;) {}"),
      mount: "direct",
      seed: "1",
      journalFile,
    });
    await own.close();
    expect(await endless).toMatchObject({ kind: "failed", error: { code: "worker-died" } });
  });
});
