/**
 * The program at the other end of a connection on this machine, as Linux shows it in /proc. What
 * is not there (another system, another machine, a program that has ended) is undefined.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import { basename } from "node:path";
import { machineTime } from "../../core/time/free-running-time.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";

/** Both ends of a connection, as this process sees it. One port of a client may have connections to several addresses. */
export interface ConnectionEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

export interface ClientProcess {
  readonly pid: number;
  /** When it began, in ticks of the kernel: a number of a process is used again. */
  readonly startedAt: string;
  /** The name of its program or script, such as `nightly-job`. */
  readonly name: string;
  /** Itself, its parent, the parent's parent and so on, by number, as they were when it was first seen. */
  readonly ancestry: readonly number[];
}

/** Finds the process at the other end of a connection. */
export type FindProcess = (ends: ConnectionEnds) => Promise<ClientProcess | undefined>;

interface Wanted extends ConnectionEnds {
  readonly resolve: (found: ClientProcess | undefined) => void;
}

/** After a look rests as long as it took, at most so many ms: with thousands of sockets each costs much, whether it is for one connection or for hundreds. */
const REST_MAX_MS = 250;

/** Creates the search; connections that begin together are looked up together. */
export function createProcessFinder(): FindProcess {
  let waiting: Wanted[] = [];
  const known = new Map<number, ClientProcess>();
  const sockets = createSocketTable();
  const owners = createOwnerTable(() => [...known.keys()].toReversed());
  let restsUntilMs = 0;
  const look = (): void => {
    const beganMs = machineTime();
    const wanted = waiting;
    waiting = [];
    const inodes = sockets.inodesOf(wanted);
    const pids = owners.of(new Set(inodes.values()));
    for (const one of wanted) {
      const pid = pids.get(inodes.get(keyOf(one)) ?? "");
      one.resolve(pid === undefined ? undefined : remember(pid, known));
    }
    const endedMs = machineTime();
    restsUntilMs = endedMs + Math.min(endedMs - beganMs, REST_MAX_MS);
  };
  return (ends) =>
    new Promise((resolve) => {
      if (waiting.push({ ...ends, resolve }) > 1) return;
      const restMs = restsUntilMs - machineTime();
      if (restMs > 0) afterMachineMs(restMs, look);
      else setImmediate(look);
    });
}

/** The process that runs now under that number; undefined when none does. */
function processOf(pid: number): ClientProcess | undefined {
  const fields = statOf(pid);
  const argv = readText(`/proc/${pid}/cmdline`)?.split("\0") ?? [];
  if (fields === undefined) return undefined;
  return {
    pid,
    startedAt: fields.startedAt,
    name: nameOfProgram(argv),
    ancestry: ancestryOf(pid),
  };
}

/** As many processes are tried first, before all of the machine. */
const KNOWN_MAX = 1_000;

function remember(pid: number, known: Map<number, ClientProcess>): ClientProcess | undefined {
  const before = known.get(pid);
  if (before !== undefined && before.startedAt === statOf(pid)?.startedAt) return before;
  const found = processOf(pid);
  known.delete(pid);
  if (found !== undefined) known.set(pid, found);
  const [oldest] = known.keys();
  if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  return found;
}

/** One text for both ends, the client's first. */
export function keyOf(ends: ConnectionEnds): string {
  const { remotePort, localPort } = ends;
  const [remote, local] = [ends.remoteAddress, ends.localAddress].map(withoutMapping);
  return `${remote}:${remotePort}>${local}:${localPort}`;
}

/** An IPv4 address that IPv6 has mapped, as such. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** What one look shows of others that are looked up soon is good for so long, ms. */
const KEPT_MS = 1_000;

interface SocketTable {
  /** The kernel's number of each client's socket, by `keyOf`. */
  readonly inodesOf: (wanted: readonly ConnectionEnds[]) => ReadonlyMap<string, string>;
}

/** The sockets of this network. In a storm one reading has many that are asked for next. */
function createSocketTable(): SocketTable {
  let read: { readonly inodes: Map<string, string>; readonly atMs: number } | undefined;
  return {
    inodesOf(wanted) {
      const isFresh = read !== undefined && machineTime() - read.atMs < KEPT_MS;
      const isKnown = (one: ConnectionEnds): boolean => read?.inodes.has(keyOf(one)) === true;
      if (read === undefined || !isFresh || !wanted.every(isKnown))
        read = { inodes: readInodes(wanted), atMs: machineTime() };
      const found = new Map<string, string>();
      for (const key of wanted.map(keyOf)) {
        const inode = read.inodes.get(key);
        if (inode !== undefined) found.set(key, inode);
        // The same ports are another connection the next time.
        read.inodes.delete(key);
      }
      return found;
    },
  };
}

/** All sockets that are connected to the ports of those that are wanted. */
function readInodes(wanted: readonly ConnectionEnds[]): Map<string, string> {
  const ports = new Set(wanted.map(({ localPort }) => localPort));
  const found = new Map<string, string>();
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    for (const line of (readText(`/proc/net/${table}`) ?? "").split("\n").slice(1)) {
      const [, local = "", remote = "", , , , , , , inode = "0"] = line.trim().split(/\s+/);
      // The client's side: its own port comes first.
      const localPort = portIn(remote);
      if (inode === "0" || !ports.has(localPort)) continue;
      const ends = {
        remoteAddress: addressIn(local),
        remotePort: portIn(local),
        localAddress: addressIn(remote),
        localPort,
      };
      found.set(keyOf(ends), inode);
    }
  }
  return found;
}

function portIn(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

/** The address in such an entry: words of four bytes, in the order of the machine. */
export function addressIn(entry: string): string {
  const words = Buffer.from(entry.slice(0, entry.indexOf(":")), "hex");
  if (endianness() === "LE") words.swap32();
  if (words.length === 4) return words.join(".");
  const isMapped = words.subarray(0, 12).equals(MAPPED);
  if (isMapped) return words.subarray(12).join(".");
  const groups = (words.toString("hex").match(/.{4}/g) ?? []).join(":");
  return URL.parse(`http://[${groups}]/`)?.hostname.slice(1, -1) ?? "";
}

/** How the IPv6 address of an IPv4 one begins. */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

interface OwnerTable {
  /** The process that has each socket open. */
  readonly of: (inodes: ReadonlySet<string>) => ReadonlyMap<string, number>;
}

/** Processes by their sockets; those that `first` returns are tried before all of the machine, new ones before old ones. */
function createOwnerTable(first: () => readonly number[]): OwnerTable {
  let owners = new Map<string, number>();
  let begunMs = 0;
  return {
    of(inodes) {
      if (machineTime() - begunMs >= KEPT_MS) {
        owners = new Map();
        begunMs = machineTime();
      }
      const isDone = (): boolean => [...inodes].every((inode) => owners.has(inode));
      for (const pids of [first, allPids]) {
        if (isDone()) break;
        for (const pid of pids()) {
          for (const inode of socketsOf(pid)) if (!owners.has(inode)) owners.set(inode, pid);
          if (isDone()) break;
        }
      }
      return owners;
    },
  };
}

function allPids(): readonly number[] {
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((one, other) => other - one);
}

function socketsOf(pid: number): readonly string[] {
  return namesIn(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? [];
    } catch {
      // It was closed in the meantime.
      return [];
    }
  });
}

function statOf(pid: number): { readonly parent: number; readonly startedAt: string } | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name before it is in parentheses, and may have any character.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), startedAt: fields[19] ?? "" };
}

function ancestryOf(pid: number): readonly number[] {
  const parent = statOf(pid)?.parent ?? 0;
  return parent > 1 ? [pid, ...ancestryOf(parent)] : [pid];
}

const INTERPRETER =
  /^(?:python[\d.]*|node|nodejs|java|ruby|perl|php|dotnet|bun|deno|bash|sh|dash)$/;

/** Of `python3 jobs/nightly.py` it is `nightly`; of a program, its own name. Nothing else of the command line, which may have secrets. */
export function nameOfProgram(argv: readonly string[]): string {
  const [path = "", first = "", second = ""] = argv;
  const program = basename(path);
  const script = first === "-m" ? second : first;
  const isScript =
    INTERPRETER.test(program) && /^[\w@][\w@./-]*$|^\.{0,2}\/[\w@./-]+$/.test(script);
  const ofScript = first === "-m" ? script : basename(script).replace(/\.\w{1,4}$/, "");
  const name = isScript ? ofScript : program;
  return name.replaceAll(/[^\w.-]/g, "").slice(0, 40) || "program";
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
