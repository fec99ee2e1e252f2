/** `brownout record` on captures of several tools; what it writes is played by the command. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHar } from "../../history/har.ts";
import { throttledDaemon } from "../../../test/support/history.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const SLOW_MS = 240_000;
const TENANT = "8a6c1f5e-0000-4000-8000-000000000001";
const CLIENT = "8a6c1f5e-0000-4000-8000-000000000002";
const SECRETS = [
  "Xyz~very-secret",
  "0.AXkA-refresh-token",
  "jane.doe@fabrikam.example",
  "ey.access.token",
];

let folder: string;
beforeAll(() => {
  // In the repository, so that a scenario finds the package by its name.
  mkdirSync(join(root, "reports", "out"), { recursive: true });
  folder = mkdtempSync(join(root, "reports", "out", "record-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function brownout(...values: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "bin", "brownout.js"), ...values],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", VITEST: undefined } },
  );
  return { status, printed: stdout + stderr };
}

interface Ask {
  readonly after: number;
  readonly grant: string;
  readonly status: number;
  readonly scope?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: readonly (readonly [string, string])[];
  readonly answered?: readonly (readonly [string, string])[];
}

/** An entry as the tools write it: with `text` alone (Chromium, Fiddler), or with `params` (mitmproxy). */
function entryOf(
  { after, grant, status, scope = "", fields = {}, headers = [], answered = [] }: Ask,
  tool: string,
) {
  const form = new URLSearchParams({ client_id: CLIENT, grant_type: grant, scope, ...fields });
  const pairs = (list: readonly (readonly [string, string])[]) =>
    list.map(([name, value]) => ({ name, value }));
  return {
    startedDateTime: new Date(Date.UTC(2026, 10, 1, 9) + after).toISOString(),
    time: 40,
    request: {
      method: "POST",
      url: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: pairs([["content-type", "application/x-www-form-urlencoded"], ...headers]),
      queryString: [],
      postData: {
        mimeType: "application/x-www-form-urlencoded",
        text: form.toString(),
        ...(tool === "mitmproxy" ? { params: pairs([...form]) } : {}),
      },
      headersSize: -1,
      bodySize: -1,
    },
    response: {
      status,
      statusText: "",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: pairs(answered),
      content: {
        size: 0,
        mimeType: "application/json",
        text:
          status === 200
            ? JSON.stringify({
                access_token: SECRETS[3],
                refresh_token: SECRETS[1],
                expires_in: 3599,
              })
            : "",
      },
      redirectURL: "",
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: 40, receive: 0 },
  };
}

function capture(name: string, tool: string, asks: readonly Ask[]): string {
  const log = {
    version: "1.2",
    creator: { name: tool, version: "1" },
    entries: asks.map((one) => entryOf(one, tool)),
  };
  writeFileSync(join(folder, name), JSON.stringify({ log }));
  return name;
}

const daemonAsks: readonly Ask[] = [
  {
    after: 0,
    grant: "client_credentials",
    status: 429,
    answered: [["retry-after", "30"]],
    scope: "https://graph.microsoft.com/.default",
    fields: { client_secret: "Xyz~very-secret" },
  },
  {
    after: 10_000,
    grant: "client_credentials",
    status: 429,
    answered: [["retry-after", "30"]],
    scope: "https://graph.microsoft.com/.default",
    fields: { client_secret: "Xyz~very-secret" },
  },
  {
    after: 45_000,
    grant: "client_credentials",
    status: 200,
    scope: "https://graph.microsoft.com/.default",
    fields: { client_secret: "Xyz~very-secret" },
  },
];

const webAsks: readonly Ask[] = [
  {
    after: 0,
    grant: "refresh_token",
    status: 503,
    scope: "User.Read openid",
    headers: [["x-anchormailbox", `UPN:${SECRETS[2]}`]],
    fields: { client_secret: "Xyz~very-secret", refresh_token: SECRETS[1] ?? "" },
  },
  {
    after: 7_000,
    grant: "refresh_token",
    status: 200,
    scope: "User.Read openid",
    fields: { client_secret: "Xyz~very-secret", refresh_token: SECRETS[1] ?? "" },
  },
];

describe("brownout record", () => {
  it.each([
    ["daemon.har", "mitmproxy", daemonAsks, "1 app, 3 calls, 1 fault"],
    ["web.har", "Fiddler", webAsks, "1 app, 2 calls, 1 fault"],
  ])(
    "makes a scenario of %s, made by %s, that runs, without its secrets",
    (name, tool, asks, says) => {
      const { status, printed } = brownout("record", capture(name, tool, asks));
      expect(printed).toContain(says);
      expect(status).toBe(0);
      const file = name.replace(".har", ".scenario.ts");
      const text = readFileSync(join(folder, file), "utf8");
      for (const secret of SECRETS) expect(text).not.toContain(secret);
      expect(text).toContain(CLIENT);
      const run = brownout("run", `./${file}`, "--json", "--out", `out-${file}`);
      expect(run.status).not.toBe(2);
      const { runs } = JSON.parse(
        readFileSync(join(folder, `out-${file}`, "results.json"), "utf8"),
      ) as { runs: { operations: { ok: number } }[] };
      expect(runs.length).toBe(1);
      expect(runs[0]?.operations.ok).toBeGreaterThan(0);
    },
    SLOW_MS,
  );

  it("takes the throttling and its wait over", () => {
    const text = readFileSync(join(folder, "daemon.scenario.ts"), "utf8");
    expect(text).toMatch(/kind: "throttle",\s+retryAfter: \{\s*form: "seconds",\s+seconds: 30/);
    expect(text).toMatch(/from: 60000,\s+for: 45000/);
  });

  it("reads our own HAR", () => {
    writeFileSync(join(folder, "ours.har"), toHar(throttledDaemon()));
    const { status, printed } = brownout("record", "ours.har");
    expect(printed).toMatch(/1 app, \d calls?, \d faults?/);
    expect(status).toBe(0);
  });

  it("writes no code from a capture", () => {
    const hostile = 'x"}); process.exit(7); ({a:"';
    const asks: readonly Ask[] = [
      {
        after: 0,
        grant: "authorization_code",
        status: 200,
        scope: `${hostile} User.Read`,
        fields: { redirect_uri: `http://localhost:3000/${hostile}`, client_secret: hostile },
      },
    ];
    expect(brownout("record", capture("hostile.har", hostile, asks)).status).toBe(0);
    expect(readFileSync(join(folder, "hostile.scenario.ts"), "utf8")).not.toContain("process");
  });

  it.each([
    [["record"], "record needs one file"],
    [["record", "none.har"], "none.har"],
    [["record", "empty.har"], "no request for a token is in it that a scenario can play"],
    [["record", "daemon.har"], "there is a file already"],
    [["record", "daemon.har", "--to", "other.txt"], "expected a file of TypeScript"],
    [["record", "broken.har"], "the file is cut off"],
  ])("refuses %j", (values, message) => {
    capture("empty.har", "x", []);
    writeFileSync(join(folder, "broken.har"), '{"log": {');
    const { status, printed } = brownout(...values);
    expect(printed).toContain(message);
    expect(status).toBe(2);
  });
});
