/** Suites of users under the real Vitest, one process a suite: what passes, what fails, and what is printed. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const SLOW_MS = 120_000;

interface Seen {
  /** The first message of each test that failed, by its title; nothing for one that passed. */
  readonly messages: ReadonlyMap<string, string | undefined>;
  readonly printed: string;
}

let place = "";

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-suites-"));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function runSuite(name: string, ...options: readonly string[]): Seen {
  const file = join(place, `${name}${options.join("")}.json`);
  const { stdout, stderr } = spawnSync(
    join(root, "node_modules", ".bin", "vitest"),
    [
      "run",
      `${name}.suite.ts`,
      "--config=test/suites/vitest.config.ts",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
      ...options,
    ],
    { cwd: root, encoding: "utf8", env: { ...process.env, JOURNALS: place, NO_COLOR: "1" } },
  );
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly testResults: readonly {
      readonly assertionResults: readonly {
        readonly title: string;
        readonly status: string;
        readonly failureMessages: readonly string[];
      }[];
    }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    messages: new Map(
      results.map(({ title, status, failureMessages }) => [
        title,
        status === "passed" ? undefined : failureMessages.join("\n"),
      ]),
    ),
    printed: stdout + stderr,
  };
}

describe.each(["forks", "threads"])("a suite in the pool %s", (pool) => {
  it("passes: time is the session's in a test and Vitest's outside", { timeout: SLOW_MS }, () => {
    const { messages, printed } = runSuite("passes", `--pool=${pool}`);
    // Nothing was run: what Vitest says of it is the only trace.
    if (messages.size !== 9) throw new Error(printed);
    expect([...messages].filter(([, message]) => message !== undefined)).toEqual([]);
  });
});

describe("a suite that is not as it should be", () => {
  let seen: Seen | undefined;
  const messageOf = (title: string): string => {
    seen ??= runSuite("fails");
    return seen.messages.get(title) ?? `${title} did not fail`;
  };

  it.each([
    ["careless", /toHaveKeptWorkingFromCache: .*valid token was in the cache/],
    ["nothing was shown", /toHaveRecovered: recovery has nothing to judge/],
    ["nor its opposite", /not toHaveRecovered: recovery has nothing to judge/],
    [
      "a host that is not simulated, swallowed",
      /unmocked host telemetry\.example\.com was stopped/,
    ],
    [
      "hosts that no one answers",
      /requests to 2 unmocked hosts were stopped: api\.example\.com, cdn\.example\.com:8443\n[^]*entra\.api\("https:\/\/api\.example\.com\/…"[^]*entra\.api\("https:\/\/cdn\.example\.com:8443\/…"[^]*useEntra\(\{ allow: \["api\.example\.com", "cdn\.example\.com"\] \}\)/,
    ],
    [
      "a program that asks Entra, unnoticed",
      /the program node was stopped from reaching login\.microsoftonline\.com/,
    ],
    [
      "a program that asks Entra, waited for",
      /the program node was stopped from reaching login\.microsoftonline\.com/,
    ],
    [
      "a worker thread that asks Entra, unnoticed",
      /the worker thread of a text was stopped from reaching login\.microsoftonline\.com/,
    ],
    [
      "a datagram, swallowed",
      /a datagram to the unmocked host stats\.example\.com:8125 was stopped/,
    ],
    ["a look-up, swallowed", /a look-up of the name login\.microsoftonline\.com was stopped/],
    ["fake timers in the test", /vi\.useFakeTimers\(\) is on/],
    ["fake timers before", /vi\.useFakeTimers\(\) is on/],
    ["waits outside of operate", /timed out in 500ms/],
    [
      "the second test of a client",
      /useEntra: this test was shown a token of an earlier test\n +A client/,
    ],
    ["the second test of a cache", /useEntra: this test was shown a token of an earlier test\n/],
    ["while time passes", /timed out in 500ms/],
    // The machine's speed decides which comes first.
    [
      "a program that does not end",
      /timed out in 1500ms|longer: the child process sleep 60 .*: nothing is left to happen/,
    ],
    [
      "a program that does not end, and a timer",
      /real-time-limit has nothing to judge: Time went on .* without the child process sleep 60/,
    ],
    ["two at once", /Entra is simulated for another test at the same time/],
    ["concurrent 1", /Entra is simulated for another test at the same time/],
    ["and all is well afterwards", /2026-03-02T09:00:00\.000Z/],
    ["outside of tests", /no test is running, so no Entra is simulated/],
  ])("hears why: %s", { timeout: SLOW_MS }, (title, message) => {
    expect(messageOf(title)).toMatch(message);
  });

  it("hears of a mistake in a world outside of tests", { timeout: SLOW_MS }, () => {
    expect(runSuite("wrong-world").printed).toMatch(
      /HarnessError: createWorld\.apps\[0\]\.kind: expected one of .*, got "deamon"\n +Did you mean "daemon"\?/,
    );
  });

  it("sees what happened, and what to do", { timeout: SLOW_MS }, () => {
    messageOf("careless");
    const { printed = "" } = seen ?? {};
    expect(printed).toMatch(
      /What happened in "with Entra > careless".*\n +\+0s +own-code runs "load orders"/,
    );
    expect(printed).toMatch(/Time passes only in entra\.operate\(\)/);
    expect(printed).toMatch(/no test\.concurrent in this file/);
  });

  it("hears nothing of clients that a test has made itself", { timeout: SLOW_MS }, () => {
    for (const title of ["first test of a client", "first test of a cache"])
      expect(messageOf(`the ${title}`)).toBe(`the ${title} did not fail`);
    expect(messageOf("a fresh client after that")).toMatch(/did not fail/);
  });

  it("hears how far time has come, and how to judge again", { timeout: SLOW_MS }, () => {
    messageOf("careless");
    const { printed = "" } = seen ?? {};
    expect(printed).toMatch(
      /^The test timed out in entra\.clock\.advance: .+ of 3000d had passed\.$/m,
    );
    expect(printed).toMatch(
      /^Check it again: npx brownout check .*with-Entra-careless-[\da-f]{8}\.jsonl$/m,
    );
  });

  it("hears what time went on without", { timeout: SLOW_MS }, () => {
    messageOf("careless");
    expect(seen?.printed).toMatch(
      /How fast this machine was may have decided this test:\n +time goes on without the child process sleep 60, after 1\.2s of real time/,
    );
  });

  it("finds the journals of its failed tests", { timeout: SLOW_MS }, () => {
    messageOf("careless");
    const name = readdirSync(place).find((file) => /^fails-.*-careless-.*jsonl$/.test(file)) ?? "";
    const journal = readFileSync(join(place, name), "utf8");
    expect(JSON.parse(journal.split("\n", 1)[0] ?? "")).toMatchObject({
      schema: "brownout/journal/1",
      scenario: "with Entra > careless",
    });
    expect(readdirSync(place).filter((file) => /well-afterwards.*jsonl/.test(file))).toHaveLength(
      1,
    );
  });

  it(
    "keeps the journal of each file and attempt apart, of tests with one title",
    {
      timeout: SLOW_MS,
    },
    () => {
      const { printed } = runSuite("same-title-1", "same-title-2");
      const names = readdirSync(place).filter((file) => /^same-title.*jsonl$/.test(file));
      const of = (file: number): readonly unknown[] => [
        expect.stringMatching(`^same-title-${file}-suite-ts-fails-[\\da-f]{8}-attempt-2\\.jsonl$`),
        expect.stringMatching(`^same-title-${file}-suite-ts-fails-[\\da-f]{8}\\.jsonl$`),
      ];
      expect(names.toSorted()).toEqual([...of(1), ...of(2)]);
      for (const name of names) expect(printed).toContain(name);
    },
  );

  it("hears that its msw server must be handed over", { timeout: SLOW_MS }, () => {
    expect(runSuite("second-server").messages.get("a second server")).toMatch(
      /something else answers for fetch in this process already/,
    );
  });
});

describe.each(["forks", "threads"])("a rejected promise that nothing awaits, in %s", (pool) => {
  it("is Vitest's to report, and the app's to hear of", { timeout: SLOW_MS }, () => {
    const { messages, printed } = runSuite("stray", `--pool=${pool}`);
    expect([...messages.values()]).toEqual([undefined, undefined, undefined]);
    const reported = [...printed.matchAll(/^Error: (.+)$/gm)].map(([, text]) => text);
    expect(reported).toEqual(["lost before", "lost in it"]);
  });
});

describe("an app with one client for its module", () => {
  let seen: Seen | undefined;
  const messageOf = (title: string): string => {
    seen ??= runSuite("singleton");
    if (!seen.messages.has(title)) throw new Error(`no test "${title}"\n${seen.printed}`);
    return seen.messages.get(title) ?? "passed";
  };
  const shown = /useEntra: this test was shown a token of an earlier test\n/;
  const unknown =
    /An earlier test of this process was issued tokens that are still valid, and .* may have used one/;

  it.each([
    ["the first test of a module's client", /^passed$/],
    ["a first start in an outage, which nothing shows", /^passed$/],
    ["a first start in an outage, beside a client of the test", unknown],
    ["kept working from the cache, beside a client of the test", unknown],
    ["a token deep in a result", shown],
    ["a token in the text of an answer", shown],
    ["a token sent to a server on localhost by fetch", shown],
    ["a token sent to a server on localhost by node:http", shown],
    ["a token sent to a server on localhost by axios", shown],
    ["a token sent in another header, outside of operate", shown],
    ["a client of the test, whose calls have other names", /^passed$/],
    ["a client of the test, behind the same app", /^passed$/],
  ])("hears of %s", { timeout: SLOW_MS }, (title, message) => {
    expect(messageOf(title)).toMatch(message);
  });

  it("is warned where nothing can be known", { timeout: SLOW_MS }, () => {
    messageOf("the first test of a module's client");
    const warnings = seen?.printed.match(/^Which token was behind it cannot be known: .*$/gm);
    expect(warnings).toEqual([
      expect.stringContaining('"load /orders" succeeded in an outage'),
      expect.stringContaining('"load /orders" succeeded in an outage'),
      expect.stringContaining('"load /orders" succeeded in an outage'),
    ]);
  });
});
