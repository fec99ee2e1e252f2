/** Facts of a session that tests of reports share. */
import type { RunFacts } from "../../harness/reporting/model/run-facts.ts";

/** A finished session of one job on a machine without a CI service. */
export function runFacts(change: Partial<RunFacts> = {}): RunFacts {
  return {
    schema: "brownout/run/1",
    job: "main, run",
    startedAt: "2026-11-30T02:00:00.000Z",
    endedAt: "2026-11-30T02:01:00.000Z",
    durationMs: 60_000,
    command: "brownout run",
    commit: "0123456789abcdef0123456789abcdef01234567",
    branch: "main",
    host: "runner-1",
    os: "linux 6.8.0 x64",
    node: "24.21.0",
    brownout: "0.1.0",
    clients: [{ name: "@azure/msal-node", version: "7.2.1" }],
    seed: "1",
    outcome: "finished",
    exitCode: 0,
    problems: [],
    runs: [],
    ...change,
  };
}
