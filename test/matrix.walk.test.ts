/**
 * `brownout matrix` and `brownout bisect` with two versions that npm really installs: 7.1.2 of
 * MSAL Node reads Retry-After from the answers of its own transport, 7.1.1 does not.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../harness/cli/main.ts";
import type { Matrix } from "../harness/reporting/client-versions/version-matrix.ts";
import { createFolder, type Ended, type Folder, scenarioText } from "./command-line.ts";
import { interruptedIo } from "./support/interrupted-io.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let folder: Folder;
let cache: string;
let first: Ended;

const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");
const matrix = (...more: readonly string[]): Ended =>
  folder.brownout(
    "matrix",
    "msal-node@7.1.1,7.1.2",
    "--cache",
    cache,
    "--scenario",
    "token-throttled,token-throttled-text",
    ...more,
  );

beforeAll(() => {
  folder = createFolder();
  cache = mkdtempSync(join(tmpdir(), "brownout-clients-"));
  first = matrix("--out", "out");
});
afterAll(() => {
  folder.remove();
  rmSync(cache, { recursive: true, force: true });
});

describe("brownout matrix", () => {
  it("installs versions side by side, and says what changed between them", () => {
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("Installing msal-node 7.1.1");
    expect(first.stdout).toContain("4 runs of msal-node 7.1.1, 7.1.2, seed 1");
    expect(first.stdout).toMatch(/^ {2}better +retry-after: token-throttled$/m);
    expect(read("out/matrix.md")).toContain("| msal-node 7.1.1 → 7.1.2 |  | retry-after (1) |");
  });

  it("says in run.json that it was interrupted, and leaves nothing of an earlier matrix", async () => {
    cpSync(join(folder.path, "out"), join(folder.path, "cut"), { recursive: true });
    const again = ["msal-node@7.1.1,7.1.2", "--cache", cache, "--out", "cut"];
    const filter = ["--scenario", "token-throttled"];
    const io = interruptedIo(folder.path);
    expect(await main(["matrix", ...again, ...filter], io)).toBe(143);
    expect(JSON.parse(read("cut/run.json"))).toMatchObject({ outcome: "interrupted" });
    const left = folder.files("cut").filter((file) => /matrix\.(?:json|md)$/.test(file));
    expect(left).toEqual([]);
  });

  it("says of own code how its upgrade is tried", async () => {
    folder.write(
      "own.scenario.ts",
      scenarioText({ name: "own" }).replace(/needs: .*/, "needs: [],"),
    );
    const { code, stderr } = folder.brownout(
      "matrix",
      "msal-node@7.1.1",
      "--cache",
      cache,
      "--scenario",
      "./own.scenario.ts",
    );
    expect(stderr).toContain("own runs your own code with the msal-node that it has");
    expect(stderr).toContain("install the other version in your project");
    expect(code).toBe(2);
  });

  it("shows each difference in the journals of both versions", () => {
    const { steps } = JSON.parse(read("out/matrix.json")) as Matrix;
    expect(steps).toMatchObject([
      {
        rule: "retry-after",
        from: "7.1.1",
        to: "7.1.2",
        direction: "better",
        changes: [{ scenario: "token-throttled", repeats: true }],
      },
    ]);
    for (const side of ["before", "after"] as const) {
      const claimed = steps[0]?.changes[0]?.[side];
      const journal = `out/${claimed?.journal}`;
      const header = JSON.parse(read(journal).split("\n")[0] ?? "") as object;
      expect(header).toMatchObject({ client: { name: "msal-node", version: claimed?.version } });
      const checked = folder.brownout("check", journal, "--json");
      const [run] = (JSON.parse(checked.stdout) as { runs: { findings: { rule: string }[] }[] })
        .runs;
      const isBroken = run?.findings.some(({ rule }) => rule === "retry-after");
      expect(isBroken).toBe(claimed?.verdict === "fail");
    }
  });

  it("says the same again, byte for byte, with what is installed already", () => {
    const again = matrix("--out", "again", "--json");
    expect(again.stderr).not.toContain("Installing");
    expect(again.stdout).toBe(read("out/matrix.json"));
    for (const file of folder.files("out").filter((path) => path.endsWith(".jsonl")))
      expect(read(file.replace("out/", "again/"))).toBe(read(file));
  });

  it("ends with 2 and goes on when a run is not finished, and names it", () => {
    folder.write(
      "breaks.scenario.ts",
      scenarioText({ name: "breaks", script: "throw new Error('It broke.');" }),
    );
    const broken = folder.brownout(
      "matrix",
      "msal-node@7.1.1",
      "--cache",
      cache,
      "--scenario",
      "./breaks.scenario.ts,token-throttled",
      "--out",
      "broken",
    );
    expect(broken.code).toBe(2);
    expect(broken.stdout).toContain("ERROR   breaks  msal-node@7.1.1  It broke.");
    expect(read("broken/matrix.md")).toContain("- msal-node@7.1.1, breaks: It broke.");
    const { clients } = JSON.parse(read("broken/matrix.json")) as Matrix;
    expect(clients[0]?.versions[0]).toMatchObject({
      totals: { runs: 1 },
      failures: [{ scenario: "breaks" }],
    });
  });
});

describe("a journal of a version that is not installed", () => {
  const journal = "out/msal-node-7.1.1/journals/token-throttled--msal-node.jsonl";

  it("is replayed with that version, from the cache", () => {
    const replayed = folder.brownout("replay", journal, "--cache", cache);
    expect(replayed.stdout).toContain("The new journal equals the old one.");
  });

  it("gets that version where it is not kept", () => {
    const replayed = folder.brownout("replay", journal, "--cache", "elsewhere");
    expect(replayed.stderr).toContain("Installing msal-node 7.1.1 in ");
    expect(replayed.stdout).toContain("The new journal equals the old one.");
  });

  it("can be made by run, too", () => {
    folder.brownout(
      "run",
      "token-throttled",
      "--client",
      "msal-node@7.1.1",
      "--cache",
      cache,
      "--out",
      "run",
    );
    expect(read("run/journals/token-throttled--msal-node.jsonl")).toBe(read(journal));
  });
});

describe("brownout bisect", () => {
  const bisect = (...more: readonly string[]): Ended =>
    folder.brownout("bisect", "token-throttled", "--cache", cache, "--out", "bisect", ...more);

  it("names the first version that changed a verdict, with both sides", () => {
    const found = bisect("--rule", "retry-after", "msal-node@7.1.1..7.1.2");
    expect(found).toMatchObject({ code: 0, stderr: "" });
    expect(found.stdout).toContain(
      "msal-node 7.1.2 is the first that changed retry-after of token-throttled.",
    );
    expect(found.stdout).toContain("bisect/msal-node-7.1.1");
  });

  it("says so when both ends say the same", () => {
    const same = bisect("--rule", "recovery", "msal-node@7.1.1..7.1.2", "--json");
    expect(same.code).toBe(3);
    expect(JSON.parse(same.stdout)).toMatchObject({
      schema: "brownout/bisect/1",
      kind: "same",
      tried: [
        { version: "7.1.1", verdict: "pass" },
        { version: "7.1.2", verdict: "pass" },
      ],
    });
  });
});

describe("brownout blame --bisect", () => {
  it("hands the versions between the last good and the first bad night over to bisect", () => {
    const night = (version: string): Ended =>
      folder.brownout(
        "run",
        "token-throttled",
        "--client",
        `msal-node@${version}`,
        "--cache",
        cache,
        "--archive",
        "nights",
        "--job",
        "nightly",
        "--no-control",
      );
    expect(night("7.1.2").code).toBe(0);
    // The app goes back to the older release, which has the defect.
    expect(night("7.1.1")).toMatchObject({ code: 1, stderr: "" });
    const blame = ["blame", "token-throttled", "retry-after", "--archive", "nights"];
    const { code, stdout, stderr } = folder.brownout(...blame, "--bisect", "--cache", cache);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(
      "msal-node 7.1.2 is the first that changed retry-after of token-throttled.",
    );
  });
});
