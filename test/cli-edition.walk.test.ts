/** `brownout run --edition`: the same outage by another text of the backup system, and again from its journal. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createFolder, type Folder, scenarioText } from "./command-line.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A classic policy: it weakens the backup by the texts until 2025, and has ended by that of 2026. */
const classic = `import { contoso, defineScenario, hours, minutes, tokenServerError } from "brownout";
const policy = {
  name: "An old one",
  state: "enabled",
  users: { include: "all", groups: [], roles: [] },
  apps: "all",
  conditions: [],
  controls: ["mfa"],
  classic: true,
  resilienceDefaults: "enabled",
};
export default defineScenario({
  name: "classic",
  title: "A classic policy in an outage",
  story: { standsFor: "A tenant of old.", asserts: "-", failureMeans: "-", fix: "-" },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window"],
  settings: { backup: "2026-03" },
  world: { ...contoso, tenants: contoso.tenants.map((one) => ({ ...one, policies: [policy] })) },
  faults: [tokenServerError({ from: minutes(30), for: hours(1) })],
  script: async ({ open, clock, world }) => {
    const app = await open({ app: "desk-app" });
    const request = { scopes: ["https://graph.microsoft.com/User.Read"], user: world.user("adele") };
    await app.acquire({ ...request, flow: "authorization-code" });
    await clock.until(hours(1));
    await app.attempt({ ...request, flow: "silent", forceRefresh: true });
  },
});
`;

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write("classic.scenario.ts", classic);
  folder.write("busy.scenario.ts", scenarioText());
});
afterAll(() => folder.remove());

const journal = (out: string, name = "classic"): string =>
  `${out}/journals/${name}--msal-node.jsonl`;

/** What was run, and how many calls succeeded. */
function resultOf(out: string, name?: string) {
  const [first = "", ...lines] = readFileSync(join(folder.path, journal(out, name)), "utf8").split(
    "\n",
  );
  const { edition } = JSON.parse(first) as { edition?: string };
  return { edition, ok: lines.filter((line) => line.includes('"outcome":"ok"')).length };
}

describe("run --edition", () => {
  it("replaces the edition of a scenario that has a backup, and is in the journal's header", () => {
    const own = folder.brownout("run", "classic.scenario.ts", "--out", "own");
    expect(own.stdout).toMatch(/^brownout \S+: 1 run, mount https, seed 1\n/);
    expect(resultOf("own")).toEqual({ edition: undefined, ok: 2 });

    const older = ["--out", "older", "--edition", "2025-07"] as const;
    const { stdout } = folder.brownout("run", "classic.scenario.ts", ...older);
    expect(stdout).toMatch(/^brownout \S+: 1 run, mount https, seed 1, edition 2025-07\n/);
    expect(resultOf("older")).toEqual({ edition: "2025-07", ok: 1 });
  });

  it("is replayed with it", () => {
    const { stdout, code } = folder.brownout("replay", journal("older"));
    expect(stdout).toContain("The new journal equals the old one.");
    expect(code).toBe(0);
    const text = readFileSync(join(folder.path, journal("older")), "utf8");
    folder.write("changed.jsonl", text.replace('"edition":"2025-07",', ""));
    expect(folder.brownout("replay", "changed.jsonl").stdout).toContain("differs from the old one");
    folder.write("unknown.jsonl", text.replace('"edition":"2025-07"', '"edition":"2025-12"'));
    const unknown = folder.brownout("replay", "unknown.jsonl");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("2025-07");
  });

  it("turns no backup on where there is none", () => {
    const argv = ["--mount", "direct", "--edition", "2025-07"] as const;
    folder.brownout("run", "busy.scenario.ts", "--out", "with", ...argv);
    folder.brownout("run", "busy.scenario.ts", "--out", "without", "--mount", "direct");
    const [one, other] = ["with", "without"].map((out) =>
      readFileSync(join(folder.path, journal(out, "busy-minute")), "utf8"),
    );
    expect(one).toBe(other);
  });

  it("refuses an edition that it does not know, with the nearest", async () => {
    const argv = ["run", "classic.scenario.ts", "--edition", "2025-06"] as const;
    const { code, stderr } = await folder.main(...argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no edition "2025-06"[\s\S]*2025-07/);
  });
});
