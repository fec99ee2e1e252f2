/**
 * `node scripts/browser.ts [--optional]`: what npm runs before the tests and before `npm start`.
 * All goes to stderr, because the stdout of what follows may be read by a program.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findBrowser } from "../harness/browser/launch/find-browser.ts";
import { setUpBrowser } from "./browser-setup.ts";

process.exitCode = await setUpBrowser(
  process.argv.includes("--optional") ? "optional" : "required",
  {
    env: process.env,
    mayInstall: process.getuid?.() === 0 && existsSync("/usr/bin/apt-get"),
    find: () => findBrowser(),
    aptGet(...args) {
      // Another apt-get may be at work: on new machines one often is.
      const { status } = spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
        stdio: ["ignore", process.stderr, process.stderr],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
      return status ?? 1;
    },
    say: (line) => void process.stderr.write(`${line}\n`),
  },
);
