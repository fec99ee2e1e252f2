/** A browser that is killed in mid-run: the run begins anew in another, once, and says so. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { createPool, type Pool } from "./pool.ts";
import type { RunReply } from "./protocol.ts";

describe.skipIf(wantsNoBrowser())("a browser that dies in mid-run", () => {
  let pool: Pool;
  let folder: string;
  let runs = 0;
  beforeAll(() => {
    pool = createPool({ workers: 1 });
    folder = mkdtempSync(join(tmpdir(), "brownout-death-"));
  });
  afterAll(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a scenario in which the browser is killed in its first so many tries, by a call in mid-script. */
  const run = async (deaths: number, meanwhile = "clock.sleep(3_600_000)"): Promise<RunReply> => {
    const number = (runs += 1);
    const scenario = join(folder, `${number}.mjs`);
    const keeper = new URL("../../browser/launch/launch.ts", import.meta.url).href;
    const story = JSON.stringify({ standsFor: "a", asserts: "a", failureMeans: "a", fix: "a" });
    writeFileSync(
      scenario,
      `import { processBrowser } from "${keeper}";
      let deaths = ${deaths};
      export default { name: "unlucky", title: "T", story: ${story}, needs: ["popup", "silent"], asserts: [], faults: [],
        script: async ({ open, world, clock }) => {
          const app = await open({ app: "spa", cache: "persisted" });
          const user = world.user("adele@contoso.example");
          const scopes = ["https://graph.microsoft.com/Mail.Read"];
          await app.attempt({ flow: "popup", user, scopes });
          if (deaths > 0) {
            deaths -= 1;
            const session = await (await processBrowser.launchBrowser()).newBrowserCDPSession();
            // Nothing waits for it, as for any death.
            void session.send("Browser.crash").catch(() => undefined);
          }
          await ${meanwhile};
          await app.attempt({ flow: "silent", user, scopes });
        } };`,
    );
    const journalFile = join(folder, `${number}.jsonl`);
    return pool.run({ scenario, client: "msal-browser", mount: "proxy", seed: "1", journalFile });
  };

  /** Without its first line, which names the file. */
  const journalOf = ({ task }: RunReply): string =>
    readFileSync(task.journalFile, "utf8").replace(/^.*\n/, "");

  it.each(["clock.sleep(3_600_000)", "app.tabs.reload()"])(
    "is replaced once, and the journal is that of a run without a death: %s",
    async (meanwhile) => {
      const calm = await run(0, meanwhile);
      expect(calm).toMatchObject({ kind: "done" });
      expect(calm).not.toHaveProperty("relaunched");
      const unlucky = await run(1, meanwhile);
      expect(unlucky).toMatchObject({ kind: "done", relaunched: "the browser died in mid-run" });
      expect(journalOf(unlucky)).toBe(journalOf(calm));
    },
    60_000,
  );

  it("is a failure of the run when it happens again, and of no other run", async () => {
    expect(await run(2)).toMatchObject({
      kind: "failed",
      error: { code: "browser-died", hint: expect.stringContaining("--workers 1") },
    });
    expect((await run(0)).kind).toBe("done");
  }, 60_000);
});

// S15
describe.skipIf(wantsNoBrowser())("a session that is ended in a browser run", () => {
  it("leaves neither the profile of the browser nor its artifacts", async () => {
    const place = mkdtempSync(join(tmpdir(), "brownout-profiles-"));
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = place;
    const pool = createPool({ workers: 1 });
    const journalFile = join(place, "x.jsonl");
    const running = pool.run({
      scenario: "browser-throttled",
      client: "msal-browser",
      mount: "proxy",
      seed: "1",
      journalFile,
    });
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    await vi.waitFor(
      () => expect(leftBy(place)).toContainEqual(expect.stringContaining("profile")),
      { timeout: 50_000 },
    );
    await pool.close();
    expect(leftBy(place)).toEqual([]);
    await running;
    rmSync(place, { recursive: true });
  }, 60_000);

  const leftBy = (place: string): readonly string[] =>
    readdirSync(place, { recursive: true })
      .map(String)
      .filter((name) => /brownout-browser|playwright/.test(name));
});
