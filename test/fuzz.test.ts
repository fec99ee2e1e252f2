/**
 * Every file that the command reads, damaged at random: it is read or refused with a message, and
 * nothing else happens. One seed, one sequence. BROWNOUT_FUZZ=10000 sets how many of each.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { HarnessError } from "../harness/core/errors.ts";
import { createRandom, type Random } from "../harness/core/random.ts";
import { parseRegistration } from "../harness/entra/backup-coverage/registration.ts";
import type { History } from "../harness/history/event.ts";
import { fromHar, fromHarFile, toHar } from "../harness/history/har.ts";
import { parseJournal, writeJournal } from "../harness/history/journal.ts";
import { addToArchive, ARCHIVE_FILE } from "../harness/reporting/archive/add-to-archive.ts";
import { readArchive } from "../harness/reporting/archive/database.ts";
import { parseResults } from "../harness/reporting/files/read-results.ts";
import { parseShard, writeShard } from "../harness/reporting/files/shard.ts";
import { annotationLines } from "../harness/reporting/formats/annotations.ts";
import { writeCtrf } from "../harness/reporting/formats/ctrf.ts";
import { closingLines } from "../harness/reporting/formats/closing-lines.ts";
import { writeJunit } from "../harness/reporting/formats/junit.ts";
import { writeSummary } from "../harness/reporting/formats/summary.ts";
import { parseBaseline } from "../harness/reporting/model/baseline.ts";
import { buildReport } from "../harness/reporting/model/build-report.ts";
import { judgeRun } from "../harness/reporting/model/judge-run.ts";
import { parseQuarantine } from "../harness/reporting/model/quarantine.ts";
import { writeResults } from "../harness/reporting/model/results.ts";
import { parseMessage } from "../harness/entra/saml/authn-request.ts";
import { mailApp } from "./support/coverage.ts";
import { throttledDaemon } from "./support/history.ts";
import { runFacts } from "./support/run-facts.ts";
import { judgedRun, reportOf } from "./support/report.ts";

const COUNT = Number(process.env["BROWNOUT_FUZZ"] ?? 500);
vi.setConfig({ testTimeout: Math.max(120_000, COUNT * 200) });

/** What people and programs put where it does not belong. */
const HOSTILE = [
  '"__proto__"',
  '{"__proto__":{"polluted":1}}',
  '"constructor"',
  '"../../../../evil"',
  '"/etc/passwd"',
  "null",
  "true",
  "-1",
  "1e999",
  "9007199254740993",
  "[]",
  "{}",
  '""',
  '"\\u0000\\u001b[2J"',
  '"\\n::error::x"',
  '"##vso[x]"',
  '"\\ud800"',
  `"${"a".repeat(5_000)}"`,
  "[".repeat(2_000),
  "\u0000",
  "\ufeff",
  "\r\n",
];

/** A whole number from 0 on, and less than `end`. */
const below = (random: Random, end: number): number => random.integer(0, Math.max(0, end - 1));

/** The text with one to four places damaged. */
function damage(text: string, random: Random): string {
  let damaged = text;
  for (let times = 1 + below(random, 4); times > 0; times -= 1) {
    const at = below(random, damaged.length + 1);
    const length = below(random, Math.min(40, damaged.length + 1));
    const [before, cut, after] = [
      damaged.slice(0, at),
      damaged.slice(at, at + length),
      damaged.slice(at + length),
    ];
    switch (below(random, 7)) {
      case 0:
        damaged = before;
        break;
      case 1:
        damaged = before + after;
        break;
      case 2:
        damaged = before + cut + cut + after;
        break;
      case 3:
        damaged = before + String.fromCharCode(below(random, 256)) + after;
        break;
      case 4:
        damaged = replaceValue(damaged, random);
        break;
      case 5:
        damaged = swapLines(damaged, random);
        break;
      default:
        damaged = before + (HOSTILE[below(random, HOSTILE.length)] ?? "") + after;
    }
  }
  return damaged;
}

/** One JSON value exchanged for another: the text stays JSON, so that what reads it is reached. */
function replaceValue(text: string, random: Random): string {
  const values = [...text.matchAll(/(?<=[:[,])(?:"[^"\\]*"|-?\d+|true|false|null)/g)];
  const found = values[below(random, values.length)];
  if (found === undefined) return text;
  const other = HOSTILE[below(random, HOSTILE.length)] ?? "";
  return text.slice(0, found.index) + other + text.slice(found.index + found[0].length);
}

function swapLines(text: string, random: Random): string {
  const lines = text.split("\n");
  const [one, other] = [below(random, lines.length), below(random, lines.length)];
  [lines[one], lines[other]] = [lines[other] ?? "", lines[one] ?? ""];
  return lines.join("\n");
}

const rules = ["retry-after", "hang"];
const session = { seed: "1", brownout: "0.1.0", baseline: [] };
const model = reportOf([judgedRun({ "retry-after": "fail" })]);
const journal = writeJournal(throttledDaemon());
const har = toHar(throttledDaemon());
const foreign = JSON.stringify({
  log: { ...(JSON.parse(har) as { log: object }).log, _brownout: undefined },
});
const known = { scenario: "a", client: "b", rule: "hang", verdict: "fail", reason: "c" };
const story = { standsFor: "a", asserts: "a", failureMeans: "a", fix: "a" };

/** All that is made of a history that was read. */
function report(history: History): unknown {
  const built = buildReport([{ run: judgeRun(history) }], session);
  const plain = (_: unknown, text: string): string => text;
  return [
    closingLines(built, plain),
    writeSummary(built),
    writeJunit(built, runFacts()),
    writeCtrf(built, runFacts()),
    writeResults(built.results),
    annotationLines(built, "github", {}),
    annotationLines(built, "azure", {}),
    toHar(history),
  ];
}

type Read = (text: string) => unknown;

const files: readonly (readonly [string, string, Read])[] = [
  ["a journal", journal, (text) => report(parseJournal(text, "x"))],
  ["our HAR", har, async (text) => report(await fromHar(text, "x"))],
  ["a HAR of another tool", foreign, async (text) => report(await fromHar(text, "x"))],
  [
    "a HAR that is read entry by entry",
    foreign,
    async (text) => {
      const file = join(folder, "streamed.har");
      writeFileSync(file, text);
      await report(await fromHarFile(file, "x"));
    },
  ],
  ["results.json", writeResults(model.results), (text) => parseResults(text, "x")],
  [
    "shard.json",
    writeShard({
      schema: "brownout/shard/1",
      part: 1,
      of: 2,
      runs: ["a--b"],
      relaunched: { "a--b": "died" },
      stories: { "a--b": { title: "a", story } },
    }),
    (text) => parseShard(text, "x"),
  ],
  [
    "a baseline",
    JSON.stringify([known, { ...known, client: "c" }]),
    (text) => parseBaseline(text, { place: "x", rules }),
  ],
  [
    "a quarantine",
    JSON.stringify([{ scenario: "a", client: "b", rule: "hang", reason: "c" }]),
    (text) => parseQuarantine(text, { place: "x", rules }),
  ],
  ["a registration", JSON.stringify(mailApp), (text) => parseRegistration(text, "x")],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-fuzz-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How many were read, and what was wrong about how others were refused. */
async function fuzz(name: string, valid: string, read: Read) {
  const random = createRandom(`fuzz ${name}`);
  let accepted = 0;
  const wrong: string[] = [];
  for (let index = 0; index < COUNT; index += 1) {
    const text = damage(valid, random);
    try {
      await read(text);
      accepted += 1;
    } catch (error) {
      const isRefusal =
        error instanceof HarnessError &&
        error.place !== undefined &&
        error.message !== "" &&
        !/\n {4}at /.test(error.message);
      if (!isRefusal) wrong.push(`${index}: ${error instanceof Error ? error.stack : "no error"}`);
    }
  }
  return { accepted, wrong };
}

describe("a damaged file is read or refused with a message", () => {
  it.each(files)("%s", async (name, valid, read) => {
    await read(valid);
    const { accepted, wrong } = await fuzz(name, valid, read);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(accepted).toBeLessThan(COUNT);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });
});

// S12
it("a damaged archive is set aside, or what it says is what was added", () => {
  const random = createRandom("fuzz archive");
  const entry = { folder, cwd: folder, recordedAt: "2026-03-02T08:00:00.000Z" };
  addToArchive(model.results, entry);
  const path = join(folder, ARCHIVE_FILE);
  const valid = readFileSync(path);
  const archive = readArchive(path);
  const whole = archive.last(9);
  archive.close();
  const wrong: string[] = [];
  for (let index = 0; index < COUNT; index += 1) {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    const bytes = Buffer.from(valid);
    // SQLite's user_version.
    if (index === 0) bytes[60] = 127;
    for (let times = 1 + below(random, 8); times > 0; times -= 1)
      bytes[below(random, bytes.length)] = below(random, 256);
    writeFileSync(
      path,
      below(random, 10) === 0 ? bytes.subarray(0, below(random, bytes.length)) : bytes,
    );
    const { id, lines } = addToArchive(model.results, {
      ...entry,
      recordedAt: "2026-03-03T08:00:00.000Z",
    });
    const isAside = lines.some((line) => line.includes("is kept as"));
    const sessions = id === undefined ? undefined : readArchive(path);
    const before = sessions?.last(9).slice(0, -1);
    sessions?.close();
    const isWhole = JSON.stringify(before) === JSON.stringify(whole) || before?.length === 0;
    // A damaged number of the format looks like that of a later version: nothing is touched then.
    const waiting = lines.flatMap((line) => /waits in (waiting\/\S+\.json)/.exec(line)?.[1] ?? []);
    const waits = waiting.some((name) => existsSync(join(folder, name)));
    if (id === undefined ? !waits : !isAside && !isWhole)
      wrong.push(`${index}: ${lines.join(" ")} ${JSON.stringify(before)}`);
  }
  expect(wrong.slice(0, 3)).toEqual([]);
});

it("a damaged SAML message is read or refused", () => {
  const valid =
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="a" Version="2.0"/>';
  const random = createRandom("fuzz saml");
  const wrong: unknown[] = [];
  for (let index = 0; index < COUNT; index += 1) {
    try {
      parseMessage(damage(valid, random));
    } catch (error) {
      if (!(error instanceof Error) || error instanceof RangeError) wrong.push(error);
    }
  }
  expect(wrong).toEqual([]);
});
