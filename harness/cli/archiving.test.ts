/** What becomes of sessions where processes meet at one archive, and in output folders that were used before. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openArchive } from "../reporting/archive/database.ts";
import { migrations } from "../reporting/archive/migrations.ts";
import { buildResults } from "../reporting/model/results.ts";
import { judgedRun } from "../../test/support/report.ts";
import { ARCHIVE_FILE, archiveSession } from "./archiving.ts";
import { keepSession, readKeeping } from "./keeping.ts";
import { testIo } from "../../test/support/cli.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-archiving-"));
  openArchive(archive()).close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const io = testIo({ now: () => Date.UTC(2026, 9, 1, 3) });
const bad = resultsOf("fail");
const archive = (): string => join(folder, ARCHIVE_FILE);
const waiting = (): readonly string[] => readdirSync(join(folder, "waiting")).toSorted();

function resultsOf(verdict: "fail" | "pass", seed = "1") {
  const run = judgedRun({ "retry-after": verdict });
  return buildResults([run], [], { seed, brownout: "0.1.0" });
}

function seedsKept(): readonly string[] {
  const opened = openArchive(archive());
  const seeds = opened.last(99).map(({ seed }) => seed);
  opened.close();
  return seeds;
}

/** The archive as a later brownout has left it: it takes nothing in. */
function whileNewer(work: () => void): void {
  change(`PRAGMA user_version = ${migrations.length + 1}`);
  work();
  change(`PRAGMA user_version = ${migrations.length}`);
}

function change(sql: string): void {
  const database = new DatabaseSync(archive());
  database.exec(sql);
  database.close();
}

describe("sessions that wait", () => {
  it("do not take each other's place when they end at the same moment, and are all added", () => {
    whileNewer(() => {
      for (const seed of ["1", "2"]) archiveSession(resultsOf("pass", seed), { folder, io });
    });
    expect(waiting()).toEqual(["2026-10-01T03-00-00-000Z-2.json", "2026-10-01T03-00-00-000Z.json"]);
    archiveSession(resultsOf("pass", "3"), { folder, io });
    expect(seedsKept().toSorted()).toEqual(["1", "2", "3"]);
    expect(waiting()).toEqual([]);
  });

  it("are added once, also when a file of theirs is left behind", () => {
    whileNewer(() => archiveSession(resultsOf("pass"), { folder, io }));
    const [name = ""] = waiting();
    copyFileSync(join(folder, "waiting", name), join(folder, "left-behind.json"));
    archiveSession(resultsOf("pass", "2"), { folder, io });
    copyFileSync(join(folder, "left-behind.json"), join(folder, "waiting", name));
    const { lines } = archiveSession(resultsOf("pass", "3"), { folder, io });
    expect(lines).toEqual([]);
    expect(seedsKept()).toEqual(["1", "2", "3"]);
    expect(waiting()).toEqual([]);
  });

  it("are not tried one by one where the archive is at fault", () => {
    whileNewer(() => archiveSession(resultsOf("pass"), { folder, io }));
    const [name = ""] = waiting();
    for (const copy of ["b", "c"])
      copyFileSync(join(folder, "waiting", name), join(folder, "waiting", `${copy}.json`));
    change("DROP TABLE finding");
    const { lines } = archiveSession(resultsOf("pass", "2"), { folder, io });
    expect(lines).toEqual([expect.stringMatching(/it is damaged.* This run waits/)]);
    expect(waiting()).toHaveLength(4);
  });
});

describe("news", () => {
  it("is of the session that was added, though another process has added a later one", () => {
    change(`CREATE TRIGGER other AFTER INSERT ON run BEGIN
      INSERT INTO session (recorded_at, brownout, seed) VALUES ('later', '0.1.0', '1'); END`);
    const { news, id } = archiveSession(bad, { folder, io });
    expect([id, news.map(({ rule }) => rule)]).toEqual([1, ["retry-after"]]);
  });

  it("of an earlier session does not stay beside results that are not kept", async () => {
    const out = join(folder, "out");
    const keeping = { folder: join(folder, "archive") };
    await keepSession(bad, { keeping, out, io });
    expect(readdirSync(out).toSorted()).toEqual(["news.json", "news.md"]);
    writeFileSync(join(out, "results.json"), "");
    expect(await keepSession(bad, { keeping: {}, out, io })).toEqual([]);
    expect(readdirSync(out)).toEqual(["results.json"]);
  });
});

describe("a webhook", () => {
  it.each([
    ["nowhere", /^it is no address/],
    ["ftp://example.com/x", /^it is no address/],
    ["https://me:secret@example.com/x", /^it has a name or a password in it/],
  ])("is refused without being printed: %s", (webhook, said) => {
    const refused = (read: () => unknown): Error => {
      try {
        read();
      } catch (error) {
        if (error instanceof Error) return error;
      }
      throw new Error("it was accepted");
    };
    const { message } = refused(() => readKeeping({ webhook }, io));
    expect(message).toMatch(said);
    expect(message).not.toContain("secret");
    const named = testIo({ environment: { BROWNOUT_WEBHOOK: webhook } });
    expect(refused(() => readKeeping({}, named))).toMatchObject({ place: "BROWNOUT_WEBHOOK" });
  });

  it("is none where its variable is empty, as pipelines leave it", () => {
    const named = testIo({ environment: { BROWNOUT_WEBHOOK: "", GITHUB_SHA: "abc" } });
    expect(readKeeping({ archive: "none" }, named)).toEqual({ label: "abc" });
  });
});
