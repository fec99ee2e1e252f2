#!/usr/bin/env node
/**
 * Finds the Node and the code to run, for whoever calls us with any Node from 18 on: plain
 * JavaScript, because an older Node reads it first. In the repository the source runs as it
 * is; in the package, its build. Node 24 comes with the dependencies (docs/decisions/0006).
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import module, { createRequire } from "node:module";
import os from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(import.meta.url);
const root = dirname(dirname(here));

const { engines, optionalDependencies } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

/** The lowest Node of `engines`, as [major, minor]. */
function neededNode() {
  const [, major, minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(engines.node);
  return [Number(major), Number(minor)];
}

function isNewEnough([major, minor]) {
  const [runningMajor = 0, runningMinor = 0] = process.versions.node.split(".").map(Number);
  return runningMajor > major || (runningMajor === major && runningMinor >= minor);
}

/** The package with a Node for this platform, which may not exist. */
const nodePackage = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

/** The Node that came as an optional dependency, if this platform has one. */
function bundledNode() {
  try {
    const manifest = createRequire(here).resolve(`${nodePackage}/package.json`);
    const name = process.platform === "win32" ? "node.exe" : "node";
    const binary = join(dirname(manifest), "bin", name);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

/** Tells the child that its parent is this launcher, and that their channel says when it is gone. */
const LAUNCHED = "BROWNOUT_LAUNCHED";

/** Runs this very file under another Node, and ends as it ends. */
function runUnder(node) {
  const child = spawn(node, [here, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [LAUNCHED]: "1" },
  });
  // What is sent to this process alone is meant for the child. That Ctrl-C reaches it by
  // itself does no harm: two in a moment are one to it (harness/cli/interrupt.ts).
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // On Windows a signal that is passed on ends a process at once.
      if (process.platform !== "win32") child.kill(signal);
    });
  }
  child.on("error", (error) => refuse(`${node} cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 2);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse(message, hint) {
  process.stderr.write(`brownout: ${message}\n${hint === undefined ? "" : `  ${hint}\n`}`);
  process.exitCode = 2;
}

/** A launcher that was killed could pass nothing on: its end counts as SIGTERM. */
function endWithLauncher() {
  if (process.env[LAUNCHED] === undefined) return;
  delete process.env[LAUNCHED];
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // The channel alone is no reason to stay.
  process.channel?.unref();
}

/** The next start, and the worker processes of this one, need not compile the same source anew. */
function keepCompiled() {
  const folder = process.env.NODE_COMPILE_CACHE ?? join(os.tmpdir(), "node-compile-cache");
  module.enableCompileCache?.(folder);
  process.env.NODE_COMPILE_CACHE = folder;
}

async function runHere() {
  endWithLauncher();
  const code = [
    join(root, "harness", "cli", "main.ts"),
    join(root, "dist", "harness", "cli", "main.js"),
  ].find((path) => existsSync(path));
  if (code === undefined) {
    refuse(
      "neither its source nor its build is here",
      "Install the package again, or run: npm run build",
    );
    return;
  }
  // Node says that stripping types is experimental; nobody who runs us can do anything about that.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === "object" ? rest[0]?.type : rest[0];
    if (type !== "ExperimentalWarning") emitWarning(warning, ...rest);
  };
  // Node would exit with 1, which means a finding.
  process.on("uncaughtException", (error) => {
    refuse(
      error instanceof Error ? error.message : "something was thrown",
      "This is a defect of brownout.",
    );
    process.exit(2);
  });
  keepCompiled();
  const { createProcessIo, main } = await import(pathToFileURL(code).href);
  const parallelism = os.availableParallelism?.() ?? os.cpus().length;
  process.exitCode = await main(process.argv.slice(2), createProcessIo(parallelism));
}

const needed = neededNode();
if (isNewEnough(needed)) {
  await runHere();
} else {
  const node = bundledNode();
  if (node === undefined || node === process.execPath) {
    refuse(
      `it needs Node ${needed.join(".")} or newer, and this is ${process.versions.node}`,
      optionalDependencies[nodePackage] === undefined
        ? `None comes along for ${process.platform}-${process.arch}. Install a newer Node.`
        : `The one for ${process.platform}-${process.arch} was not installed with it (--omit=optional?). Install a newer Node.`,
    );
  } else {
    runUnder(node);
  }
}
