/** Runs that are kept: nights with one regression and one fix, comparisons, and archives that are damaged or locked. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, PATIENT, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

/** It asks again once before it may: rule retry-after, and no other, is broken. */
const HASTY =
  "await daemon.attempt(request); await daemon.attempt(request); await clock.until(minutes(3)); await daemon.acquire(request);";

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const at = (name: string): string => join(folder.path, name);
const json = (name: string): unknown => JSON.parse(readFileSync(at(name), "utf8"));
const nightAt = (night: number): number => Date.UTC(2026, 9, night, 3);
/** A run in the night, of the scenario as it is written then. */
const run = (night: number, script: string, ...more: readonly string[]) => {
  folder.write("nightly.scenario.ts", scenarioText({ name: "nightly", script }));
  const argv = ["run", "./nightly.scenario.ts", "--mount", "direct", ...more];
  return folder.brownoutAt(nightAt(night), ...argv);
};

/** Enough for a regression, a receiver that is away, and a fix. */
const NIGHTS = 7;

describe("nightly runs", () => {
  interface News {
    readonly text: string;
    readonly label?: string;
    readonly news: readonly {
      readonly detail: { readonly kind: string };
      readonly subject: { readonly rule: string };
    }[];
  }
  let receiver: Server;
  let received: News[] = [];
  let answer = 200;
  let url = "";
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
      request.on("end", () => {
        if (answer === 200) received.push(JSON.parse(body) as News);
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((resolve) => void receiver.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/secret-of-mine`;
  });
  afterAll(() => receiver.close());

  it("with one regression and one fix ends with one alert and one fixed", async () => {
    const codes: (number | null)[] = [];
    const printed: string[] = [];
    const newsNights: number[] = [];
    for (let night = 1; night <= NIGHTS; night += 1) {
      // The receiver is away in the night of the regression, and hears of it in the next.
      answer = night === 3 ? 503 : 200;
      const script = night >= 3 && night < 6 ? HASTY : PATIENT;
      const label = `night-${night}`;
      const ended = await run(
        night,
        script,
        "--archive",
        "month",
        "--webhook",
        url,
        "--label",
        label,
      );
      codes.push(ended.code);
      expect(ended.stderr).toBe("");
      if (folder.files("reports/out").includes("reports/out/news.md")) newsNights.push(night);
      printed.push(ended.stdout);
    }
    expect(newsNights).toEqual([3, 6]);
    expect(printed[2]).toMatch(/^New: nightly, msal-node 7[\d.]+: retry-after: /m);
    expect(printed[2]).toMatch(
      /^The webhook at 127\.0\.0\.1:\d+ answered 503\. The next run reports it\.$/m,
    );
    expect(printed.join("")).not.toContain("secret-of-mine");
    expect(codes).toEqual([0, 0, 1, 1, 1, 0, 0]);
    expect(
      received.map(({ label, news }) => [
        label,
        news.map(({ detail, subject }) => `${detail.kind} ${subject.rule}`),
      ]),
    ).toEqual([
      ["night-4", ["new retry-after"]],
      ["night-6", ["fixed retry-after"]],
    ]);
    expect(received[0]?.text).toMatch(/^Brownout: 1 new finding\nNew: nightly, msal-node /);
    expect(received[1]?.text).toMatch(
      /^Brownout: 1 fixed\nFixed: nightly, .* holds again\.\n {2}It was there since run 3 of 2026-10-03 \(night-3\), in 3 runs\.$/,
    );
  });

  it("is shown by trend, and by compare of any two of its nights", async () => {
    const trend = await folder.main("trend", "--archive", "month");
    expect(trend.stdout).toMatch(/^7 runs, 2026-10-01 to 2026-10-07, numbers 1 to 7\./m);
    expect(trend.stdout).toMatch(
      /^Fixed\n {2}nightly, msal-node: retry-after \[[\da-f]{12}\], held in run 7\n {4}\.{2}x{3}\.{2}$/m,
    );
    expect(trend.code).toBe(0);
    const worse = await folder.main("compare", "2", "#3", "--archive", "month");
    expect(worse.stdout).toMatch(/^From run 2 of 2026-10-02T03:0\d:\d\d\.\d{3}Z, night-2$/m);
    expect(worse.stdout).toMatch(/^Appeared\n {2}nightly, msal-node 7[\d.]+: retry-after: /m);
    expect(worse.stdout).toMatch(/^1 finding appeared, 0 gone, 0 stayed\.$/m);
    expect(worse.code).toBe(1);
    const labelled = await folder.main("compare", "night-2", "night-3", "--archive", "month");
    expect(labelled.stdout).toBe(worse.stdout);
    const better = await folder.main("compare", "5", "6", "--archive", "month", "--json");
    expect(JSON.parse(better.stdout)).toMatchObject({
      schema: "brownout/compare/1",
      appeared: [],
      gone: [{ rule: "retry-after" }],
    });
    expect(better.code).toBe(0);
    const last = await folder.main("compare", "--archive", "month");
    expect(last.stdout).toMatch(/^From run 6 .*\nto {3}run 7 /);
    const short = await folder.main("trend", "--archive", "month", "--last", "1", "--json");
    const shown = JSON.parse(short.stdout) as { sessions: unknown[]; findings: unknown[] };
    expect([shown.sessions.length, shown.findings.length]).toEqual([1, 0]);
  });
});

describe("compare", () => {
  it("takes files and folders as well as numbers", async () => {
    await run(1, PATIENT, "--out", "good", "--archive", "none");
    await run(2, HASTY, "--out", "bad", "--archive", "none", "--seed", "2");
    const { stdout, code } = await folder.main("compare", "good", "bad/results.json");
    expect(stdout).toMatch(/^From good\/results\.json\nto {3}bad\/results\.json$/m);
    expect(stdout).toMatch(/^1 finding appeared/m);
    expect(stdout).toMatch(/^The seeds differ \(1 and 2\)/m);
    expect(code).toBe(1);
  });

  it.each<[readonly string[], RegExp]>([
    [["compare", "one"], /compare takes two runs\n {2}Name the earlier/],
    [["compare", "1", "2", "3"], /compare takes two runs/],
    [
      ["compare", "1", "99", "--archive", "month"],
      /99: the archive has no run "99"\n {2}Its newest is 7/,
    ],
    [
      ["compare", "1", "2", "--archive", "nowhere"],
      /there is no archive of earlier runs\n {2}Every/,
    ],
    [["compare", "nothing.json", "2"], /nothing\.json: there is no such file/],
    [["trend", "backoff", "--archive", "month"], /trend takes no names, found "backoff"/],
    [["trend", "--last", "0", "--archive", "month"], /--last is "0"/],
    [["trend", "--archive", "none"], /nothing to read/],
    [["run", "restart-*", "--webhook", "nowhere"], /--webhook: expected the address of a webhook/],
  ])("says what is wrong in one message: %o", async (argv, said) => {
    const { stderr, stdout, code } = await folder.main(...argv);
    expect([stdout, code]).toEqual(["", 2]);
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("an archive that is damaged or locked", () => {
  const path = (): string => at("kept/runs.db");
  const kept = (): number => {
    const database = new DatabaseSync(path());
    const { count } = database.prepare("SELECT count(*) AS count FROM session").get() ?? {};
    database.close();
    return Number(count);
  };
  beforeEach(async () => {
    rmSync(at("kept"), { recursive: true, force: true });
    await run(1, PATIENT, "--archive", "kept");
  });

  it("as it is damaged is set aside and begun anew, and the run is kept", async () => {
    writeFileSync(path(), "no database at all ".repeat(400));
    const { stdout, code } = await run(2, PATIENT, "--archive", "kept");
    expect(stdout).toMatch(
      /^Archive: kept\/runs\.db: it is damaged, or not an archive: .*\. It is kept as runs\.db\.damaged-2026-10-02T03-00-[-\dZ]+, and a new one begins\.$/m,
    );
    expect(code).toBe(0);
    expect(kept()).toBe(1);
    const files = readdirSync(at("kept")).toSorted();
    const damaged = expect.stringMatching(/^runs\.db\.damaged-2026-10-02T03/) as string;
    expect(files).toEqual(["evidence", "runs.db", damaged]);
    expect(stdout).toMatch(/^Archive lost: the archive was damaged .* nothing is open\.$/m);
    expect(readFileSync(at(`kept/${files[2]}`), "utf8")).toMatch(/^no database/);
  });

  it("as another process keeps it lets the run wait, and the next adds it", async () => {
    const other = new DatabaseSync(path());
    other.exec("BEGIN EXCLUSIVE");
    const locked = await run(2, HASTY, "--archive", "kept");
    other.close();
    expect(locked.stdout).toMatch(
      /^Archive: kept\/runs\.db: another process keeps it locked\. .* This run waits in kept\/waiting\/2026-10-02T03-[-\dZ]+\.json for the next\.$/m,
    );
    expect(locked.code).toBe(1);
    expect(kept()).toBe(1);
    const next = await run(3, PATIENT, "--archive", "kept");
    expect(next.stdout).toMatch(
      /^Archive: the run of 2026-10-02T03:\S+, which waited, is in it now\.$/m,
    );
    expect(kept()).toBe(3);
    expect(readdirSync(at("kept/waiting"))).toEqual([]);
  });

  it("of a later version is left alone, and the run waits", async () => {
    const database = new DatabaseSync(path());
    database.exec("PRAGMA user_version = 99");
    database.close();
    const { stdout, code } = await run(2, PATIENT, "--archive", "kept");
    expect(stdout).toMatch(
      /^Archive: kept\/runs\.db: a later version of Brownout has written it\./m,
    );
    expect(stdout).toContain("This run waits in kept/waiting/");
    expect(code).toBe(0);
  });

  it("as its folder is a file ends in exit code 2, and the run is in its output folder", async () => {
    writeFileSync(at("file"), "");
    const { stderr, code } = await run(2, PATIENT, "--archive", "file");
    expect(stderr).toMatch(/^brownout: file.*: this run is in its output folder alone: /m);
    expect(json("reports/out/results.json")).toMatchObject({ totals: { runs: 1 } });
    expect(json("reports/out/run.json")).toMatchObject({
      outcome: "failed",
      exitCode: 2,
      problems: [{ code: "unwritable" }],
    });
    expect(code).toBe(2);
  });

  it("does not take in a waiting file that is broken, and says so each time", async () => {
    mkdirSync(at("kept/waiting"), { recursive: true });
    writeFileSync(at("kept/waiting/broken.json"), "{");
    const { stdout } = await run(2, PATIENT, "--archive", "kept");
    expect(stdout).toMatch(/^Archive: kept\/waiting\/broken\.json cannot be added: /m);
    expect(kept()).toBe(2);
  });
});

describe("the quarantine", () => {
  const entry = {
    scenario: "nightly",
    client: "msal-node",
    rule: "retry-after",
    reason: "The cause is not known yet.",
  };
  it("fails no run, sends no news, and is shown in every outcome", async () => {
    folder.write("reports/quarantine.json", JSON.stringify([entry]));
    const bad = await run(1, HASTY, "--archive", "kept");
    expect(bad.code).toBe(0);
    expect(bad.stdout).toContain(
      "In quarantine\n  nightly, msal-node: retry-after failed this time. The cause is not known yet.\n",
    );
    expect(bad.stdout).toMatch(/^fail {4}nightly .*\(in quarantine\)$/m);
    expect(bad.stdout).toContain("Findings: 0 unexpected, 0 known, 0 fixed, 1 in quarantine.");
    expect(json("reports/out/results.json")).toMatchObject({
      totals: { fail: 1, unexpected: 0 },
      runs: [
        { expected: true, findings: [{ rule: "retry-after", baseline: "new", quarantined: true }] },
      ],
      quarantine: [{ ...entry, seen: "failed" }],
    });
    for (const [file, said] of [
      ["summary.md", "## In quarantine\n\n- nightly, msal-node: retry-after failed this time."],
      ["junit.xml", '<skipped message="in quarantine: The cause is not known yet.'],
      ["ctrf.json", "in quarantine: The cause is not known yet."],
    ] as const)
      expect(readFileSync(at(`reports/out/${file}`), "utf8")).toContain(said);
    expect(readFileSync(at("reports/out/junit.xml"), "utf8")).not.toContain("<failure");
    expect(folder.files("reports/out")).not.toContain("reports/out/news.md");

    const good = await run(2, PATIENT, "--archive", "kept");
    expect(good.stdout).toContain("retry-after held this time. The cause is not known yet.");
    const trend = await folder.main("trend", "--archive", "kept");
    expect(trend.stdout).toContain("In quarantine\n  nightly, msal-node: retry-after. The cause");
  });

  it.each([
    ["[{}]", /quarantine\[0\]\.scenario: expected a string that is not empty, got nothing/],
    ["{}", /quarantine: expected an array of objects, got an object\n {2}It is an array of/],
    ["[", /expected JSON/],
    [JSON.stringify([{ ...entry, rule: "retry-aftre" }]), /retry-aftre.*\n.*retry-after/s],
  ])("is refused where it is malformed: %s", async (text, said) => {
    folder.write("odd.json", text);
    const { stderr, code } = await run(1, PATIENT, "--quarantine", "odd.json");
    expect(stderr).toMatch(/^brownout: odd\.json: /);
    expect(stderr).toMatch(said);
    expect(code).toBe(2);
  });
});
