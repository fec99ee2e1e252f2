/**
 * The control of each finding of the baseline that needs no browser: what the baseline says it
 * depends on is what its run finds, it can be repeated, and it fails each time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { playControls } from "../harness/cli/control/play-controls.ts";
import type { RunReply, RunTask } from "../harness/cli/worker/protocol.ts";
import { defaultClientNames, isInBrowser, loadClient } from "../harness/clients/registry.ts";
import { writeJournal } from "../harness/history/journal.ts";
import { isForRun } from "../harness/reporting/model/baseline.ts";
import type { Control } from "../harness/reporting/model/control.ts";
import { dependencyTexts } from "../harness/reporting/model/control-text.ts";
import { runScenario } from "../harness/runner/run.ts";
import { judgeHistory } from "../harness/rules/rules.ts";
import { baseline } from "../test/support/library-baseline.ts";
import { library } from "./library.ts";

vi.setConfig({ testTimeout: 600_000 });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-controls-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const runs = library.flatMap((scenario) =>
  defaultClientNames(scenario).flatMap((named) => {
    const isKnown = baseline.some(
      ({ scenario: name, client }) => name === scenario.name && client.startsWith(`${named}@`),
    );
    return isKnown && !isInBrowser(named) ? [[scenario.name, named, scenario] as const] : [];
  }),
);

it.each(runs)("%s, client %s", async (name, named, scenario) => {
  const client = await loadClient(named, scenario);
  const play = async (task: RunTask): Promise<RunReply> => {
    const { variation = {} } = task;
    const played = { client, mount: "direct", seed: "1", variation } as const;
    const { history, simulatedMs, guesses = [] } = await runScenario(scenario, played);
    writeFileSync(task.journalFile, writeJournal(history));
    return { kind: "done", task, tookMs: 0, simulatedMs, guesses };
  };
  const task = {
    scenario: name,
    mount: "direct",
    seed: "1",
    journalFile: join(folder, name),
  } as const;
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
  writeFileSync(task.journalFile, writeJournal(history));
  const known = baseline.filter((entry) => isForRun(entry, history.header));
  const failures = judgeHistory(history).filter(({ rule }) =>
    known.some((entry) => entry.rule === rule),
  );
  let controls: Readonly<Record<string, Control>> = {};
  await playControls(
    [{ name, scenario, task, failures }],
    {
      now: () => 0,
      onInterrupt: () => () => undefined,
      createPool: () => ({
        run: (one) =>
          play(one).catch((error: unknown) => ({
            kind: "failed",
            task: one,
            error: { code: "failed", message: String(error) },
          })),
        close: () => Promise.resolve(),
      }),
    },
    {
      workers: 1,
      folder: join(folder, "controls"),
      onControls: (_, found) => (controls = found),
    },
  );
  const found = known.map(({ rule }) => {
    const control = controls[rule];
    const isNamed = control?.kind === "caused" || control?.kind === "not-of-the-outage";
    return isNamed ? { rule, dependsOn: dependencyTexts(control.dependsOn) } : { rule, control };
  });
  expect(known).not.toEqual([]);
  expect(found).toEqual(known.map(({ rule, dependsOn = [] }) => ({ rule, dependsOn })));
});
