/**
 * A clock for a program on this machine that is moved from here: libfaketime
 * (https://github.com/wolfcw/libfaketime) between the program and the C library, reading the time
 * from a file. It moves what a program reads and not how long it sleeps, and programs that do
 * not ask the C library, such as static ones of Go, do not follow it.
 */
import { existsSync, globSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LIBRARIES = [
  "/usr/lib/*/faketime/libfaketimeMT.so.1",
  "/usr/lib*/faketime/libfaketimeMT.so.1",
  "/usr/local/lib/faketime/libfaketimeMT.so.1",
];

/** The path of the library; undefined where it is not installed. */
export function findFaketime(): string | undefined {
  return globSync(LIBRARIES).find((path) => existsSync(path));
}

export interface FakeClock {
  /** The variables of a program that has this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets it; ms since the Unix epoch. */
  readonly set: (nowMs: number) => void;
}

/** Creates a clock whose file is in that folder. */
export function createFakeClock(library: string, folder: string): FakeClock {
  const file = join(folder, "time");
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      // It is read at every look at the clock, or the program would be late.
      FAKETIME_NO_CACHE: "1",
      // What it waits for on sockets is the machine's.
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      DONT_FAKE_MONOTONIC: "1",
      // The file has the local time.
      TZ: "UTC",
    },
    set(nowMs) {
      const text = new Date(nowMs).toISOString().replace("T", " ").replace("Z", "");
      // A reader must not see half of it.
      writeFileSync(`${file}.new`, `${text}\n`);
      renameSync(`${file}.new`, file);
    },
  };
}
