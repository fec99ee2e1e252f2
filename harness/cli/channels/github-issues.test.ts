/** One issue for each finding, on a server that behaves as GitHub does: pages, labels, states. */
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

vi.setConfig({ testTimeout: 120_000 });

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  state: string;
  state_reason?: string;
  readonly comments: { readonly body: string }[];
}

interface Trouble {
  readonly when: "before" | "after";
  readonly fail: (response: ServerResponse) => void;
}

const TOKEN = "secret-of-mine";
const REPOSITORY = "me/mine";

let cwd = "";
let server: Server;
let base = "";
let issues: Issue[];
/** Of requests, `METHOD path`. */
let requests: string[];
/** What comes in place of an answer to a request, before or after it was done. */
let trouble: (request: string) => Trouble | undefined;
/** GitHub's are 100. */
let pageSize = 100;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "brownout-issues-"));
  mkdirSync(join(cwd, "reports"));
  [issues, requests, pageSize] = [[], [], 100];
  trouble = () => undefined;
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    join(cwd, "reports", "channels.json"),
    JSON.stringify([{ name: "issues", kind: "github-issues" }]),
  );
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const { pathname, searchParams } = new URL(request.url ?? "", base);
  const path = pathname.replace(/^\/(?:repos\/me\/mine|repositories\/7)\//, "");
  const named = `${request.method} ${path}`;
  requests.push(named);
  if (request.headers.authorization !== `Bearer ${TOKEN}`)
    return void response.writeHead(401).end();
  const failing = trouble(named);
  if (failing?.when === "before") return failing.fail(response);
  const body = (text === "" ? {} : JSON.parse(text)) as Partial<Issue>;
  const value = perform(request.method ?? "", path, body);
  if (failing !== undefined) return failing.fail(response);
  const page = Number(searchParams.get("page") ?? 1);
  const next = `${base}/repositories/7/${path}?page=${page + 1}`;
  const isMore = Array.isArray(value) && value.length > page * pageSize;
  const paged: unknown = Array.isArray(value)
    ? value.slice((page - 1) * pageSize, page * pageSize)
    : value;
  response
    .writeHead(200, isMore ? { link: `<${next}>; rel="next", <${next}>; rel="last"` } : {})
    .end(JSON.stringify(paged));
}

function perform(method: string, path: string, body: Partial<Issue>): unknown {
  const [, number, comments] = /^issues(?:\/(\d+)(\/comments)?)?$/.exec(path) ?? [];
  const issue = issues.find((one) => one.number === Number(number));
  if (method === "GET") return comments === undefined ? issues.toReversed() : issue?.comments;
  if (issue === undefined) {
    const { title = "", labels = [], body: text = "" } = body;
    const made = { number: issues.length + 1, title, body: text, labels, state: "open" };
    issues.push({ ...made, comments: [] });
    return made;
  }
  if (comments === undefined) return Object.assign(issue, body);
  issue.comments.push({ body: body.body ?? "" });
  return {};
}

async function play(night: number, rules: readonly string[], token = TOKEN): Promise<string> {
  const environment = {
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_API_URL: base,
  };
  const io = testIo({ cwd, environment, now: () => Date.UTC(2026, 9, night, 3) });
  const verdicts = Object.fromEntries(rules.map((rule) => [rule, "fail" as const]));
  const results = buildResults([judgedRun(verdicts)], [], { seed: "1", brownout: "0.1.0" });
  const out = join(cwd, "reports", "out");
  const archived = archiveRun(results, {
    target: readArchiveTarget({ heartbeat: "1d" }, io),
    facts: runFacts({ commit: `commit-${night}` }),
    out,
    io,
  });
  const lines = await publishRun(archived, { out, io });
  expect(lines.join("\n")).not.toContain(TOKEN);
  return lines.join("\n");
}

const states = () =>
  issues.map(({ title, state, comments }) => `${title.split(" ")[1]} ${state} ${comments.length}`);

describe("an issue", () => {
  it("is opened for each finding, closed when it is fixed, and opened again when it is back", async () => {
    await play(1, []);
    expect(requests).toEqual([]);
    await play(2, ["backoff", "hang"]);
    expect(states()).toEqual(["backoff open 0", "hang open 0"]);
    expect(issues[0]?.title).toBe("Brownout: backoff in token-throttled, msal-node");
    expect(issues[0]?.labels).toEqual(["brownout"]);
    expect(issues[0]?.body).toMatch(
      /^\*\*New\*\*: token-throttled, msal-node 7\.2\.1: backoff: asked again after 5 s of &lt;60 s>.*\n\nSince run 2 of 2026-10-02 .*last good in run 1 /,
    );
    await play(3, ["backoff", "hang"]);
    expect(states()).toEqual(["backoff open 0", "hang open 0"]);
    await play(4, ["hang"]);
    expect(states()).toEqual(["backoff closed 1", "hang open 0"]);
    expect(issues[0]?.state_reason).toBe("completed");
    await play(5, ["backoff", "hang"]);
    expect(states()).toEqual(["backoff open 2", "hang open 0"]);
    expect(issues[0]?.comments[1]?.body).toContain("again");
  });

  it("is found on a later page, among those of others", async () => {
    pageSize = 2;
    await play(1, ["a", "b", "c", "d", "e"]);
    expect(issues).toHaveLength(5);
    const labels = ["brownout"];
    issues.push({ number: 6, title: "by hand", body: "", labels, state: "open", comments: [] });
    await play(2, []);
    expect(states().filter((state) => state.includes("closed"))).toHaveLength(5);
    expect(issues).toHaveLength(6);
  });

  it("stays as people left it while nothing changes", async () => {
    await play(1, ["backoff"]);
    Object.assign(issues[0] ?? {}, { state: "closed" });
    await play(2, ["backoff"]);
    expect(states()).toEqual(["backoff closed 0"]);
  });

  it("is not opened because nothing has changed for long", async () => {
    for (const night of [1, 2, 3]) await play(night, []);
    expect(issues).toEqual([]);
  });
});

describe("when GitHub", () => {
  it.each([
    ["fails before it has done anything", "before"],
    ["fails after it has done all", "after"],
  ] as const)("%s, each issue and comment is there once in the end", async (_what, when) => {
    // Every other request that writes fails, by turns with the connection and with 502.
    let writes = 0;
    trouble = (request) => {
      if (request.startsWith("GET")) return undefined;
      writes += 1;
      if (writes % 2 === 0) return undefined;
      const isCut = writes % 4 === 1;
      return {
        when,
        fail: (response) => void (isCut ? response.destroy() : response.writeHead(502).end()),
      };
    };
    for (let night = 1; night <= 6; night += 1) await play(night, ["a", "b", "c"]);
    for (let night = 7; night <= 16; night += 1) await play(night, []);
    trouble = () => undefined;
    await play(17, []);
    const own = issues.filter(({ title }) => /^Brownout: [abc] /.test(title));
    expect(own.map(({ title, state, comments }) => [title[10], state, comments.length])).toEqual([
      ["a", "closed", 1],
      ["b", "closed", 1],
      ["c", "closed", 1],
    ]);
  });

  it("refuses the token, it says what that needs, and prints none", async () => {
    expect(await play(1, ["backoff"], "wrong")).toMatch(
      /^GitHub at 127\.0\.0\.1:\d+, for issues of me\/mine, answered 401\. The next run reports it\. Its token needs the permission "issues: write" there\.$/m,
    );
    expect(await play(2, ["backoff"], "")).toMatch(/GITHUB_TOKEN has no token/);
    await play(3, ["backoff"]);
    expect(states()).toEqual(["backoff open 0"]);
  });

  it("has issues switched off, or is busy, it hears later", async () => {
    trouble = () => ({ when: "before", fail: (response) => void response.writeHead(410).end() });
    expect(await play(1, ["backoff"])).toMatch(/issues switched off/);
    let left = 1;
    const busy = (response: ServerResponse) =>
      void response.writeHead(403, { "retry-after": "0" }).end();
    trouble = (request) =>
      request.startsWith("POST") && left-- > 0 ? { when: "before", fail: busy } : undefined;
    expect(await play(2, ["backoff"])).not.toMatch(/answered/);
    expect(states()).toEqual(["backoff open 0"]);
  });
});
