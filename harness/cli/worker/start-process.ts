/** Starts a process of ours that runs users' code: its channel, and the end of what it prints. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { CHANNEL_FD, type Channel, openChannel } from "./channel.ts";

/** A process that was started. */
export interface StartedProcess extends Channel {
  readonly child: ChildProcess;
  /** Ends the channel: the process ends by itself when it has put away what it has. */
  readonly hangUp: () => void;
  /** The end of what it printed. */
  readonly lastWords: () => string;
}

const LAST_WORDS_CHARACTERS_MAX = 2_000;

/**
 * Starts the module of that name beside this one. `onEnd` is called once, with how the process
 * ended, or with the reason why it cannot be started at all.
 */
export function startProcess(
  module: "worker" | "loader",
  {
    onMessage,
    onOutput = () => undefined,
    onEnd,
  }: {
    readonly onMessage: (message: object) => void;
    readonly onOutput?: (text: string) => void;
    readonly onEnd: (how: string, wasStarted: boolean) => void;
  },
): StartedProcess {
  const child = spawnNode(module, onEnd);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      said = (said + text).slice(-LAST_WORDS_CHARACTERS_MAX);
      onOutput(text);
    });
  }
  // A process that could not be started has no pipe, or one that leads nowhere.
  const pipe = child.stdio[CHANNEL_FD] as Duplex | null | undefined;
  const channel = pipe === null || pipe === undefined ? none : openChannel(pipe, { onMessage });
  return { child, lastWords: () => said, send: channel.send, hangUp: () => pipe?.destroy() };
}

/**
 * What a run makes (its history, its requests) survives a while and is then thrown away. In a young
 * generation of the usual 16 MB it is copied again and again: 8 % of a run's processor time; and
 * 4 % while the young generation grows, which begins with 1 MB.
 */
const flags: readonly string[] = [
  "--disable-warning=ExperimentalWarning",
  "--min-semi-space-size=16",
  "--max-semi-space-size=32",
];

const none: Channel = { send: () => undefined };

function spawnNode(
  module: string,
  onEnd: (how: string, wasStarted: boolean) => void,
): ChildProcess {
  // In the package this file is JavaScript, and so are those beside it.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`./${module}.${extension}`, import.meta.url));
  const child = spawn(process.execPath, [...flags, entry], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  child.on("error", (error) => {
    if (child.pid === undefined) onEnd(error.message, false);
  });
  child.on("exit", (code, signal) => onEnd(signal ?? `exit code ${code}`, true));
  return child;
}
