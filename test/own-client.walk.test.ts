/** A client of the user's own, the wrappers of `examples/wrapper/`, in every command that takes one. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Matrix } from "../harness/reporting/client-versions/version-matrix.ts";
import type { Results } from "../harness/reporting/model/results.ts";
import { createFolder, type Ended, type Folder } from "./command-line.ts";
import { root } from "./support/guides.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const good = `${root}examples/wrapper/acme-auth.client.ts`;
const careless = `${root}examples/wrapper/careless-auth.client.ts`;
const scenarios = ["token-throttled", "server-error-html", "outage-12h-daemon-past-refresh-in"];

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const brownout = (line: string): Ended => folder.brownout(...line.split(" "));
const read = (path: string): string => readFileSync(join(folder.path, path), "utf8");

function failedRules(ended: Ended): Readonly<Record<string, readonly string[]>> {
  const { runs } = JSON.parse(ended.stdout) as Results;
  return Object.fromEntries(
    runs.map(({ scenario, findings }) => [
      scenario,
      findings
        .filter(({ verdict }) => verdict === "fail")
        .map(({ rule }) => rule)
        .toSorted(),
    ]),
  );
}

it("passes with care, and is the client of the results", () => {
  const ended = folder.brownout("run", ...scenarios, "--client", good, "--no-control", "--json");
  expect(ended.stderr).not.toContain("FAIL");
  expect(failedRules(ended)).toEqual(Object.fromEntries(scenarios.map((name) => [name, []])));
  expect(ended.code).toBe(0);
  const { runs } = JSON.parse(ended.stdout) as Results;
  expect(runs[0]?.client).toEqual({ name: "acme-auth", version: "2.0.0" });
});

describe("without care", () => {
  const run = (names: readonly string[], ...more: readonly string[]): Ended =>
    folder.brownout("run", ...names, "--client", careless, "--no-control", "--json", ...more);

  it("fails each scenario, for what it does", () => {
    const ended = run(["token-throttled", "server-error-html"]);
    expect(failedRules(ended)).toEqual({
      "token-throttled": ["cached-token", "empty-token", "retry-after"],
      "server-error-html": ["backoff", "cached-token", "empty-token"],
    });
    expect(ended.code).toBe(1);
  });

  it("has entries of its own in the baseline, by its name", () => {
    const update = ["--baseline", "own.json", "--update-baseline"];
    expect(run(["token-throttled"], ...update).code).toBe(0);
    const entries = JSON.parse(read("own.json")) as readonly { readonly client: string }[];
    const own = entries.map(({ client }) => client).filter((client) => /careless/.test(client));
    expect(own).toEqual(["careless-auth@2", "careless-auth@2", "careless-auth@2"]);
    folder.write("own.json", read("own.json").replaceAll("TODO: say why", "It has no care."));
    expect(run(["token-throttled"], "--baseline", "own.json").code).toBe(0);
  });

  it("is replayed from its file, which the report's command names", () => {
    const journal = "reports/out/journals/token-throttled--careless-auth.jsonl";
    expect(read("reports/out/report.html")).toContain("careless-auth.client.ts");
    const replayed = folder.brownout("replay", journal, "--client", careless);
    expect(replayed.stdout).toContain("The new journal equals the old one.");
    const nameless = folder.brownout("replay", journal);
    expect(nameless.stderr).toMatch(/no client "careless-auth"\n.*--client FILE/);
    const other = folder.brownout("replay", journal, "--client", good);
    expect(other.stderr).toContain("its client is careless-auth, and that of");
    expect([nameless.code, other.code]).toEqual([2, 2]);
  });
});

it("leaves scenarios out that its file declares, with the reason", () => {
  folder.write(
    "own.client.ts",
    `import acme from "${good}";
    import { defineClient } from "brownout";
    export default defineClient({
      ...acme,
      name: "own",
      notApplicable: [{ scenario: "dns-failure", why: "it has addresses of its own" }],
    });`,
  );
  const { stdout, code } = brownout(
    "run token-throttled dns-failure metadata-down-warm --client ./own.client.ts --no-control",
  );
  expect(stdout).toMatch(/^pass +token-throttled/m);
  expect(stdout).toContain(
    "Not run, as the file of own leaves it out (it has addresses of its own): dns-failure.",
  );
  expect(stdout).toContain(
    "Not run, as own does not know authorization-code, silent: metadata-down-warm.",
  );
  expect(code).toBe(0);
});

describe("brownout matrix", () => {
  let cache = "";
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), "brownout-clients-"));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  const matrix = (client: string): Ended =>
    brownout(
      `matrix msal-node@7.2.1 --client ${client} --cache ${cache} --scenario token-throttled,server-error-html --out matrix`,
    );

  it("has a column for it, compared with the newest version of the package", () => {
    const { code, stdout } = matrix(careless);
    expect(stdout).toContain("4 runs of msal-node 7.2.1; careless-auth 2.0.0");
    expect(stdout).toContain("msal-node 7.2.1 → careless-auth 2.0.0: calls failed");
    expect(stdout).toMatch(/^ {2}worse +retry-after: token-throttled$/m);
    expect(code).toBe(0);
    const { clients, steps } = JSON.parse(read("matrix/matrix.json")) as Matrix;
    expect(clients[0]?.versions).toMatchObject([
      { version: "7.2.1", totals: { runs: 2 } },
      { version: "careless-auth 2.0.0", own: true, totals: { runs: 2, fail: 2 } },
    ]);
    const worse = steps.find(({ rule }) => rule === "retry-after");
    expect(worse).toMatchObject({ own: true, changes: [{ repeats: true }] });
    const page = read("matrix/matrix.md");
    expect(page).toMatch(
      /\| kinds of failure of msal-node \| rule \| 7\.2\.1 \| careless-auth 2\.0\.0 \|/,
    );
    // No version between the two could have brought it.
    expect(page).not.toContain("bisect token-throttled --rule retry-after");
    expect(read("matrix/careless-auth-2.0.0/results.json")).toContain('"careless-auth"');
  });

  it("says what is no file", () => {
    const { code, stderr } = matrix("msal-browser@4");
    expect(stderr).toMatch(/--client is "msal-browser@4", which is no file\n/);
    expect(code).toBe(2);
  });
});
