/** What run.json says of a session. */
import { describe, expect, it } from "vitest";
import { runFacts } from "../../../test/support/run-facts.ts";
import { testIo } from "../../../test/support/cli.ts";
import { beginSession } from "./session-facts.ts";

const end = { seed: "1", outcome: "finished", exitCode: 0, runs: [] } as const;
const machine = { host: "runner-1", os: "linux 6.8.0 x64", node: "24.21.0" };
const asked = { command: "run", values: {}, positionals: [] };
const onGitHub = { GITHUB_ACTIONS: "true", GITHUB_REF_NAME: "main" };

function ioAt(times: readonly number[], environment = {}) {
  const left = [...times];
  return testIo({ environment, machine, now: () => left.shift() ?? 0 });
}

describe("the facts of a session", () => {
  it("have its time, its machine and its build", () => {
    const finish = beginSession(asked, ioAt([1_000, 4_500], onGitHub));

    expect(finish(end)).toMatchObject({
      startedAt: "1970-01-01T00:00:01.000Z",
      endedAt: "1970-01-01T00:00:04.500Z",
      durationMs: 3_500,
      branch: "main",
      ...machine,
    });
  });

  it("name the job by branch and command, unless it is named", () => {
    const named = { ...asked, values: { job: "nightly" } };

    expect(beginSession(asked, ioAt([], onGitHub))(end).job).toBe("main, run");
    expect(beginSession(asked, ioAt([]))(end).job).toBe("run");
    expect(beginSession(named, ioAt([], onGitHub))(end).job).toBe("nightly");
  });

  it("have the command as it was typed, without the address of a webhook", () => {
    const values = { seed: "7", webhook: "https://hooks.example/T0/secret", json: true } as const;
    const { command } = beginSession(
      { ...asked, values, positionals: ["my app.ts"] },
      ioAt([]),
    )(end);

    expect(command).toBe("brownout run 'my app.ts' --seed 7 --webhook <redacted> --json");
  });

  it("have each package of the runs once, and what was not finished as a problem", () => {
    const clients = [{ name: "@azure/msal-node", version: "7.2.1" }];
    const run = { scenario: "a", client: "orders", mount: "https", durationMs: 5, clients };
    const failure = { ...run, code: "stuck", message: "it never pauses", hint: "Look." };
    const facts = beginSession(asked, ioAt([]))({ ...end, runs: [run, run], failures: [failure] });

    expect(facts.clients).toEqual(clients);
    expect(facts.problems).toEqual([
      { code: "stuck", message: "it never pauses", place: "a, orders, https", hint: "Look." },
    ]);
  });
});

describe("the facts of a merged session", () => {
  const first = runFacts({ job: "nightly", label: "v2", shard: { part: 1, of: 2 } });
  const second = runFacts({
    job: "nightly",
    label: "v2",
    shard: { part: 2, of: 2 },
    startedAt: "2026-11-30T01:59:00.000Z",
    host: "runner-2",
    clients: [{ name: "msal", version: "1.4.18" }],
  });
  const merge = { ...asked, command: "merge" };
  const late = Date.parse("2026-11-30T02:05:00.000Z");

  it("are of its parts' job, from the first beginning to the last end", () => {
    const facts = beginSession(merge, ioAt([late, late]))({ ...end, parts: [first, second] });

    expect(facts).toMatchObject({
      job: "nightly",
      label: "v2",
      startedAt: "2026-11-30T01:59:00.000Z",
      endedAt: "2026-11-30T02:05:00.000Z",
      durationMs: 120_000,
      clients: [...first.clients, ...second.clients],
    });
    expect(facts.parts?.map(({ host, shard }) => [host, shard?.part])).toEqual([
      ["runner-1", 1],
      ["runner-2", 2],
    ]);
  });

  it("are of a job of its own when its parts are of several", () => {
    const other = { ...second, job: "weekly" };
    const facts = beginSession(merge, ioAt([], onGitHub))({ ...end, parts: [first, other] });

    expect(facts.job).toBe("main, merge");
  });
});
