/**
 * Holds the programs and worker threads that a simulated process starts: they have a network of
 * their own, which the simulator does not answer. Node's get a guard that is loaded before their
 * code, other programs a proxy that refuses. What either stops is reported with the program's name.
 */
import childProcess from "node:child_process";
import { writeSync } from "node:fs";
import { basename } from "node:path";
import workerThreads, { type WorkerOptions } from "node:worker_threads";
import {
  besideThis,
  childGuardPath,
  type ChildSettings,
  createReportFile,
  readChildSettings,
  type ReportFile,
  SETTINGS_VARIABLE,
} from "./child-settings.ts";
import { type EarlyWorkerGuard, guardEarlyWorkers } from "./early-workers.ts";
import type { HarnessError } from "../../core/errors.ts";
import type { StopOptions } from "./stop.ts";
import { type Method, replaceMethod } from "./replace-method.ts";
import { lostGuardIn } from "./lost-guard.ts";
import { stoppedInChild } from "./stopped-in-child.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Holds those that are started until the returned function is called, which also reports what they did last. */
export function guardChildren({
  suite,
  onHarnessError,
  onLateError,
  onUnheld = printLine,
}: StopOptions): () => void {
  const allow = suite?.allow ?? [];
  // A child's own children report to the process that is simulated.
  const own = readChildSettings(process.env);
  let file: ReportFile | undefined;
  let isOver = false;
  let proxy: RefusingProxy | undefined;
  const known = new Set<string>();
  const alive = new Map<childProcess.ChildProcess, string>();

  const report = (): void => {
    for (const stopped of file?.read() ?? []) {
      const error = stoppedInChild(stopped);
      if (known.has(error.message)) continue;
      known.add(error.message);
      if (isOver) (onLateError ?? printLate)(error);
      else onHarnessError?.(error);
    }
  };
  const end = (): void => {
    process.off("exit", end);
    report();
    if (file !== undefined)
      for (const program of new Set(alive.values()))
        onUnheld(
          `${program} lives on: what it asks for from now on is stopped, and no one hears of it`,
        );
    file?.remove();
    file = undefined;
    proxy?.stop();
  };
  const watchCommand = createCommandWatch(onUnheld);
  const started = (child: childProcess.ChildProcess, program: string): void => {
    alive.set(child, program);
    child.once("exit", () => {
      report();
      alive.delete(child);
      if (isOver && alive.size === 0) end();
    });
  };
  const settingsOf = (program: string): ChildSettings => ({
    program,
    allow,
    reports: own?.reports ?? (file ??= createReportFile()).path,
  });
  const environmentOf = (program: string, given: Environment): Environment => {
    const settings = settingsOf(program);
    // A child goes on with the proxy that it was given itself.
    if (own === undefined) proxy ??= early.held(() => startRefusingProxy(settings.reports));
    return { ...given, ...variablesOf(settings, given, proxy) };
  };

  const early = guardEarlyWorkers(settingsOf);
  const undo = [
    early.undo,
    replaceMethod(childProcess.ChildProcess.prototype, "spawn", (original) =>
      guardedSpawn(original, { environmentOf, started, watchCommand }),
    ),
    ...(["spawnSync", "execFileSync", "execSync"] as const).map((name) =>
      replaceMethod(childProcess, name, (original) =>
        guardedSync(original, { environmentOf, watchCommand }, report),
      ),
    ),
    guardWorkers(settingsOf, report, early),
  ];
  return () => {
    for (const restore of undo) restore();
    if (own === undefined) Reflect.deleteProperty(process.env, SETTINGS_VARIABLE);
    report();
    isOver = true;
    // A child that lives on may still ask: it is named when it ends, or this process does.
    if (alive.size === 0) end();
    else process.once("exit", end);
  };
}

/** Names each program once that is started so that it loses the guard. */
function createCommandWatch(onUnheld: (line: string) => void): AtStart["watchCommand"] {
  const named = new Set<string>();
  return (program, parts) => {
    const by = lostGuardIn(parts.filter((part) => typeof part === "string").join(" "));
    if (by === undefined || named.has(program)) return;
    named.add(program);
    onUnheld(`${program} is started with ${by}: whether it reaches the real service is not seen`);
  };
}

function printLate({ message, hint = "" }: HarnessError): void {
  printLine(`${message}, after the test or run that had started it was over. ${hint}`);
}

/** At once: this process may be about to end. */
function printLine(line: string): void {
  writeSync(process.stderr.fd, `${line}\n`);
}

interface AtStart {
  readonly environmentOf: (program: string, given: Environment) => Environment;
  /** Called with the program and its command line. */
  readonly watchCommand: (program: string, parts: readonly unknown[]) => void;
}

/** `spawn`, `exec`, `execFile` and `fork` all come to this method. */
function guardedSpawn(
  original: Method,
  {
    environmentOf,
    watchCommand,
    started,
  }: AtStart & {
    readonly started: (child: childProcess.ChildProcess, program: string) => void;
  },
): Method {
  return function spawn(this: unknown, ...values: unknown[]) {
    const options = values[0] as {
      readonly file?: unknown;
      readonly args?: readonly unknown[];
      readonly envPairs?: readonly string[];
    };
    const given =
      options.envPairs === undefined
        ? process.env
        : Object.fromEntries(options.envPairs.map(splitPair));
    const program = nameOf(options.file, options.args?.slice(1));
    watchCommand(program, options.args ?? [options.file]);
    const environment = environmentOf(program, given);
    const envPairs = Object.entries(environment).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`],
    );
    const child = this as childProcess.ChildProcess;
    const status = Reflect.apply(original, this, [{ ...options, envPairs }]);
    // One that could not be started never exits.
    if (child.pid !== undefined) started(child, program);
    return status;
  };
}

function splitPair(pair: string): readonly [string, string] {
  // Variables of Windows may begin with "=".
  const at = pair.indexOf("=", 1);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function guardedSync(
  original: Method,
  { environmentOf, watchCommand }: AtStart,
  report: () => void,
): Method {
  return function runSync(this: unknown, ...values: unknown[]) {
    const list = [...values];
    while (list.length > 1 && (list.at(-1) ?? undefined) === undefined) list.pop();
    const last = list.at(-1);
    const isOptions = typeof last === "object" && last !== null && !Array.isArray(last);
    const options = (isOptions ? list.pop() : {}) as { readonly env?: Environment };
    const parts = Array.isArray(list[1]) ? (list[1] as unknown[]) : [];
    const program = nameOf(list[0], parts);
    watchCommand(program, [list[0], ...parts]);
    const env = environmentOf(program, options.env ?? process.env);
    try {
      return Reflect.apply(original, this, [...list, { ...options, env }]);
    } finally {
      report();
    }
  };
}

/** A program with the script that it runs; other arguments may be secrets. */
function nameOf(file: unknown, parts: readonly unknown[] = []): string {
  const [, quoted, plain = ""] =
    /^\s*(?:"([^"]*)"|(\S*))/.exec(typeof file === "string" ? file : "") ?? [];
  const texts = parts.map((part) => (typeof part === "string" ? part : ""));
  const script = texts.find(
    (text, index) => /\.[cm]?[jt]sx?$/.test(text) && !texts[index - 1]?.startsWith("-"),
  );
  const names = [quoted ?? plain, ...(script === undefined ? [] : [script])];
  return `the program ${names.map((path) => basename(path)).join(" ")}`;
}

function variablesOf(
  settings: ChildSettings,
  given: Environment,
  proxy: RefusingProxy | undefined,
): Environment {
  const nodeOptions = given["NODE_OPTIONS"] ?? "";
  const guard = `--require ${JSON.stringify(childGuardPath)}`;
  return {
    [SETTINGS_VARIABLE]: JSON.stringify(settings),
    NODE_OPTIONS: nodeOptions.includes(guard) ? nodeOptions : `${nodeOptions} ${guard}`.trim(),
    ...(proxy === undefined ? {} : proxyVariables(proxy.addressFor(settings.program), settings)),
  };
}

function proxyVariables(address: string, { allow }: ChildSettings): Environment {
  const direct = ["localhost", "127.0.0.1", "::1", ...allow.map((host) => host.replace(/^\*/, ""))];
  const variables: Record<string, string> = {};
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]) {
    variables[name] = address;
    variables[name.toLowerCase()] = address;
  }
  return { ...variables, NO_PROXY: direct.join(","), no_proxy: direct.join(",") };
}

interface RefusingProxy {
  readonly addressFor: (program: string) => string;
  readonly stop: () => void;
}

const { Worker: RealWorker } = workerThreads;

/** Starts the proxy, and waits for it: the program that needs it is about to start. */
function startRefusingProxy(reports: string): RefusingProxy {
  const port = new Int32Array(new SharedArrayBuffer(4));
  const thread = new RealWorker(besideThis("refusing-proxy"), {
    workerData: { reports, port },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  thread.unref();
  Atomics.wait(port, 0, 0, PROXY_PATIENCE_MS);
  return {
    addressFor: (program) =>
      `http://${encodeURIComponent(program)}:brownout@127.0.0.1:${Atomics.load(port, 0) || CLOSED_PORT}`,
    stop: () => void thread.terminate(),
  };
}

const PROXY_PATIENCE_MS = 10_000;
/** Where no proxy listens: everything is refused, though no one can say for whom. */
const CLOSED_PORT = 1;

/** Worker threads have their own copy of `node:net`, and need the guard there. */
function guardWorkers(
  settingsOf: (program: string) => ChildSettings,
  report: () => void,
  early: EarlyWorkerGuard,
): () => void {
  return replaceMethod(workerThreads, "Worker", (original) => {
    const Original = original as unknown as typeof RealWorker;
    function Worker(this: unknown, file: string | URL, options: WorkerOptions = {}): unknown {
      const isText = options.eval === true || String(file).startsWith("data:");
      const settings = settingsOf(
        `the worker thread ${isText ? "of a text" : basename(String(file))}`,
      );
      const target = (new.target as unknown as typeof RealWorker | undefined) ?? Original;
      const worker = early.held(() =>
        construct(Original, file, withGuard(options, settings), target),
      );
      worker.once("exit", report);
      return worker;
    }
    return Worker as unknown as Method;
  });
}

function withGuard(options: WorkerOptions, settings: ChildSettings): WorkerOptions {
  const text = JSON.stringify(settings);
  const execArgv = [...(options.execArgv ?? process.execArgv), "--require", childGuardPath];
  if (options.env === workerThreads.SHARE_ENV) {
    process.env[SETTINGS_VARIABLE] = text;
    return { ...options, execArgv };
  }
  const env = { ...((options.env as Environment | undefined) ?? process.env) };
  return { ...options, execArgv, env: { ...env, [SETTINGS_VARIABLE]: text } };
}

/** Flags of the process that a thread cannot have are inherited anyway; Node only refuses to be given them. */
function construct(
  Original: typeof RealWorker,
  file: string | URL,
  options: WorkerOptions,
  target: typeof RealWorker,
): workerThreads.Worker {
  try {
    return Reflect.construct(Original, [file, options], target) as workerThreads.Worker;
  } catch (error) {
    const [, list] = /invalid execArgv flags: (.*)$/.exec((error as Error).message) ?? [];
    if (list === undefined) throw error;
    const refused = new Set(list.split(", "));
    const execArgv = options.execArgv?.filter((flag) => !refused.has(flag)) ?? [];
    return Reflect.construct(
      Original,
      [file, { ...options, execArgv }],
      target,
    ) as workerThreads.Worker;
  }
}
