/**
 * The mount `direct`, where MSAL Node sends through a `networkClient` of ours, shows of every major
 * what `https` shows, where it sends by itself: the same history and the same verdicts. Here with
 * the scenarios in which the majors' transports differ most; with all of them by
 * `BROWNOUT_SCENARIOS=all npx vitest run test/matrix-mounts.walk.test.ts`, which takes half an hour,
 * or a third of it for two majors at a time: `BROWNOUT_MAJORS=1,2`, `3,5` and `6,7`.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseJournal } from "../harness/history/journal.ts";
import { judgeRun } from "../harness/reporting/model/judge-run.ts";
import type { Matrix } from "../harness/reporting/client-versions/version-matrix.ts";
import { kindsOfFailure } from "../harness/rules/failure-kinds.ts";
import { createFolder, type Ended, type Folder } from "./command-line.ts";

/** Exact, so that no new release changes what is compared. */
const VERSIONS = ["1.18.4", "2.16.3", "3.8.10", "5.6.0", "6.0.1", "7.2.1"];
const majorOf = (version: string): string => version.split(".", 1)[0] ?? "";
const wanted = process.env["BROWNOUT_MAJORS"]?.split(",") ?? VERSIONS.map(majorOf);
const played = VERSIONS.filter((version) => wanted.includes(majorOf(version)));
const SAMPLE = [
  "token-throttled-text",
  "server-error-html",
  "token-hang",
  "token-fin-mid-body",
  "token-reset-mid-body",
  "token-empty-success",
  "metadata-down-cold",
  "restart-in-outage",
  "identity-endpoint-updating",
].join(",");
const isWhole = process.env["BROWNOUT_SCENARIOS"] === "all";

/** So long one matrix may take, and what hangs is killed. Real ms. */
const MATRIX_MS = isWhole ? 90 * 60_000 : 10 * 60_000;
vi.setConfig({ testTimeout: MATRIX_MS, hookTimeout: 2 * MATRIX_MS });

let folder: Folder;
let cache: string;
let ended: Readonly<Record<"direct" | "https", Ended>>;

const matrix = (mount: "direct" | "https"): Ended =>
  folder.brownoutWithin(
    MATRIX_MS,
    "matrix",
    `msal-node@${played.join(",")}`,
    "--mount",
    mount,
    "--out",
    mount,
    "--cache",
    cache,
    ...(isWhole ? [] : ["--scenario", SAMPLE]),
  );
const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");

/** A journal without what names the mount. */
const history = (path: string): string => {
  const [first = "", ...events] = read(path).split("\n");
  const header = JSON.parse(first) as object;
  return [JSON.stringify({ ...header, mount: "" }), ...events].join("\n");
};

/** What every rule says of a journal. */
const said = (path: string): string => {
  const run = judgeRun(parseJournal(read(path), path));
  const verdicts = run.findings.map(({ rule, verdict }) => `${rule} ${verdict}`);
  return JSON.stringify([verdicts, kindsOfFailure(run.history, run.findings)]);
};

const journalsOf = (mount: string): readonly string[] =>
  folder
    .files(mount)
    .filter((path) => path.endsWith(".jsonl"))
    .map((path) => path.slice(mount.length + 1));

const matrixOf = (mount: string): Matrix => JSON.parse(read(`${mount}/matrix.json`)) as Matrix;

beforeAll(() => {
  folder = createFolder();
  cache = mkdtempSync(join(tmpdir(), "brownout-clients-"));
  ended = { direct: matrix("direct"), https: matrix("https") };
});
afterAll(() => {
  folder.remove();
  rmSync(cache, { recursive: true, force: true });
});

describe("the mounts direct and https", () => {
  it("each play all majors to the end", () => {
    expect(ended.direct.code).toBe(0);
    expect(ended.https.code).toBe(0);
    const majors = matrixOf("direct").clients[0]?.versions.map(({ version }) => majorOf(version));
    expect(majors).toEqual(wanted);
  });

  // Of calls at one time, sockets decide which request is first; the sample has no such calls.
  it.skipIf(isWhole)("have the same histories of every major", () => {
    const journals = journalsOf("direct");
    expect(journals).toEqual(journalsOf("https"));
    const other = journals.filter((path) => history(`direct/${path}`) !== history(`https/${path}`));
    expect(other).toEqual([]);
  });

  it("say the same of every major by every rule, and name the same kinds of failure", () => {
    const journals = journalsOf("direct");
    expect(journals.length).toBeGreaterThan(0);
    const other = journals.filter((path) => said(`direct/${path}`) !== said(`https/${path}`));
    expect(other).toEqual([]);
    expect(matrixOf("direct").steps.length).toBeGreaterThan(0);
  });
});
