/** Archiving where processes share one archive, and in output folders that were used before. */
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openArchive } from "../reporting/archive/database.ts";
import { migrations } from "../reporting/archive/migrations.ts";
import { buildResults } from "../reporting/model/build-results.ts";
import { judgedRun } from "../../test/support/report.ts";
import { ARCHIVE_FILE, addToArchive } from "../reporting/archive/add-to-archive.ts";
import type { Channel } from "../reporting/channels/deliver.ts";
import { plainNews } from "../reporting/channels/plain-news.ts";
import { buildReport } from "../reporting/model/build-report.ts";
import { archiveEnd, archiveRun, publishRun, readArchiveTarget } from "./archive-run.ts";
import { runFacts } from "../../test/support/run-facts.ts";
import { testIo } from "../../test/support/cli.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-archiving-"));
  openArchive(archive()).close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const io = testIo({ now: () => Date.UTC(2026, 9, 1, 3) });
const entry = () => ({ folder, cwd: io.cwd, recordedAt: new Date(io.now()).toISOString() });
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

/** With the archive as a later version of Brownout leaves it: nothing can be added. */
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
      for (const seed of ["1", "2"]) addToArchive(resultsOf("pass", seed), entry());
    });
    expect(waiting()).toEqual(["2026-10-01T03-00-00-000Z-2.json", "2026-10-01T03-00-00-000Z.json"]);
    addToArchive(resultsOf("pass", "3"), entry());
    expect(seedsKept().toSorted()).toEqual(["1", "2", "3"]);
    expect(waiting()).toEqual([]);
  });

  it("are added once, also when a file of theirs is left behind", () => {
    whileNewer(() => addToArchive(resultsOf("pass"), entry()));
    const [name = ""] = waiting();
    copyFileSync(join(folder, "waiting", name), join(folder, "left-behind.json"));
    addToArchive(resultsOf("pass", "2"), entry());
    copyFileSync(join(folder, "left-behind.json"), join(folder, "waiting", name));
    const { lines } = addToArchive(resultsOf("pass", "3"), entry());
    expect(lines).toEqual([]);
    expect(seedsKept()).toEqual(["1", "2", "3"]);
    expect(waiting()).toEqual([]);
  });

  // S12
  it("are added to a new archive where the old one is damaged, each once", () => {
    whileNewer(() => addToArchive(resultsOf("pass"), entry()));
    const [name = ""] = waiting();
    for (const copy of ["b", "c"])
      copyFileSync(join(folder, "waiting", name), join(folder, "waiting", `${copy}.json`));
    change("DROP TABLE content_finding");
    const { lines } = addToArchive(resultsOf("pass", "2"), entry());
    expect(lines).toEqual([
      expect.stringMatching(
        /it is damaged.* It is kept as runs\.db\.damaged-.*, and a new one begins/,
      ),
      expect.stringMatching(/which waited, is in it now/),
    ]);
    expect(waiting()).toEqual([]);
  });
});

describe("changes", () => {
  it("are of the session that was added, though another process has added a later one", () => {
    change(`CREATE TRIGGER other AFTER INSERT ON played BEGIN
      INSERT INTO session (recorded_at, brownout, seed) VALUES ('later', '0.1.0', '1'); END`);
    const { changes, id } = addToArchive(bad, entry());
    expect([id, changes.map(({ subject }) => subject.rule)]).toEqual([1, ["retry-after"]]);
  });

  it("of an earlier session does not stay beside results that are not kept", async () => {
    const out = join(folder, "out");
    const target = { folder: join(folder, "archive") };
    const facts = runFacts();
    await publishRun(archiveRun(bad, { target, facts, out, io }), { out, io });
    expect(readdirSync(out).toSorted()).toEqual(["news.json", "news.md", "news.txt"]);
    writeFileSync(join(out, "results.json"), "");
    expect(await publishRun(archiveRun(bad, { target: {}, facts, out, io }), { out, io })).toEqual(
      [],
    );
    expect(readdirSync(out)).toEqual(["results.json"]);
  });
});

describe("a session whose reports could not be written", () => {
  it("is archived as one that failed after it was, once, and both are published", async () => {
    const out = join(folder, "out");
    const facts = runFacts();
    const target = { folder: join(folder, "archive") };
    const archived = archiveRun(bad, { target, facts, out, io });
    expect(archiveEnd(archived, facts, io)).toBe(archived);
    const full = { code: "unwritable", message: "the disk is full" };
    const ended = { ...facts, outcome: "failed", exitCode: 2, problems: [full] } as const;
    await publishRun(archiveEnd(archived, ended, io), { out, io });
    const { news } = JSON.parse(readFileSync(join(out, "news.json"), "utf8")) as {
      readonly news: readonly { readonly detail: { readonly kind: string } }[];
    };
    expect(news.map(({ detail }) => detail)).toMatchObject([
      { kind: "new" },
      { kind: "unknown", problem: full },
    ]);
  });
});

describe("a session that cannot be archived", () => {
  it("is said on each channel, with what it found, but not where only an archive could end it", async () => {
    const out = join(folder, "out");
    writeFileSync(join(folder, "file"), "");
    const sent: string[] = [];
    const channel = (name: string, more: Partial<Channel> = {}): Channel => ({
      name,
      messagesOf: plainNews,
      send: ({ body }) => {
        sent.push(`${name}: ${(body as { readonly text: string }).text}`);
        return Promise.resolve(undefined);
      },
      ...more,
    });
    const receivers = [
      channel("chat"),
      channel("fixes", { kinds: ["fixed"] }),
      channel("issues", { needsArchive: true }),
      channel("away", { send: () => Promise.resolve("It is down.") }),
    ];
    const target = { folder: join(folder, "file", "archive"), receivers };
    const facts = runFacts({ job: "nightly" });
    const archived = archiveRun(bad, { target, facts, out, io });
    expect(archived?.problem?.code).toBe("unwritable");
    const model = buildReport([{ run: judgedRun({ "retry-after": "fail" }) }], {
      baseline: [],
      brownout: "0.1.0",
      seed: "1",
    });
    await publishRun(archived, { out, io, model });
    expect(sent).toEqual([
      expect.stringMatching(
        /^chat: Brownout: 1 unknown\nUnknown: the run did not come to its end: .*archive.*: this run is in its output folder alone: .*; its outcome: 1 unexpected finding\. Name another folder/,
      ),
    ]);
    expect(readFileSync(join(out, "news.txt"), "utf8")).toMatch(/^Brownout, .*: 1 unknown\n/);
  });
});

describe("a webhook", () => {
  it.each([
    ["nowhere", /^expected the address of a webhook/],
    ["ftp://example.com/x", /^expected the address of a webhook/],
    ["https://me:secret@example.com/x", /^it has a user name or a password/],
  ])("is refused without being printed: %s", (webhook, said) => {
    const refused = (read: () => unknown): Error => {
      try {
        read();
      } catch (error) {
        if (error instanceof Error) return error;
      }
      throw new Error("it was accepted");
    };
    const { message } = refused(() => readArchiveTarget({ webhook }, io));
    expect(message).toMatch(said);
    expect(message).not.toContain("secret");
    const named = testIo({ environment: { BROWNOUT_WEBHOOK: webhook } });
    expect(refused(() => readArchiveTarget({}, named))).toMatchObject({
      place: "BROWNOUT_WEBHOOK",
    });
  });

  it("is none where its variable is empty, as pipelines leave it", () => {
    const named = testIo({ environment: { BROWNOUT_WEBHOOK: "", GITHUB_SHA: "abc" } });
    expect(readArchiveTarget({ archive: "none", heartbeat: "none" }, named)).toEqual({
      label: "abc",
      sender: { project: "" },
    });
    expect(readArchiveTarget({ heartbeat: "12h" }, named).heartbeatMs).toBe(43_200_000);
    expect(() => readArchiveTarget({ heartbeat: "often" }, named)).toThrow(
      /not a number with a unit/,
    );
  });
});
