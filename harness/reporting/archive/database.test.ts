import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openArchive, readArchive } from "./database.ts";
import { migrations } from "./migrations.ts";
import { session } from "../../../test/support/archive.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-archive-"));
  path = join(folder, "deep", "runs.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const when = { recordedAt: "2026-10-01T03:00:00.000Z" };

describe("the archive", () => {
  it("gives back what was added, after it was closed and opened", () => {
    const one = session(
      { a: { backoff: "x", "retry-after": "k" }, b: { backoff: "q" }, c: { tabs: "-", hang: "-" } },
      { cost: { withoutTokenMs: 61_050, promptsCaused: 1, callsWithheld: 2 } },
    );
    const archive = openArchive(path);
    expect(archive.add(one, { ...when, label: "abc" })).toBe(1);
    expect(archive.add(session({}), when)).toBe(2);
    archive.close();
    const again = readArchive(path);
    expect(again.last(5)).toEqual([
      { ...one, ...when, id: 1, label: "abc" },
      { ...session({}), ...when, id: 2 },
    ]);
    expect(again.last(1).map(({ id }) => id)).toEqual([2]);
    expect(again.session(1)?.label).toBe("abc");
    expect(again.session(3)).toBeUndefined();
    again.close();
  });

  it("adds all of a session or nothing", () => {
    const archive = openArchive(path);
    const { runs, ...rest } = session({ a: {}, b: {} });
    const odd = runs.map((run, index) =>
      index === 1 ? { ...run, scenario: null as unknown as string } : run,
    );
    expect(() => archive.add({ ...rest, runs: odd }, when)).toThrow(/cannot be written/);
    expect(archive.last(5)).toEqual([]);
    archive.close();
  });
});

describe("an archive of an earlier version", () => {
  it.each(migrations.keys().toArray())("keeps what it has: version %i", (version) => {
    const empty = openArchive(path);
    empty.close();
    rmSync(path);
    const old = new DatabaseSync(path);
    for (const step of migrations.slice(0, version)) old.exec(step);
    old.exec(`PRAGMA user_version = ${version}`);
    if (version > 0) {
      old.exec(`INSERT INTO session (id, recorded_at, label, brownout, seed)
          VALUES (7, '${when.recordedAt}', 'old', '0.0.9', '1');
        INSERT INTO run (session, place, scenario, client, version, mount, verdict)
          VALUES (7, 0, 'a', 'msal-node', '7.2.1', 'https', 'fail');
        INSERT INTO finding (session, place, rule, verdict, message, baseline)
          VALUES (7, 0, 'backoff', 'fail', 'backoff in a', 'new');`);
    }
    old.close();
    const archive = openArchive(path);
    const expected = session({ a: { backoff: "x" } }, { verdict: "fail" });
    const kept = { ...expected, brownout: "0.0.9", ...when, id: 7, label: "old" };
    expect(archive.last(9)).toEqual(version === 0 ? [] : [kept]);
    archive.add(session({ a: {} }), when);
    expect(archive.last(9)).toHaveLength(version === 0 ? 1 : 2);
    archive.close();
  });
});

/** Nine nights as the fourth version of the tables wrote them, with the digests of then. */
const older = new URL("../../../test/support/archive-of-0.1.sql", import.meta.url);

describe("an archive of before there was a ledger", () => {
  const line = { job: "nightly", branch: "main" };
  const facts = { ...line, command: "run", outcome: "finished" } as const;
  const night = (signs: Parameters<typeof session>[0]) => ({ ...session(signs), facts });
  const all = { a: { backoff: "k" }, b: { "retry-after": "x" }, c: {}, d: {} } as const;
  beforeEach(() => {
    openArchive(path).close();
    rmSync(path);
    const old = new DatabaseSync(path);
    for (const step of migrations.slice(0, 4)) old.exec(step);
    old.exec(`BEGIN; ${readFileSync(older, "utf8")}; PRAGMA user_version = 4; COMMIT;`);
    old.close();
  });

  it("is unaltered: each session has the digest with which it was written", () => {
    const archive = openArchive(path);
    const sessions = archive.last(99);
    expect(sessions.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sessions[6]).toMatchObject({ label: "v7", runs: [{ scenario: "a" }, {}, {}, {}] });
    archive.close();
  });

  it("goes over to the first job, which neither forgets nor repeats its findings", () => {
    const archive = openArchive(path);
    expect(archive.lines()).toEqual([{ job: "", branch: "" }]);
    const known = archive.findings({ job: "", branch: "" });
    expect(known.map(({ subject, open }) => [subject.scenario, open?.firstSeen])).toEqual([
      ["a", 1],
      ["b", 7],
      ["c", 9],
    ]);
    const id = archive.add(night(all), when);
    expect(archive.lines()).toEqual([line]);
    expect(archive.changesOf(id)).toMatchObject([
      { subject: { scenario: "c" }, detail: { kind: "fixed" } },
    ]);
    // What was not reported then is reported now; what was is not.
    expect(archive.pending("one", line)).toMatchObject([{ subject: { scenario: "c" } }]);
    archive.close();
  });

  it("keeps a finding of its last night that was not reported, and that is still there", () => {
    const archive = openArchive(path);
    archive.add(night({ ...all, c: { hang: "x" } }), when);
    expect(archive.pending("one", line)).toMatchObject([
      {
        subject: { scenario: "c" },
        detail: { kind: "new" },
        since: { firstSeen: { id: 9 }, lastGood: { id: 8 } },
      },
    ]);
    archive.close();
  });

  it("is as small as what differs: equal nights are kept once", () => {
    openArchive(path).close();
    const database = new DatabaseSync(path);
    const { count } = database.prepare("SELECT count(*) AS count FROM content").get() ?? {};
    // Two of b and of c, one of a and of d.
    expect(count).toBe(6);
    database.close();
  });
});

describe("an archive that cannot be used", () => {
  it("of a later version is left as it is", () => {
    openArchive(path).close();
    const later = new DatabaseSync(path);
    later.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    later.close();
    const before = readFileSync(path);
    expect(() => openArchive(path)).toThrow(expect.objectContaining({ code: "archive-newer" }));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([
    ["no database", () => Buffer.from("not a database ".repeat(500))],
    [
      "broken inside",
      () => {
        const bytes = readFileSync(path);
        bytes.fill(0xff, 100, Math.min(bytes.length, 4_096));
        return bytes;
      },
    ],
  ])("as it is %s is named damaged, and left as it is", (_, bytes) => {
    openArchive(path).close();
    const broken = bytes();
    writeFileSync(path, broken);
    expect(() => openArchive(path).last(1)).toThrow(
      expect.objectContaining({ code: "archive-damaged", place: path }),
    );
    expect(readFileSync(path).equals(broken)).toBe(true);
  });

  it("as another process keeps it is named locked", () => {
    openArchive(path).close();
    const other = new DatabaseSync(path);
    other.exec("BEGIN EXCLUSIVE");
    expect(() => openArchive(path, { lockedMaxMs: 20 })).toThrow(
      expect.objectContaining({ code: "archive-locked" }),
    );
    other.close();
  });

  it("as its folder is a file, or as it is not there, is said", () => {
    writeFileSync(join(folder, "file"), "");
    const inFile = join(folder, "file", "runs.db");
    expect(() => openArchive(inFile)).toThrow(expect.objectContaining({ code: "unwritable" }));
    expect(() => readArchive(path)).toThrow(/there is no archive/);
  });
});
