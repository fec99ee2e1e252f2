/** The machine of a new user, as far as a test can have one. */
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "./support/guides.ts";

/** For tests that install something. */
export const SLOW_MS = 300_000;

/** Without our binaries on the path and without what npm and Vitest set. */
export const cleanEnvironment = Object.fromEntries(
  Object.entries({
    ...process.env,
    PATH: (process.env["PATH"] ?? "")
      .split(delimiter)
      .filter((folder) => !folder.includes("node_modules"))
      .join(delimiter),
  }).filter(
    ([name]) => !/^(?:npm_|INIT_CWD|NODE_OPTIONS|NODE_ENV|VITEST|TEST$|FORCE_COLOR)/i.test(name),
  ),
);

/** What a command prints; throws all of it when the command fails. */
export function run(folder: string, command: string, ...args: string[]): string {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    cwd: folder,
    encoding: "utf8",
    env: cleanEnvironment,
    stdio: "pipe",
  };
  try {
    return execFileSync(command, args, options);
  } catch (error) {
    const { status, stdout, stderr } = error as {
      status: unknown;
      stdout: unknown;
      stderr: unknown;
    };
    throw new Error(
      `${command} ${args.join(" ")} ended with ${String(status)}\n${String(stdout)}\n${String(stderr)}`,
      {
        cause: error,
      },
    );
  }
}

/** Real ms. */
const LOOK_AGAIN_MS = 200;
const PACKING = `${root}reports/out/packing`;

/**
 * Packs this repository into a folder. One at a time: packing builds `dist/` anew, and two files of
 * tests are two processes. Our own npm scripts need our own binaries, so npm has the whole environment.
 */
export function packInto(place: string): void {
  while (!takePacking())
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
  try {
    execFileSync("npm", ["pack", "--pack-destination", place], { cwd: root, stdio: "pipe" });
  } finally {
    rmSync(PACKING, { force: true });
  }
}

/** Whether this process may pack now: no other does, or the one that did was killed. */
function takePacking(): boolean {
  mkdirSync(`${root}reports/out`, { recursive: true });
  try {
    writeFileSync(PACKING, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  try {
    const holder = Number(readFileSync(PACKING, "utf8"));
    // Who has just made the file has not yet written into it.
    if (holder > 0) process.kill(holder, 0);
  } catch {
    rmSync(PACKING, { force: true });
  }
  return false;
}

/** Installs the tarball that lies in `place` in a folder, with further arguments for npm. */
export function installPacked(place: string, folder: string, ...more: readonly string[]): void {
  const tarball = readdirSync(place).find((file) => file.endsWith(".tgz")) ?? "no tarball";
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund"];
  run(folder, "npm", "install", join(place, tarball), ...quietly, ...more);
}
