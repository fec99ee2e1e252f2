/**
 * The conversation with one driver process: requests and their answers by id, and every line that
 * is not as the protocol says. It knows nothing of time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { HarnessError } from "../../core/errors.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { parseWith } from "../../core/validation.ts";
import {
  type DriverAsk,
  type DriverError,
  type DriverLine,
  driverLineSchema,
  type DriverRequest,
} from "./protocol.ts";

/** How a driver is started. */
export interface DriverCommand {
  readonly program: string;
  readonly parameters: readonly string[];
}

/** A line of a driver that is not as the protocol says. */
export interface DriverProblem {
  /** Of its standard output, from 1; absent when it is not about a line. */
  readonly line?: number;
  readonly message: string;
  /** What it wrote. */
  readonly text?: string;
}

/** The client of a driver threw an error, which is the client's failure. */
export class DriverClientError extends Error {
  readonly described: DriverError;

  constructor(described: DriverError) {
    super(described.message);
    this.name = described.name;
    this.described = described;
  }
}

interface ConversationOptions {
  readonly command: DriverCommand;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What the driver wants to know while it works on a request. */
  readonly onAsk: (ask: DriverAsk) => Promise<Readonly<Record<string, unknown>>>;
  readonly onWaiting: (wait: number, forMs: number) => void;
  readonly onDeadline: (deadline: number, forMs: number) => void;
  /** A wait or a deadline is over. */
  readonly onEnded: (number: number) => void;
  readonly onProblem: (problem: DriverProblem) => void;
}

type Wanted<Kind> = Omit<Extract<DriverRequest, { readonly do: Kind }>, "id" | "do">;

export interface Conversation {
  /** Asks the driver; resolves to its answer. Rejects with `DriverClientError`, or with a `HarnessError` when it has ended. */
  readonly request: <Kind extends "hello" | "open" | "acquire" | "close">(
    kind: Kind,
    rest: Wanted<Kind>,
    begun?: (id: number) => void,
  ) => Promise<Readonly<Record<string, unknown>>>;
  readonly sayTime: (nowMs: number, woken: readonly number[]) => void;
  /** What is not answered yet, by its kind. */
  readonly pending: () => readonly string[];
  /** How many of the driver's own questions are not answered yet. */
  readonly asked: () => number;
  /** Grows with every line, in either direction. */
  readonly activity: () => number;
  /** Rejects what is pending, but for calls into the client, which may be in it for ever. */
  readonly giveUp: (error: HarnessError) => void;
  /** Ends the process, at first politely. Idempotent. */
  readonly end: () => Promise<void>;
}

interface Pending {
  readonly kind: string;
  readonly resolve: (answer: Readonly<Record<string, unknown>>) => void;
  readonly reject: (error: Error) => void;
}

/** As much of what it writes to stderr is kept for an error. */
const STDERR_MAX_CHARACTERS = 4_000;
const QUOTED_MAX_CHARACTERS = 200;

/** Starts the process. */
export function startConversation(options: ConversationOptions): Conversation {
  const { command } = options;
  const child = spawn(command.program, command.parameters, {
    stdio: ["pipe", "pipe", "pipe"],
    env: options.environment as NodeJS.ProcessEnv,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const pending = new Map<number, Pending>();
  const state = { lines: 0, activity: 0, asked: 0, nextId: 1, stderr: "", isEnding: false };
  let over: HarnessError | undefined;
  const say = (message: object): void => {
    state.activity += 1;
    if (over === undefined) child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  const finish = (error: HarnessError): void => {
    over ??= error;
    for (const { reject } of pending.values()) reject(over);
    pending.clear();
  };
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    state.stderr = `${state.stderr}${text}`.slice(-STDERR_MAX_CHARACTERS);
  });
  readLines(child, (text) => {
    state.lines += 1;
    state.activity += 1;
    takeLine(text, { options, pending, state, say });
  });
  child.on("error", (error) => finish(cannotStart(command, error)));
  child.on("close", (code, signal) =>
    finish(hasEnded(command, { code, signal, pending, stderr: state.stderr })),
  );
  return {
    request: (kind, rest, begun) =>
      new Promise((resolve, reject) => {
        if (over !== undefined) return reject(over);
        const id = state.nextId;
        state.nextId += 1;
        pending.set(id, { kind, resolve, reject });
        begun?.(id);
        say({ id, do: kind, ...rest });
      }),
    sayTime: (nowMs, woken) => say({ do: "time", nowMs, woken }),
    pending: () => [
      ...[...pending.values()].map(({ kind }) => kind),
      ...(state.isEnding && over === undefined ? ["close"] : []),
    ],
    asked: () => state.asked,
    activity: () => state.activity,
    giveUp(error) {
      for (const [id, { kind, reject }] of pending) {
        if (kind === "acquire") continue;
        pending.delete(id);
        reject(error);
      }
    },
    end() {
      state.isEnding = true;
      return endProcess(child);
    },
  };
}

interface LineParts {
  readonly options: ConversationOptions;
  readonly pending: Map<number, Pending>;
  readonly state: { lines: number; asked: number };
  readonly say: (message: object) => void;
}

function takeLine(text: string, { options, pending, state, say }: LineParts): void {
  const problem = (message: string): void =>
    options.onProblem({ line: state.lines, message, text: text.slice(0, QUOTED_MAX_CHARACTERS) });
  const line = readLine(text);
  if (typeof line === "string") return problem(line);
  if ("waiting" in line) return options.onWaiting(line.waiting, line.forMs);
  if ("deadline" in line) return options.onDeadline(line.deadline, line.forMs);
  if ("ended" in line) return options.onEnded(line.ended);
  if ("ask" in line) {
    // While a person enters a device code, the library polls.
    const isWaitedFor = line.for !== "device-code";
    if (isWaitedFor) state.asked += 1;
    void options
      .onAsk(line)
      .then(
        (ok) => say({ do: "answered", ask: line.ask, ok }),
        (error: unknown) => say({ do: "answered", ask: line.ask, error: textOfThrown(error) }),
      )
      .finally(() => {
        if (isWaitedFor) state.asked -= 1;
      });
    return;
  }
  const asked = pending.get(line.id);
  if (asked === undefined) {
    const open = [...pending.keys()];
    return problem(
      `answers the request ${line.id}, which is not open; ${open.length === 0 ? "none is" : `open: ${open.join(", ")}`}`,
    );
  }
  pending.delete(line.id);
  if ("ok" in line) asked.resolve(line.ok);
  else asked.reject(new DriverClientError(line.error));
}

/** The line as an object of the protocol, or what is wrong with it. */
function readLine(text: string): DriverLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is no JSON object: standard output is for the protocol alone, and stderr for the rest";
  }
  try {
    return parseWith(driverLineSchema, value, { what: "", code: "bad-client" });
  } catch (error) {
    return textOfThrown(error);
  }
}

function textOfThrown(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readLines({ stdout }: ChildProcess, onLine: (text: string) => void): void {
  let rest = "";
  stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
  });
  stdout?.on("end", () => {
    if (rest.trim() !== "") onLine(rest);
  });
}

function cannotStart({ program }: DriverCommand, cause: Error): HarnessError {
  const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
  return isMissing
    ? new HarnessError("client-not-installed", `${program} is not installed`, {
        place: program,
        cause,
      })
    : new HarnessError("bad-client", `the driver cannot be started: ${cause.message}`, {
        place: program,
        hint: "Make it executable, with an interpreter in its first line.",
        cause,
      });
}

function hasEnded(
  command: DriverCommand,
  {
    code,
    signal,
    pending,
    stderr,
  }: {
    readonly code: number | null;
    readonly signal: string | null;
    readonly pending: ReadonlyMap<number, Pending>;
    readonly stderr: string;
  },
): HarnessError {
  const how = signal === null ? `with exit code ${code ?? "unknown"}` : `by ${signal}`;
  const owed = [...pending].map(([id, { kind }]) => `${kind} (id ${id})`);
  const [last = ""] = stderr.trim().split("\n").slice(-1);
  const said = last === "" ? "" : `; its last line on stderr: ${last}`;
  const before = owed.length === 0 ? "" : ` before it answered ${owed.join(", ")}`;
  return new HarnessError("bad-client", `the driver ended ${how}${before}${said}`, {
    place: [command.program, ...command.parameters].join(" "),
    hint: "A driver ends after it has answered close. What its client throws is an answer with error.",
  });
}

const ENDS_WITHIN_MS = 2_000;

/** Closes its standard input, and kills it where that is not enough. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise<void>((resolve) => {
    const stopWaiting = afterMachineMs(ENDS_WITHIN_MS, () => child.kill("SIGKILL"));
    child.once("close", () => {
      stopWaiting();
      resolve();
    });
    child.stdin?.end();
  });
}
