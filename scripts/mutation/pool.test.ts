/** What becomes of processes that stop answering, or end. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type Pool } from "./pool.ts";
import type { Job } from "./worker.ts";

/** It answers "missed", unless the mutant is of another mind. */
const program = `
import { existsSync, writeFileSync } from "node:fs";
process.on("disconnect", () => process.exit());
process.on("message", ({ mutant }) => {
  if (mutant === "loops") for (const end = Date.now() + 600_000; Date.now() < end; );
  if (mutant === "dies") process.kill(process.pid, "SIGKILL");
  const mark = process.argv[2];
  if (mutant === "dies once" && !existsSync(mark)) {
    writeFileSync(mark, "");
    process.kill(process.pid, "SIGKILL");
  } else process.send({ kind: "missed" });
});
`;

let folder = "";
const pools: Pool[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-pool-"));
  writeFileSync(join(folder, "worker.mjs"), program);
});
afterAll(() => {
  for (const pool of pools) pool.close();
  rmSync(folder, { recursive: true, force: true });
});

const mark = (): string => join(folder, "mark");

/** The answers of one worker. */
async function answersTo(stuckMs: number, ...mutants: readonly string[]) {
  const pool = createPool(mark(), 1, { program: join(folder, "worker.mjs"), stuckMs });
  pools.push(pool);
  const jobs = mutants.map((mutant): Job => ({ kind: "try", mutant, visitsMax: 1, plan: [] }));
  return (await pool.run(jobs)).map(({ kind }) => kind);
}

it("replaces a process that is stuck, and has the next job answered", async () => {
  expect(await answersTo(10_000, "loops", "fine", "fine")).toEqual(["stuck", "missed", "missed"]);
});

it("tries a job again whose process has ended", async () => {
  expect(await answersTo(50_000, "dies once", "fine")).toEqual(["missed", "missed"]);
  expect(existsSync(mark())).toBe(true);
});

it("does not take the end of a process for an answer", async () => {
  await expect(answersTo(50_000, "fine", "dies")).rejects.toThrow(
    "The process that tried the mutant dies ended twice without an answer: signal SIGKILL.",
  );
});
