/**
 * `--time leap`: the clock of a command follows that of the simulator, by libfaketime. It reaches
 * only programs that ask the C library for the time, so each is examined before it starts: one
 * that does not follow would see its tokens expire at the wrong time, and be judged for that.
 */
import { spawnSync } from "node:child_process";
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { basename, delimiter, isAbsolute, join, resolve } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { makeTemporaryFolder } from "../core/temporary-folder.ts";
import { createFakeClock, type FakeClock, findFaketime } from "../clients/drivers/faketime.ts";

/** Where a command is found. */
export interface CommandPlace {
  readonly cwd: string;
  /** The variable PATH. */
  readonly path: string;
}

/** The clock for a command; undefined for `real`. Throws `bad-usage`, and `unfit-machine` where the command does not follow. */
export function openLeapTime(
  given: string | undefined,
  command: readonly string[],
  place: CommandPlace,
): FakeClock | undefined {
  if (given === undefined || given === "real") return undefined;
  if (given !== "leap") {
    throw new HarnessError("bad-usage", `expected real or leap, got "${given}"`, {
      place: "--time",
    });
  }
  const library = findFaketime();
  if (library === undefined)
    throw unfit("libfaketime is not installed", "On Debian: apt-get install libfaketime.");
  const folder = makeTemporaryFolder("time");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const fake = createFakeClock(library, folder);
  const why = whyNotFollowed(command[0] ?? "", place, fake);
  if (why === undefined) return fake;
  throw unfit(why, "Leave out --time, and give tokens a short life with --settings.");
}

function unfit(why: string, hint: string): HarnessError {
  return new HarnessError("unfit-machine", `time cannot leap: ${why}`, {
    place: "--time leap",
    hint,
  });
}

/** Why a program does not follow that clock; undefined when it does, as far as that can be seen before it runs. */
export function whyNotFollowed(
  program: string,
  place: CommandPlace,
  fake: FakeClock,
): string | undefined {
  const file = findProgram(program, place);
  // That it does not exist is said when it is started.
  if (file === undefined) return undefined;
  const { binary, why } = examine(file, place, SCRIPTS_DEEP_MAX);
  if (why !== undefined) return why;
  const [asked, ...values] = questionTo(binary);
  fake.set(PROBED_MS);
  const { stdout, status } = spawnSync(asked, values, {
    encoding: "utf8",
    env: { PATH: place.path, ...fake.environment },
  });
  const said = String(stdout).trim();
  if (status === 0 && said === String(PROBED_MS / 1_000)) return undefined;
  return `${asked} does not follow: asked for the time under libfaketime, it said "${said}"`;
}

/** In 2001, when no program runs. */
const PROBED_MS = 1_000_000_000_000;

/** How a runtime prints the seconds since the Unix epoch; of other programs only what is in their file is known, and that libfaketime works here. */
function questionTo(binary: string): readonly [string, ...string[]] {
  const name = basename(binary);
  if (/^python[\d.]*$/.test(name)) return [binary, "-c", "import time; print(int(time.time()))"];
  if (/^node(?:js)?$/.test(name)) return [binary, "-p", "Math.floor(Date.now() / 1000)"];
  if (name === "perl") return [binary, "-e", "print time"];
  if (name === "ruby") return [binary, "-e", "print Time.now.to_i"];
  return ["date", "+%s"];
}

const SCRIPTS_DEEP_MAX = 4;

/** The binary that runs a file, which may be a script, and why it would not follow. */
function examine(
  file: string,
  place: CommandPlace,
  deep: number,
): { readonly binary: string; readonly why: string | undefined } {
  const head = headOf(file);
  const [, line] = /^#!\s*([^\r\n]+)/.exec(head.toString("latin1")) ?? [];
  if (line !== undefined && deep > 0) {
    const [interpreter = "", ...values] = line.trim().split(/\s+/);
    const isEnv = basename(interpreter) === "env";
    const named = isEnv ? values.find((value) => !/^-|=/.test(value)) : interpreter;
    const found = findProgram(named ?? "", place);
    if (found !== undefined) return examine(found, place, deep - 1);
  }
  return { binary: file, why: whyBinaryDoesNot(file, head) };
}

/** https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html: a file that names a loader is linked to the C library when it starts. */
function whyBinaryDoesNot(file: string, head: Buffer): string | undefined {
  const isElf = head.length >= 64 && head.readUInt32BE(0) === 0x7f454c46;
  if (!isElf) return undefined;
  const name = basename(file);
  if (isOfGo(file))
    return `${name} is a program of Go, which asks the kernel and not the C library for the time`;
  const loader = loaderOf(head);
  if (loader === undefined)
    return `${name} is linked statically, so libfaketime does not get between it and the C library`;
  return loader.includes("ld-musl")
    ? `${name} uses the C library musl, and libfaketime is for glibc`
    : undefined;
}

const PROGRAM_LOADER = 3;

/** The path in the program header PT_INTERP of a 64-bit file; a file of 32 bits counts as one with a loader. */
function loaderOf(head: Buffer): string | undefined {
  if (head[4] !== 2) return "";
  const [at, size, count] = [
    Number(head.readBigUInt64LE(0x20)),
    head.readUInt16LE(0x36),
    head.readUInt16LE(0x38),
  ];
  for (let index = 0; index < count; index += 1) {
    const header = at + index * size;
    if (header + 0x28 > head.length) return "";
    if (head.readUInt32LE(header) !== PROGRAM_LOADER) continue;
    const from = Number(head.readBigUInt64LE(header + 8));
    return head.toString("latin1", from, from + Number(head.readBigUInt64LE(header + 0x20)));
  }
  return undefined;
}

/** The magic bytes before the facts of a build (https://pkg.go.dev/debug/buildinfo), and before its id. */
const GO = ["\xff Go buildinf:", "\xff Go build ID: "].map((text) => Buffer.from(text, "latin1"));

function isOfGo(file: string): boolean {
  const bytes = readFileSync(file);
  return GO.some((magic) => bytes.includes(magic));
}

const HEAD_BYTES = 65_536;

function headOf(file: string): Buffer {
  const opened = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    return buffer.subarray(0, readSync(opened, buffer, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(opened);
  }
}

function findProgram(program: string, { cwd, path }: CommandPlace): string | undefined {
  const places = program.includes("/")
    ? [isAbsolute(program) ? program : resolve(cwd, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  return places.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
