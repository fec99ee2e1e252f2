/** `npm test`: plans which test runners run, and runs them one after the other. */
import { spawnSync } from "node:child_process";
import { planTests, runTests } from "./test-plan.ts";

process.exitCode = runTests(
  planTests(process.argv.slice(2), process.env),
  ({ runner, args, env }) => {
    const { status, error } = spawnSync(runner, args, {
      stdio: "inherit",
      env: { ...process.env, ...env },
      // npm's commands are scripts on Windows.
      shell: process.platform === "win32",
    });
    if (error !== undefined)
      process.stderr.write(`${runner} cannot be started: ${error.message}\n`);
    return status ?? 1;
  },
);
