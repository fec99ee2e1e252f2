/**
 * What ends a session early, as a terminal, a supervisor or the kernel does it: what has
 * finished is reported whole, and no process of ours is left.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, type Interruption } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface ResultsFile {
  readonly runs: readonly { readonly scenario: string }[];
  readonly failures?: readonly { readonly message: string }[];
}

/** A Node that is too old for us, so that our file launches another one; not every machine has one. */
const oldNode = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((folder) => !folder.includes("node_modules"))
  .map((folder) => join(folder, "node"))
  .find((node) => existsSync(node) && isOld(node));

function isOld(node: string): boolean {
  return Number(execFileSync(node, ["-p", "parseInt(process.versions.node)"])) < 24;
}

/** Ends a session when its first run has passed; returns its exit code when all that it leaves is whole. */
async function endEarly(folder: Folder, how: Omit<Interruption, "after">): Promise<number | null> {
  // News of an earlier session, which the steps of a pipeline would send again.
  folder.write("cut/news.md", "# Brownout: 1 new finding\n");
  const ended = await folder.interrupt(
    { after: "pass ", ...how },
    "run",
    "--workers",
    "1",
    "--out",
    "cut",
  );
  expect(ended).toMatchObject({ stderr: "", left: [] });
  expect(ended.stdout).toMatch(/Nothing is said about \d+ runs?: it was interrupted/);
  expect(ended.stdout).not.toContain("ERROR");
  expect(folder.files("cut").filter((file) => file.endsWith(".part"))).toEqual([]);
  // A job that was cut short is no secret: it is a gap in the trend.
  const trend = await folder.main("trend");
  expect(trend.stdout).toMatch(/^Did not come to their end\n {2}run \d+ of /m);
  const results = readFileSync(join(folder.path, "cut/results.json"), "utf8");
  const { runs, failures = [] } = JSON.parse(results) as ResultsFile;
  expect(runs.length).toBeGreaterThan(0);
  expect(new Set(failures.map(({ message }) => message)).size).toBe(1);
  const journals = runs.map(({ scenario }) => `cut/journals/${scenario}--msal-node.jsonl`);
  expect([0, 1, 3]).toContain((await folder.main("check", ...journals)).code);
  return ended.code;
}

describe("a session", () => {
  let folder: Folder;
  beforeAll(() => {
    folder = createFolder();
  });
  afterAll(() => folder.remove());

  it.each([
    ["Ctrl-C", { signal: "SIGINT", to: "group" }, 130],
    ["SIGTERM to all of its processes", { signal: "SIGTERM", to: "group" }, 143],
    ["SIGTERM", { signal: "SIGTERM", to: "process" }, 143],
  ] as const)("that %s ends is reported whole", async (_, how, code) => {
    expect(await endEarly(folder, how)).toBe(code);
  });
});

describe("sudden death", () => {
  it("of a session takes its workers along", async () => {
    const folder = createFolder();
    const how = { after: "pass ", signal: "SIGKILL", to: "process" } as const;
    expect(await folder.interrupt(how, "run", "--out", "cut")).toMatchObject({ left: [] });
    folder.remove();
  });
});

describe.runIf(oldNode)("a session under a launcher", () => {
  let folder: Folder;
  beforeAll(() => {
    folder = createFolder(oldNode);
  });
  afterAll(() => folder.remove());

  it.each([
    ["Ctrl-C", { signal: "SIGINT", to: "group" }, 130],
    ["SIGINT to the launcher alone", { signal: "SIGINT", to: "process" }, 130],
    ["SIGTERM to the launcher alone", { signal: "SIGTERM", to: "process" }, 143],
    ["the launcher's sudden death", { signal: "SIGKILL", to: "process" }, null],
  ] as const)("that %s ends is reported whole", async (_, how, code) => {
    expect(await endEarly(folder, how)).toBe(code);
  });
});
