/** `npm test` and `npm run test:all`: plans which test runners run, and runs them. */
import { spawn } from "node:child_process";
import { planTests, runTests } from "./test-plan.ts";

process.exitCode = await runTests(
  planTests(process.argv.slice(2), process.env),
  ({ runner, args, env }, beside) =>
    new Promise((resolve) => {
      // Two runners that print at the same time could not be read: the second is printed when it has ended.
      const printsLater = beside === "beside others";
      const output: Buffer[] = [];
      const child = spawn(runner, args, {
        stdio: ["inherit", printsLater ? "pipe" : "inherit", printsLater ? "pipe" : "inherit"],
        env: { ...process.env, ...env },
        // npm's commands are scripts on Windows.
        shell: process.platform === "win32",
      });
      child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
      child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
      child.on("error", (error) => {
        process.stderr.write(`${runner} cannot be started: ${error.message}\n`);
        resolve(1);
      });
      child.on("close", (status) => {
        process.stdout.write(Buffer.concat(output));
        resolve(status ?? 1);
      });
    }),
);
