/** Which mount a run has, and what is said of runs that cannot be had here. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { wantsNoBrowser } from "../browser/launch/find-browser.ts";
import { selectRuns } from "./selection.ts";
import { skippedLines } from "./skipped-lines.ts";

const select = (wanted: Partial<Parameters<typeof selectRuns>[0]>) =>
  selectRuns({ filters: ["token-edge"], cwd: "/", ...wanted });

async function placesOf(wanted: Parameters<typeof select>[0]) {
  const { runs, skipped } = await select(wanted);
  return {
    runs: runs.map(({ client, mount }) => `${client} under ${mount}`),
    skipped: skipped.map(({ client, missing }) => [client, missing?.code, missing?.message]),
  };
}

describe.skipIf(wantsNoBrowser())("with a browser", () => {
  it("each client has the mount that is for it", async () => {
    expect(await placesOf({})).toEqual({
      runs: ["msal-node under https", "msal-browser under proxy"],
      skipped: [],
    });
  });

  it("a mount that is named leaves out who is not for it, with a reason", async () => {
    expect(await placesOf({ mount: "msw" })).toEqual({
      runs: ["msal-node under msw"],
      skipped: [
        [
          "msal-browser",
          "bad-usage",
          "msal-browser is a page in a browser, where the mount msw is not",
        ],
      ],
    });
    expect(await placesOf({ mount: "route" })).toEqual({
      runs: ["msal-browser under route"],
      skipped: [
        ["msal-node", "bad-usage", "msal-node lives in a process, where the mount route is not"],
      ],
    });
  });

  it.each([
    ["msal-node", "proxy", "Leave --mount out, or name one of direct, msw, nock, https."],
    ["msal-browser", "https", "Leave --mount out, or name one of proxy, route."],
  ] as const)("%s named together with %s is a mistake", async (client, mount, hint) => {
    await expect(select({ client, mount })).rejects.toMatchObject({
      code: "bad-usage",
      place: `--mount ${mount}`,
      hint,
    });
  });
});

describe("clients that are named", () => {
  it("are several with commas between, each with the scenarios that it can play", async () => {
    const { runs, skipped } = await select({
      filters: ["token-throttled", "long-weekend"],
      client: "msal-node,openid-client@6,bare-fetch,msal-node",
    });
    expect(runs.map(({ name }) => name)).toEqual([
      "token-throttled--msal-node",
      "token-throttled--bare-fetch",
      "long-weekend--msal-node",
      "long-weekend--bare-fetch",
    ]);
    expect(skipped).toEqual([
      {
        scenario: "token-throttled",
        client: "openid-client",
        unknownFlows: ["client-credentials"],
      },
      {
        scenario: "long-weekend",
        client: "openid-client",
        unknownFlows: ["silent", "client-credentials"],
      },
    ]);
    expect(skippedLines(skipped)).toEqual([
      "Not run, as openid-client does not know client-credentials: token-throttled.",
      "Not run, as openid-client does not know silent, client-credentials: long-weekend.",
    ]);
  });

  it("are a mistake when one of them is not known, or none can play", async () => {
    const named = (client: string) => select({ filters: ["long-weekend"], client });
    await expect(named("msal-node,msal-nod")).rejects.toMatchObject({ code: "unknown-client" });
    await expect(named("openid-client")).rejects.toThrow(
      "openid-client cannot run long-weekend, which needs what it does not know: silent, client-credentials",
    );
  });
});

describe("a client that the faults of a scenario cannot meet", () => {
  const scenario = "metadata-for-others";
  const why = "it has the metadata built in";

  it.skipIf(wantsNoBrowser())("is left out, with the reason", async () => {
    const { runs, skipped } = await select({ filters: ["browser-metadata-down"] });
    expect(runs.map(({ client }) => client)).toEqual(["msal"]);
    expect(skipped).toEqual([
      {
        scenario: "browser-metadata-down",
        client: "msal-browser",
        notApplicable: { by: "scenario", why: expect.stringContaining("built in") },
      },
    ]);
  });

  it("is a mistake when it is the only one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "brownout-not-for-"));
    const file = join(folder, "scenario.ts");
    const text = { standsFor: "it", asserts: "it", failureMeans: "it", fix: "it" };
    writeFileSync(
      file,
      `export default ${JSON.stringify({
        name: scenario,
        title: "Metadata",
        story: text,
        needs: ["client-credentials"],
        asserts: [],
        faults: [],
        clients: ["bare-fetch"],
        notApplicableTo: [{ client: "bare-fetch", why }],
      })};\nexport const none = 0;\n`.replace("};", ", script: async () => undefined };"),
    );
    await expect(select({ filters: [file] })).rejects.toMatchObject({
      code: "bad-usage",
      message: `${scenario} says nothing about bare-fetch: ${why}`,
    });
    rmSync(folder, { recursive: true, force: true });
  });
});

describe("without a browser", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("pages of the library are left out and said, and the others run", async () => {
    vi.stubEnv("BROWNOUT_BROWSER", "none");
    const { runs, skipped } = await placesOf({});
    expect(runs).toEqual(["msal-node under https"]);
    expect(skipped).toEqual([["msal-browser", "no-browser", expect.stringContaining("none")]]);
  });

  it("a scenario of one's own is never left out in silence", async () => {
    vi.stubEnv("BROWNOUT_BROWSER", "none");
    const folder = mkdtempSync(join(tmpdir(), "brownout-selection-"));
    const story = { standsFor: "a", asserts: "a", failureMeans: "a", fix: "a" };
    const own = { name: "mine", title: "T", story, needs: ["popup"], asserts: [], faults: [] };
    const file = join(folder, "mine.mjs");
    const text = JSON.stringify({ ...own, clients: ["msal-browser"] });
    writeFileSync(file, `export default { ...${text}, script: async () => {} };`);
    try {
      const { runs, unusable } = await select({ filters: ["server-error-json", file] });
      expect(runs.map(({ scenario }) => scenario.name)).toEqual(["server-error-json"]);
      expect(unusable).toMatchObject([{ file, error: { code: "no-browser" } }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("a page that is asked for by name is an error", async () => {
    vi.stubEnv("BROWNOUT_BROWSER", "none");
    await expect(select({ client: "msal-browser" })).rejects.toMatchObject({ code: "no-browser" });
    await expect(select({ filters: ["browser-outage"] })).rejects.toMatchObject({
      code: "no-browser",
    });
  });
});
