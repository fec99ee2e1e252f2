/** Suites of users of `brownout/playwright` under the real Playwright: what passes, what fails, what is printed, and what its report keeps. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const SLOW_MS = 240_000;

interface Attempt {
  readonly status: string;
  readonly errors: readonly { readonly message?: string }[];
  readonly stderr: readonly { readonly text?: string }[];
  readonly attachments: readonly {
    readonly name: string;
    readonly path?: string;
  }[];
}

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly { readonly results: readonly Attempt[] }[];
  }[];
}

/** The attempts at each test, by its title; what went wrong outside of tests. */
function runSuite(name: string, env: Readonly<Record<string, string>> = {}, ...more: string[]) {
  const { stdout, stderr } = spawnSync(
    join(root, "node_modules", ".bin", "playwright"),
    ["test", "--config=test/suites/pages/playwright.config.ts", "--reporter=json", name, ...more],
    { cwd: root, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", ...env } },
  );
  // What tests print comes before the report.
  const start = stdout.startsWith("{") ? 0 : stdout.indexOf("\n{\n") + 1;
  const report = JSON.parse(stdout.slice(start)) as Suite & {
    readonly errors: readonly { readonly message?: string }[];
  };
  const attempts = new Map<string, readonly Attempt[]>();
  const read = ({ suites = [], specs = [] }: Partial<Suite>): void => {
    for (const { title, tests } of specs)
      attempts.set(
        title,
        tests.flatMap(({ results }) => results),
      );
    suites.forEach(read);
  };
  read(report);
  const errors = report.errors.map(({ message }) => message).join("\n");
  return { attempts, errors, stderr };
}

const messagesOf = (attempt: Attempt | undefined): string =>
  (attempt?.errors ?? []).map(({ message }) => message).join("\n");

describe.skipIf(wantsNoBrowser())("a suite of pages", () => {
  it("passes", { timeout: SLOW_MS }, () => {
    const { attempts, errors } = runSuite("passes");
    expect(errors).toBe("");
    expect(attempts.size).toBe(7);
    expect([...attempts].map(([title, [one]]) => [title, messagesOf(one)])).toEqual(
      [...attempts.keys()].map((title) => [title, ""]),
    );
  });

  it("passes with launch options of its own", { timeout: SLOW_MS }, () => {
    const { attempts } = runSuite("own-launch");
    expect([...attempts.values()].flat().map(messagesOf)).toEqual([""]);
  });
});

describe.skipIf(wantsNoBrowser())("a suite of pages that is not as it should be", () => {
  let ran: ReturnType<typeof runSuite> | undefined;
  const attemptsAt = (title: string): readonly Attempt[] =>
    (ran ??= runSuite("fails")).attempts.get(title) ?? [];

  it.each([
    ["nothing was shown", /toHaveRecovered: recovery has nothing to judge/],
    ["nor its opposite", /not toHaveRecovered: recovery has nothing to judge/],
    [
      "a host that is not simulated, swallowed",
      /unmocked host telemetry\.example\.com was stopped.*\n.*\n +entra\.api\("https:\/\/telemetry\.example\.com\/hit", /,
    ],
    [
      "a page that loads what no one answers",
      /locator\.click: Brownout ended the test, as it cannot pass: [^]*requests to 3 unmocked hosts were stopped: [^]*entra\.api\("https:\/\/api\.example\.com\/stock", [^]*page\.route\("https:\/\/styles\.example\.com\/\*\*"[^]*page\.route\("https:\/\/cdn\.example\.com\/\*\*"[^]*entraOptions: \{ allow: \["styles\.example\.com", "cdn\.example\.com", "api\.example\.com"\] \}/,
    ],
    [
      "a page that dies while it loads",
      /locator\.click: Brownout ended the test, as it cannot pass: its page shows nothing\.[^]*the page shows nothing, as it failed while it loaded\n[^]*script http:\/\/localhost:5180\/bundle\.js did not load: its server answered 404\n[^]*uncaught TypeError: [^]*by hand/,
    ],
    [
      "a registration that the world has not",
      /ended the test, as it cannot pass: AADSTS50011\. [^]*Redirect URI: http:\/\/localhost:5180\/elsewhere\.[^]*createWorld\(\{ [^]*kind: "spa", [^]*redirectUris: \["http:\/\/localhost:5180\/elsewhere"\]/,
    ],
    ["an outage misspelt", /there is no outage "throtled"\n +Did you mean "throttled"\?/],
    [
      "a sign-in that never comes",
      /adele was not signed in within 10 s: the app sent no request to the service\n +The action/,
    ],
    ["an option misspelt", /entraOptions\.setings: unknown key "setings"\n.*"settings"/],
    ["no such person", /there is no user "missing"/],
  ])("hears why: %s", { timeout: SLOW_MS }, (title, message) => {
    const attempts = attemptsAt(title);
    expect(attempts.map(({ status }) => status)).toEqual(["failed"]);
    expect(messagesOf(attempts[0])).toMatch(message);
  });

  it("may pass at its second attempt, in a session of its own", { timeout: SLOW_MS }, () => {
    expect(attemptsAt("a second attempt").map(({ status }) => status)).toEqual([
      "failed",
      "passed",
    ]);
  });

  const printedBy = (title: string): string =>
    (attemptsAt(title)[0]?.stderr ?? []).map(({ text }) => text).join("");

  it("hears what may have been forgotten", { timeout: SLOW_MS }, () => {
    expect(printedBy("no one signs in at the sign-in page")).toMatch(
      /^tab-1 shows a sign-in page that no one fills in: entra\.signIn\("adele", .*entraOptions: \{ user: "adele" \}/m,
    );
    for (const title of [
      "a form of the app's own is not filled in by entra.signIn",
      "an outage misspelt",
    ])
      expect(printedBy(title)).not.toContain("that no one fills in");
    expect(printedBy("the test did not say what an API answers")).toMatch(
      /^Answered by default; entra\.api.*:\n {2}https:\/\/graph\.microsoft\.com\/v1\.0\/me\/messages: \{"resource":"graph"\}\nCheck it again/m,
    );
    expect(printedBy("nothing was shown")).not.toContain("by default");
  });

  it("hears what went wrong in the page itself", { timeout: SLOW_MS }, () => {
    const printed = printedBy("a page that loads what no one answers");
    const uncaught = "ReferenceError: framework is not defined";
    expect(printed).toContain(`leaves an error uncaught: ${uncaught}`);
    expect(printed.split("Errors of the pages:")[1]).toContain(`  tab-1: uncaught ${uncaught}`);
    for (const line of [
      "script https://cdn.example.com/app.js did not load: net::ERR_TUNNEL_CONNECTION_FAILED",
      "console.error: no stock",
    ]) {
      expect(printed).toContain(`note: tab-1: ${line}`);
      expect(printed.split("Errors of the pages:")[1]).toContain(`  tab-1: ${line}`);
    }
  });

  it("reads a long story in short, and has it whole", { timeout: SLOW_MS }, () => {
    const title = "a long story with a loop in it";
    const lines = printedBy(title).split("\n");
    expect(lines.join("\n")).toMatch(/^ {2}… the same 2 lines \d+ more times, until \+[\d.]+s$/m);
    expect(lines.join("\n")).toMatch(
      /^ {2}… \d+ more lines, in the attachment entra-timeline\.txt$/m,
    );
    expect(lines.length).toBeLessThan(70);
    const timeline = attemptsAt(title)[0]?.attachments.find(({ name }) =>
      name.includes("timeline"),
    );
    expect(readFileSync(timeline?.path ?? "", "utf8").split("\n").length).toBeGreaterThan(130);
  });

  it("hears how far time has come in a test that takes too long", { timeout: SLOW_MS }, () => {
    const title = "time runs out while time passes";
    expect(attemptsAt(title).map(({ status }) => status)).toEqual(["timedOut"]);
    expect(printedBy(title)).toMatch(
      /^The test timed out in entra\.clock\.advance: .+ of 300d had passed\. test\.setTimeout\(\)/m,
    );
    expect(printedBy("nothing was shown")).not.toContain("timed out");
  });

  it("can judge the journal of a failed test again", { timeout: SLOW_MS }, () => {
    const [, path = ""] = /npx brownout check (\S+)$/m.exec(printedBy("nothing was shown")) ?? [];
    expect(path).toMatch(/^reports\/out\/page-suites\/.*\/entra-journal\.jsonl$/);
    const { status, stdout } = spawnSync(process.execPath, ["bin/brownout.js", "check", path], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stdout).toMatch(/nothing was shown/);
    expect([0, 1, 3]).toContain(status);
  });

  it("prints what happened, and leaves timeline, journal and trace", { timeout: SLOW_MS }, () => {
    const [attempt] = attemptsAt("nothing was shown");
    const printed = (attempt?.stderr ?? []).map(({ text }) => text).join("");
    expect(printed).toMatch(/What happened in "nothing was shown"/);
    expect(printed).toMatch(/GET keys at login\.microsoftonline\.com/);
    const [stopped] = attemptsAt("a host that is not simulated, swallowed");
    expect(stopped?.stderr.map(({ text }) => text).join("")).toMatch(
      /What happened in "a host that is not simulated, swallowed"/,
    );
    const attached = new Map((attempt?.attachments ?? []).map((one) => [one.name, one]));
    expect([...attached.keys()]).toEqual(
      expect.arrayContaining(["entra-timeline.txt", "entra-journal.jsonl", "trace"]),
    );
    const journal = readFileSync(attached.get("entra-journal.jsonl")?.path ?? "", "utf8");
    expect(JSON.parse(journal.split("\n", 1)[0] ?? "")).toMatchObject({
      schema: "brownout/journal/1",
      scenario: "nothing was shown",
      mount: "proxy",
    });
  });

  it("leaves no trace where its config wants none", { timeout: SLOW_MS }, () => {
    const { attempts } = runSuite("fails", { TRACE: "off" }, "--grep=nothing was shown");
    const [attempt] = attempts.get("nothing was shown") ?? [];
    const names = attempt?.attachments.map(({ name }) => name);
    expect(names).toContain("entra-journal.jsonl");
    expect(names).not.toContain("trace");
  });

  it("hears once what browser it lacks", { timeout: SLOW_MS }, () => {
    const env = { BROWNOUT_BROWSER: "/nowhere/chrome" };
    const { attempts } = runSuite("passes", env, "--grep=over TLS");
    expect([...attempts.values()].flat().map(messagesOf).join("\n")).toMatch(
      /BROWNOUT_BROWSER names \/nowhere\/chrome, which is not there\n +Name the browser's own file/,
    );
    const other = runSuite("passes", { BROWSER_NAME: "firefox" }, "--grep=over TLS");
    expect([...other.attempts.values()].flat().map(messagesOf).join("\n")).toMatch(
      /browserName: expected "chromium", found "firefox": brownout\/playwright runs in Chromium only\n/,
    );
  });
});
