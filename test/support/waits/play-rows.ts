/** Plays rows in processes of their own and says what each should have come to. */
import { type ChildProcess, execFile, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProcessMount } from "../../../harness/network/mount-names.ts";
import type { PeerPorts, Row } from "./row.ts";
import type { RowResult } from "./run-rows.ts";

const runner = fileURLToPath(new URL("run-rows.ts", import.meta.url));
const peerFile = fileURLToPath(new URL("peer.ts", import.meta.url));

/** A row that hangs is one that failed. */
const HANGS_AFTER_MS = 120_000;

export interface Peer {
  readonly ports: PeerPorts;
  readonly stop: () => void;
  /** What it has printed that it should not, such as a warning of Node. */
  readonly complaints: () => string;
}

/** Starts the servers of `peer.ts`. */
export async function startPeer(): Promise<Peer> {
  const child: ChildProcess = fork(peerFile, { stdio: ["inherit", "inherit", "pipe", "ipc"] });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const ports = await new Promise<PeerPorts>((resolve, reject) => {
    child.once("message", (message) => resolve(message as PeerPorts));
    child.once("error", reject);
  });
  return { ports, stop: () => child.disconnect(), complaints: () => complaints };
}

/** Plays the rows one after the other in one process. Rejects when one of them hangs or ends it. */
export function playRows(
  names: readonly string[],
  { mount, peer }: { readonly mount: ProcessMount; readonly peer: PeerPorts },
): Promise<ReadonlyMap<string, RowResult>> {
  const input = JSON.stringify({ mount, names, peer });
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--no-warnings", runner, input],
      { timeout: HANGS_AFTER_MS, maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        const lines = stdout.split("\n").filter((line) => line.startsWith("@@"));
        const results = lines.map((line) => JSON.parse(line.slice(2)) as RowResult);
        const done = new Map(results.map((result) => [result.name, result]));
        const next = names.find((name) => !done.has(name));
        if (next === undefined) resolve(done);
        else
          reject(
            new Error(`"${next}" ended its process: ${error?.message.slice(0, 200)}\n${stderr}`),
          );
      },
    );
  });
}

/** What a row should have come to, in the form of `outcomeOf`. */
export function expected({ takesMs, gives, abandons = [] }: Row) {
  return {
    tookMs: takesMs,
    fired: [],
    abandoned: abandons,
    ...(gives === undefined ? {} : { value: gives }),
  };
}

/** What a row came to; what it should not be compared by is left out, and a lateness that it may have. */
export function outcomeOf({ takesMs, lateMs = 0, gives }: Row, result: RowResult | undefined) {
  if (result === undefined) return "it hangs";
  const { tookMs, fired, abandoned, value, error } = result;
  const isLate = tookMs > takesMs && tookMs <= takesMs + lateMs;
  return {
    tookMs: isLate ? takesMs : tookMs,
    fired,
    abandoned,
    ...(gives === undefined ? {} : { value }),
    ...(error === undefined ? {} : { error }),
  };
}
