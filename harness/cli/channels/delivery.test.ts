/** Changes on their way over real HTTP: receivers that fail, are busy, take a part, or see us end midway. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildResults } from "../../reporting/model/build-results.ts";
import { judgedRun } from "../../../test/support/report.ts";
import { runFacts } from "../../../test/support/run-facts.ts";
import { testIo } from "../../../test/support/cli.ts";
import { archiveRun, publishRun, readArchiveTarget } from "../archive-run.ts";
import { parseChannels } from "../../reporting/channels/channels-file.ts";

vi.setConfig({ testTimeout: 120_000 });

interface Received {
  readonly path: string;
  readonly type: string | undefined;
  readonly body: string;
}

type Answer = (response: ServerResponse, received: Received) => void;

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}, text = ""): Answer =>
  (response) =>
    void response.writeHead(code, headers).end(text);
const taken = status(200, {}, "ok");

let cwd = "";
let server: Server;
let base = "";
/** What came in, whether it was taken or not. */
let received: Received[];
/** What comes back next, by the first part of the path; then what is taken. */
let answers: Record<string, Answer[]>;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "brownout-channels-"));
  mkdirSync(join(cwd, "reports"));
  [received, answers] = [[], {}];
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const path = request.url ?? "";
  const one = { path, type: request.headers["content-type"], body };
  received.push(one);
  (answers[path.split("/")[1] ?? ""]?.shift() ?? taken)(response, one);
}

const kinds = ["slack", "teams", "google-chat", "cloudevents", "webhook"] as const;

function writeChannels(entries: readonly object[]): void {
  writeFileSync(join(cwd, "reports", "channels.json"), JSON.stringify(entries));
}

const channel = (kind: string, more: object = {}) => ({
  name: `my ${kind}`,
  kind,
  address: kind.toUpperCase().replace("-", "_"),
  ...more,
});

function ioOfNight(night: number) {
  const environment = Object.fromEntries(
    [...kinds, "issues"].map((kind) => [channel(kind).address, `${base}/${kind}/secret-of-mine`]),
  );
  return testIo({ cwd, environment, now: () => Date.UTC(2026, 9, night, 3) });
}

/** Each night is of another commit: both outcomes of one would be flaky. */
const factsOf = (night: number) => runFacts({ commit: `commit-${night}` });

/** A night of the job: the rules that fail. Resolves to what is printed. */
async function play(night: number, rules: readonly string[]): Promise<string> {
  const io = ioOfNight(night);
  const verdicts = Object.fromEntries(rules.map((rule) => [rule, "fail" as const]));
  const results = buildResults([judgedRun(verdicts)], [], { seed: "1", brownout: "0.1.0" });
  const target = readArchiveTarget({ heartbeat: "none" }, io);
  const out = join(cwd, "reports", "out");
  const archived = archiveRun(results, { target, facts: factsOf(night), out, io });
  const lines = await publishRun(archived, { out, io });
  expect(lines.join("\n")).not.toContain("secret-of-mine");
  return lines.join("\n");
}

const countsOf = () =>
  kinds.map((kind) => received.filter(({ path }) => path.startsWith(`/${kind}/`)).length);

/** Too many for one message of Slack. */
const MANY = Array.from({ length: 70 }, (_, index) => `rule-${index}`);
const rulesIn = (texts: readonly Received[]) =>
  texts.map(({ body }) => new Set(body.match(/rule-\d+/g)).size);

describe("a tracker of issues", () => {
  it("gets for each finding what its issue should say and be, under one key until it is fixed", async () => {
    writeChannels([channel("issues")]);
    await play(1, []);
    await play(2, ["backoff", "availability"]);
    await play(3, ["backoff"]);
    await play(4, ["backoff", "availability"]);
    const updates = received.map(({ body }) => JSON.parse(body));
    const availability = updates.filter(({ title }) => title.includes("availability"));
    expect(updates).toHaveLength(4);
    expect(availability.map(({ state }) => state)).toEqual(["open", "fixed", "open"]);
    expect(new Set(availability.map(({ key }) => key)).size).toBe(1);
    expect(new Set(updates.map(({ id }) => id)).size).toBe(4);
    expect(updates[0]).toMatchObject({
      schema: "brownout/issue/1",
      key: expect.stringMatching(/^[\da-f]{12}$/),
      entries: [{ id: expect.any(String), text: expect.any(String) }],
    });
  });

  it("that does not take an update gets it with the next run", async () => {
    writeChannels([channel("issues")]);
    await play(1, []);
    answers = { issues: [status(500)] };
    await play(2, ["backoff"]);
    await play(3, ["backoff"]);
    expect(received).toHaveLength(2);
    expect(received[1]?.body).toBe(received[0]?.body);
  });
});

describe("each service", () => {
  it("gets a change once, in its format, and its fix", async () => {
    writeChannels(kinds.map((kind) => channel(kind)));
    await play(1, []);
    expect(received).toEqual([]);
    await play(2, ["backoff"]);
    expect(countsOf()).toEqual([1, 1, 1, 1, 1]);
    const [slack, teams, google, events, plain] = received.map(({ body }): unknown =>
      JSON.parse(body),
    );
    expect(slack).toHaveProperty("blocks");
    expect(teams).toHaveProperty("attachments.0.content.type", "AdaptiveCard");
    expect(google).toHaveProperty("cardsV2.0.card.header");
    expect(events).toMatchObject({ specversion: "1.0", data: { changes: [{}] } });
    expect(plain).toMatchObject({ schema: "brownout/news/2", news: [{}] });
    expect(received.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 3 }, () => "application/json; charset=utf-8"),
      "application/cloudevents+json; charset=utf-8",
      "application/json; charset=utf-8",
    ]);
    expect(received[2]?.path).toMatch(
      /^\/google-chat\/secret-of-mine\?requestId=brownout-[\da-f]{12}$/,
    );
    await play(3, ["backoff"]);
    expect(countsOf()).toEqual([1, 1, 1, 1, 1]);
    await play(4, []);
    expect(countsOf()).toEqual([2, 2, 2, 2, 2]);
    expect(received.slice(5).every(({ body }) => body.includes("ixed"))).toBe(true);
  });

  it("hears with the next run what it did not take, and the others hear nothing twice", async () => {
    writeChannels([channel("slack"), channel("teams")]);
    answers = { slack: [status(500)] };
    await play(1, []);
    expect(await play(2, ["backoff"])).toMatch(
      /^The webhook at 127\.0\.0\.1:\d+ answered 500\. The next run reports it\.$/m,
    );
    expect(await play(3, ["backoff"])).not.toMatch(/answered/);
    await play(4, ["backoff"]);
    expect(countsOf().slice(0, 2)).toEqual([2, 1]);
    expect(received[2]?.body).toBe(received[0]?.body);
  });

  it.each([
    ["refuses by another address, where a body is lost", status(302, { location: "/elsewhere" })],
    ["ends the connection", (response: ServerResponse) => void response.destroy()],
  ])("is asked again with the next run when it %s", async (_what, failing) => {
    writeChannels([channel("slack")]);
    answers = { slack: [failing] };
    expect(await play(1, ["backoff"])).toMatch(/The next run reports it\.$/m);
    await play(2, ["backoff"]);
    expect(received.map(({ path }) => path)).toEqual([
      "/slack/secret-of-mine",
      "/slack/secret-of-mine",
    ]);
  });

  it("that takes nothing for three runs is reported on the others, once", async () => {
    writeChannels([channel("teams"), channel("slack")]);
    answers = { slack: Array.from({ length: 9 }, () => status(503)) };
    for (const night of [1, 2, 3, 4, 5]) await play(night, ["backoff"]);
    const said = received.filter(
      ({ path, body }) => path.startsWith("/teams") && body.includes("Not delivered"),
    );
    expect(said).toHaveLength(1);
    // In the third night, and also to one that was served before it.
    const first = received.findIndex(({ body }) => body.includes("Not delivered"));
    expect(received.slice(0, first).filter(({ path }) => path.startsWith("/slack"))).toHaveLength(
      3,
    );
    expect(said[0]?.body).toContain("my slack has taken nothing in 3 runs");
    expect(said[0]?.body).not.toContain("secret-of-mine");
  });

  it("gets only the kinds of changes that its entry names", async () => {
    writeChannels([channel("slack", { changes: ["fixed"] })]);
    await play(1, ["backoff"]);
    expect(received).toEqual([]);
    await play(2, []);
    expect(received[0]?.body).toContain("1 fixed");
  });

  it("has its variable named when that is not set, and nothing is lost", async () => {
    writeChannels([channel("slack", { address: "NOT_SET" })]);
    expect(await play(1, ["backoff"])).toMatch(
      /^The channel "my slack" gets nothing: NOT_SET is not set\.$/m,
    );
    writeChannels([channel("slack")]);
    await play(2, ["backoff"]);
    expect(countsOf()[0]).toBe(1);
  });
});

describe("a busy service", () => {
  it("gets the message in the same run when Retry-After is short", async () => {
    writeChannels([channel("slack")]);
    answers = { slack: [status(429, { "retry-after": "0" }), status(503, { "retry-after": "1" })] };
    expect(await play(1, ["backoff"])).not.toMatch(/answered/);
    expect(countsOf()[0]).toBe(3);
  });

  it.each([
    ["is long", { "retry-after": "3600" }],
    ["is not a number", { "retry-after": "soon" }],
    ["is missing", {}],
  ])("gets it with the next run when Retry-After %s", async (_what, headers) => {
    writeChannels([channel("slack")]);
    answers = { slack: [status(429, headers as Record<string, string>)] };
    expect(await play(1, ["backoff"])).toMatch(/answered 429/);
    expect(countsOf()[0]).toBe(1);
    await play(2, ["backoff"]);
    expect(countsOf()[0]).toBe(2);
  });

  it("is left alone after three attempts", async () => {
    writeChannels([channel("slack")]);
    answers = { slack: Array.from({ length: 9 }, () => status(429, { "retry-after": "0" })) };
    expect(await play(1, ["backoff"])).toMatch(/answered 429/);
    expect(countsOf()[0]).toBe(3);
  });

  it("of Teams may answer 200 and say that it delivered nothing", async () => {
    writeChannels([channel("teams")]);
    const text =
      "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x";
    answers = { teams: [status(200, {}, text)] };
    expect(await play(1, ["backoff"])).toMatch(/did not deliver it \(429\)\. The next run/);
    await play(2, ["backoff"]);
    expect(countsOf()[1]).toBe(2);
  });
});

describe("changes for several messages", () => {
  it("of which one failed: what was taken does not come again, the rest does", async () => {
    writeChannels([channel("slack")]);
    answers = { slack: [taken, status(500)] };
    await play(1, MANY);
    expect(countsOf()[0]).toBe(2);
    const [first = 0] = rulesIn(received);
    await play(2, MANY);
    const after = rulesIn(received.slice(2));
    expect(first + after.reduce((sum, one) => sum + one, 0)).toBe(MANY.length);
    await play(3, MANY);
    expect(countsOf()[0]).toBe(2 + after.length);
  });

  it("of which we ended midway: only the one that was under way comes again", async () => {
    writeChannels([channel("slack")]);
    await play(1, []);
    const results = buildResults(
      [judgedRun(Object.fromEntries(MANY.map((rule) => [rule, "fail" as const])))],
      [],
      { seed: "1", brownout: "0.1.0" },
    );
    const { environment } = ioOfNight(2);
    const parts = { results, facts: factsOf(2), cwd, environment, now: Date.UTC(2026, 9, 2, 3) };
    writeFileSync(join(cwd, "night.json"), JSON.stringify(parts));
    const program = `
      import { readFileSync } from "node:fs";
      const { archiveRun, publishRun, readArchiveTarget } = await import(${JSON.stringify(new URL("../archive-run.ts", import.meta.url).href)});
      const { results, facts, cwd, environment, now } = JSON.parse(readFileSync("night.json", "utf8"));
      const io = { cwd, environment, now: () => now };
      const target = readArchiveTarget({ heartbeat: "none" }, io);
      const out = "reports/out";
      await publishRun(archiveRun(results, { target, facts, out, io }), { out, io });`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      cwd,
      stdio: "inherit",
    });
    const ended = once(child, "exit");
    answers = { slack: [taken, () => void child.kill("SIGKILL")] };
    await ended;
    expect(countsOf()[0]).toBe(2);
    await play(3, MANY);
    const [first = 0, second = 0, ...rest] = rulesIn(received);
    expect(rest[0]).toBeGreaterThanOrEqual(second);
    expect(first + rest.reduce((sum, one) => sum + one, 0)).toBe(MANY.length);
  });
});

describe("the file of channels", () => {
  const problemOf = (text: string): string => {
    try {
      parseChannels(text, "channels.json");
      return "";
    } catch (error) {
      return error instanceof Error
        ? `${error.message} ${"hint" in error ? String(error.hint) : ""}`
        : "";
    }
  };

  it("names what is wrong and the nearest right name", () => {
    for (const [entries, said] of [
      [[channel("slak")], /\[0\]\.kind: .*"slak".*slack/],
      [[{ ...channel("slack"), adress: "X" }], /adress.*address/],
      [[channel("slack", { changes: ["fixd"] })], /changes\[0\]: .*fixed/],
      [[channel("slack", { changes: [] })], /changes/],
      [[channel("slack"), channel("slack")], /\[1\]\.name: another channel is called "my slack"/],
      [{}, /array/],
    ] as const)
      expect(problemOf(JSON.stringify(entries))).toMatch(said);
    expect(problemOf("[")).toMatch(/expected JSON/);
  });

  it("refuses an address in it without repeating it", () => {
    const problem = problemOf(
      JSON.stringify([channel("slack", { address: "https://hooks.slack.com/secret-of-mine" })]),
    );
    expect(problem).toMatch(/expected the name of an environment variable.*Secrets stay out/);
    expect(problem).not.toContain("secret-of-mine");
  });

  it("refuses a variable that has no address, without repeating what it has", () => {
    writeChannels([channel("slack")]);
    const io = testIo({ cwd, environment: { SLACK: "secret-of-mine" } });
    expect(() => readArchiveTarget({}, io)).toThrow(/^expected the address of a webhook/);
    expect(() => readArchiveTarget({ channels: "none.json" }, io)).toThrow(
      /none\.json|cannot be read|no such file/,
    );
  });
});
