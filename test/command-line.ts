/** Calls the command line the way a person does, as a process in a folder of its own. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../harness/cli/main.ts";
import { HarnessError } from "../harness/core/errors.ts";
import type { Io } from "../harness/cli/io.ts";
import type { Registry } from "../harness/clients/versions/npm-registry.ts";
import { createPool } from "../harness/cli/worker/pool.ts";

const bin = fileURLToPath(new URL("../bin/brownout.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Folder {
  readonly path: string;
  readonly write: (name: string, text: string) => void;
  /** Paths of all files below `name`, in order. */
  readonly files: (name?: string) => readonly string[];
  readonly brownout: (...argv: readonly string[]) => Ended;
  /** As `brownout`, and killed when it takes longer, real ms. */
  readonly brownoutWithin: (limitMs: number, ...argv: readonly string[]) => Ended;
  /** As `brownout`, but in this process: quicker, for what ends before anything runs. */
  readonly main: (...argv: readonly string[]) => Promise<Ended>;
  /** As `main`, where a person answers, programs are run, a registry is asked, or the folder is one below. */
  readonly mainWith: (
    io: Partial<Pick<Io, "ask" | "cwd" | "registry" | "runProgram">>,
    ...argv: readonly string[]
  ) => Promise<Ended>;
  /** As `brownout`, beginning at that time by the process's own clock, ms since the Unix epoch; the caller's event loop goes on. */
  readonly brownoutAt: (nowMs: number, ...argv: readonly string[]) => Promise<Ended>;
  /** Sends the signal as soon as the text `after` was printed. */
  readonly interrupt: (how: Interruption, ...argv: readonly string[]) => Promise<Interrupted>;
  readonly remove: () => void;
}

/** To `group` as a terminal does, with all workers; to `process` as a supervisor does, to the first one alone. */
export interface Interruption {
  readonly after: string;
  readonly signal: NodeJS.Signals;
  readonly to: "group" | "process";
}

export interface Interrupted extends Ended {
  /** Process ids of the group that still ran after the end. */
  readonly left: readonly string[];
}

/** No colours, nothing that Vitest set; what npm needs behind a proxy stays. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|FORCE_COLOR|NODE_(?!EXTRA_CA_CERTS))/.test(name),
  ),
);

/** A new empty folder to call brownout in; its name begins with `prefix`. */
export function createFolder(node: string = process.execPath, prefix = "brownout-cli-"): Folder {
  const path = mkdtempSync(join(tmpdir(), prefix));
  const call = (argv: readonly string[], limit: { readonly timeout?: number } = {}): Ended => {
    const { status, stdout, stderr } = spawnSync(node, [bin, ...argv], {
      cwd: path,
      env: environment,
      encoding: "utf8",
      ...limit,
    });
    return { code: status, stdout, stderr };
  };
  const mainWith: Folder["mainWith"] = async (io, ...argv) => {
    const [stdout, stderr] = [createSink(), createSink()];
    const code = await main(argv, {
      cwd: path,
      environment: {},
      stdout: stdout.output,
      stderr: stderr.output,
      now: () => 0,
      onInterrupt: () => () => undefined,
      createPool,
      registry: fixedRegistry,
      ask: undefined,
      runProgram: () => Promise.reject(new HarnessError("bad-usage", "no programs in this test")),
      parallelism: 1,
      machine: { host: "test-machine", os: "test 1.0 x64", node: "24.0.0" },
      ...io,
    });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  };
  return {
    path,
    write(name, text) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    },
    files: (name = ".") =>
      readdirSync(join(path, name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
        .toSorted(),
    brownout: (...argv) => call(argv),
    brownoutWithin: (limitMs, ...argv) => call(argv, { timeout: limitMs }),
    main: (...argv) => mainWith({}, ...argv),
    mainWith,
    brownoutAt: (nowMs, ...argv) =>
      new Promise((resolve) => {
        const clock = `const now = Date.now; const by = ${nowMs} - now(); Date.now = () => now() + by;`;
        const env = {
          ...environment,
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}`,
        };
        const child = spawn(node, [bin, ...argv], { cwd: path, env });
        let [stdout, stderr] = ["", ""];
        child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
        child.on("close", (code) => resolve({ code, stdout, stderr }));
      }),
    interrupt: ({ after, signal, to }, ...argv) =>
      new Promise((resolve) => {
        // A group of its own, as a shell makes one: Ctrl-C reaches workers, too.
        const child = spawn(node, [bin, ...argv], { cwd: path, env: environment, detached: true });
        let [stdout, stderr, isSent] = ["", "", false];
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
        child.stdout.on("data", (chunk: Buffer) => {
          stdout += chunk.toString("utf8");
          if (isSent || !stdout.includes(after) || child.pid === undefined) return;
          isSent = true;
          process.kill(to === "group" ? -child.pid : child.pid, signal);
        });
        child.on("close", (code) =>
          resolve({ code, stdout, stderr, left: runningInGroup(child.pid) }),
        );
      }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** It knows of a few versions and has none of them: tests that install bring their own. */
const fixedRegistry: Registry = {
  published: () => Promise.resolve(["1.18.3", "1.18.4", "7.2.1"]),
  install: () => Promise.reject(new HarnessError("no-registry", "no registry in this test")),
};

/** An orphan that had just been started ends when it has loaded its code: so often we look again, some 20 ms each. */
const LOOKS = 1_000;

/** Processes of a group, without those that are dead and only wait to be noticed. */
function runningInGroup(leader: number | undefined): readonly string[] {
  let running: readonly string[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const { stdout } = spawnSync("ps", ["-eo", "pid=,pgid=,stat="], { encoding: "utf8" });
    running = stdout
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, group, state]) => group === String(leader) && !state?.startsWith("Z"))
      .map(([pid = ""]) => pid);
    if (running.length === 0) return [];
  }
  return running;
}

function createSink() {
  let written = "";
  const write = (text: string): void => {
    written += text;
  };
  return { output: { write, isTTY: false, columns: 80 }, text: () => written };
}

/** The text of a scenario file: a daemon that is throttled for a minute. */
export function scenarioText(
  parts: {
    readonly name?: string;
    readonly asserts?: string;
    readonly faults?: string;
    readonly script?: string;
  } = {},
): string {
  const {
    name = "busy-minute",
    asserts = '["retry-after"]',
    faults = "[throttled({ from: 0, for: minutes(1) })]",
    script = PATIENT,
  } = parts;
  return `import { defineScenario, minutes, throttled } from "brownout";
export default defineScenario({
  name: "${name}",
  title: "The token endpoint throttles for a minute",
  story: {
    standsFor: "A busy minute of the token service.",
    asserts: "The client waits as long as Retry-After says.",
    failureMeans: "It is throttled for longer.",
    fix: "Use a current MSAL.",
  },
  needs: ["client-credentials"],
  asserts: ${asserts},
  faults: ${faults},
  script: async ({ open, clock }) => {
    const daemon = await open({ app: "nightly-daemon", credential: "secret" });
    const request = { flow: "client-credentials", scopes: ["https://graph.microsoft.com/.default"] };
    ${script}
  },
});
`;
}

/** Whether a file of the output folder has the real time of its run in it. */
export function isTimed(file: string): boolean {
  return /(?:^|\/)(?:run\.json|junit\.xml|ctrf\.json)$/.test(file);
}

/** A script that asks, waits as long as Retry-After said, and asks again. */
export const PATIENT =
  "await daemon.attempt(request); await clock.until(minutes(3)); await daemon.acquire(request);";

/** A script that no client under test can make good: it asks again and again at once. */
export const IMPATIENT = `for (let call = 0; call < 20; call += 1) await daemon.attempt(request);
    await clock.until(minutes(3)); await daemon.acquire(request);`;
