/** An archive of a year of nights with 200 findings each, as a large suite leaves it. */
import { join } from "node:path";
import { ARCHIVE_FILE } from "../../harness/reporting/archive/add-to-archive.ts";
import { type Archive, openArchive } from "../../harness/reporting/archive/database.ts";
import type { RunRecord } from "../../harness/reporting/archive/session-record.ts";

/** The job that the nights are of. */
export const yearOfNights = { job: "nightly", branch: "main" } as const;

/**
 * Fills the archive in that folder and closes it. Each night has another commit; in 40 runs the
 * counts in the messages differ from night to night, one finding comes and goes by regressions.
 */
export function writeYearOfNights(folder: string, nights = 365): void {
  const archive: Archive = openArchive(join(folder, ARCHIVE_FILE));
  for (let night = 0; night < nights; night += 1) {
    archive.add(
      {
        brownout: "0.1.0",
        seed: "1",
        runs: Array.from({ length: 100 }, (_, index) => runOf(index, night)),
        facts: {
          ...yearOfNights,
          command: "run",
          commit: `commit-${night}`,
          outcome: "finished",
          clients: [{ name: "@azure/msal-node", version: night < 200 ? "6.0.1" : "7.2.1" }],
        },
      },
      { recordedAt: new Date(Date.UTC(2026, 0, 1 + night, 3)).toISOString() },
    );
  }
  archive.close();
}

function runOf(index: number, night: number): RunRecord {
  const count = index < 40 ? 40 + ((night * 7 + index) % 17) : 44;
  const rules = index === 99 && night % 30 < 20 ? ["backoff"] : ["backoff", "retry-after"];
  return {
    scenario: `scenario-of-the-night-${index}`,
    client: "msal-node",
    version: "7.2.1",
    mount: "https",
    verdict: "fail",
    cost: { withoutTokenMs: 60_000, promptsCaused: 0, callsWithheld: 0 },
    findings: rules.map((rule) => ({
      rule,
      verdict: "fail",
      message: `nightly-daemon-1 sent another request to the token endpoint after a 429, and ${count} more, of those of ${index}`,
      baseline: "new",
    })),
    unseen: ["cached-token", "proactive-refresh", "persisted-cache", "single-flight", "isolation"],
    shape: `${index}-${count}`,
  };
}
