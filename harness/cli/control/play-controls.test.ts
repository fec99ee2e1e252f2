/** Controls of real runs: scenarios of the library with reference clients that have a defect. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import type { ClientDefect } from "../../clients/reference/client-defects.ts";
import { minutes } from "../../core/time/duration.ts";
import { outage } from "../../faults/presets.ts";
import { writeJournal } from "../../history/journal.ts";
import type { Control } from "../../reporting/model/control.ts";
import { judgeHistory } from "../../rules/rules.ts";
import { runScenario } from "../../runner/run.ts";
import { defineScenario, type Scenario } from "../../runner/scenario.ts";
import { daemonToken, scenario as scenarioOf } from "../../../test/support/run.ts";
import { library } from "../../../scenarios/library.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { RunReply, RunTask } from "../worker/protocol.ts";
import { type ControlOptions, playControls } from "./play-controls.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-control-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Plays in this process. */
async function play(
  task: RunTask,
  { scenario, defect }: { readonly scenario: Scenario; readonly defect: ClientDefect },
): Promise<RunReply> {
  const { variation } = task;
  const { history, simulatedMs } = await runScenario(scenario, {
    client: createBareFetch(defect),
    mount: "direct",
    seed: task.seed,
    ...(variation === undefined ? {} : { variation }),
  });
  writeFileSync(task.journalFile, writeJournal(history));
  return { kind: "done", task, simulatedMs };
}

/** What the controls of all failures of a run find. */
async function control(
  scenario: Scenario,
  defect: ClientDefect,
  how: Partial<ControlOptions> & {
    readonly reply?: (task: RunTask) => Promise<RunReply>;
    readonly now?: () => number;
    readonly interrupt?: InterruptSignal;
  } = {},
) {
  const { reply, now = () => 0, interrupt, ...options } = how;
  const task: RunTask = {
    scenario: scenario.name,
    mount: "direct",
    seed: "1",
    journalFile: join(folder, "run.jsonl"),
  };
  const client = createBareFetch(defect);
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
  writeFileSync(task.journalFile, writeJournal(history));
  const failures = judgeHistory(history).filter(({ verdict }) => verdict === "fail");
  let runs = 0;
  let controls: Readonly<Record<string, Control>> = {};
  const interruptedBy = await playControls(
    [{ name: "run", scenario, task, failures }],
    {
      now,
      onInterrupt: (listener) => {
        if (interrupt !== undefined) listener(interrupt);
        return () => undefined;
      },
      createPool: () => ({
        run(one) {
          runs += 1;
          return (reply ?? ((given) => play(given, { scenario, defect })))(one);
        },
        close: () => Promise.resolve(),
      }),
    },
    {
      workers: 2,
      folder: join(folder, "controls"),
      onControls: (_, found) => (controls = found),
      ...options,
    },
  );
  return { controls, runs, interruptedBy };
}

function named(name: string): Scenario {
  const found = library.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
}

it("name the fault that a finding needs, and what the rule says without it", async () => {
  const { controls, runs } = await control(named("token-throttled"), "ignores-retry-after");
  expect(controls["retry-after"]).toEqual({
    kind: "caused",
    causes: [[{ id: "throttled", from: 0 }]],
    without: "inconclusive",
  });
  // As it was, and without the fault; all rules are judged in both.
  expect(runs).toBe(2);
});

it("say that the outage is not the cause where the rule fails without any fault", async () => {
  const { controls } = await control(named("password-grant"), "tight-loop");
  expect(controls["supported-flow"]).toMatchObject({ kind: "not-of-the-outage" });
});

/** Two outages of five minutes; the first is over before the daemon begins. */
const twoOutages = defineScenario(
  scenarioOf(
    async ({ open, clock }) => {
      await clock.until(minutes(20));
      const daemon = await open({ app: "nightly-daemon" });
      while (clock.elapsed() < minutes(40)) {
        await daemon.attempt(daemonToken);
        await clock.sleep(minutes(1) / 6);
      }
    },
    {
      faults: [
        { ...outage({ from: minutes(10), for: minutes(5) }), id: "early" },
        { ...outage({ from: minutes(18), for: minutes(10) }), id: "late" },
      ],
    },
  ),
);

it("distinguish the fault that is the cause from the others", async () => {
  const { controls } = await control(twoOutages, "tight-loop");
  expect(controls["backoff"]).toEqual({
    kind: "caused",
    causes: [[{ id: "late", from: minutes(18) }]],
    without: "inconclusive",
  });
});

it("compare nothing when the same seed leaves another journal", async () => {
  const scenario = named("token-throttled");
  const defect = "ignores-retry-after";
  const { controls } = await control(scenario, defect, {
    reply: (task) => play({ ...task, seed: "2" }, { scenario, defect }),
  });
  expect(controls["retry-after"]).toEqual({ kind: "not-repeatable", line: 1 });
});

it("end at their bounds and say so", async () => {
  const scenario = named("token-throttled");
  const defect = "ignores-retry-after";
  expect((await control(scenario, defect, { runsMax: 1 })).controls["retry-after"]).toEqual({
    kind: "unfinished",
    reason: "it takes more than 1 runs",
  });
  let nowMs = 0;
  const late = await control(scenario, defect, { withinMs: 10, now: () => (nowMs += 8) });
  expect(late.controls["retry-after"]).toEqual({
    kind: "unfinished",
    reason: "the time for controls was over",
  });
  const failing = await control(scenario, defect, {
    reply: (task) => {
      const error = { code: "stuck", message: "it never ended" };
      return task.variation?.faults === undefined
        ? play(task, { scenario, defect })
        : Promise.resolve({ kind: "failed", task, error });
    },
  });
  expect(failing.controls["retry-after"]).toEqual({
    kind: "unfinished",
    reason: "the run without faults could not be played: it never ended",
  });
});

it("stop on a signal, and leave no files", async () => {
  const { interruptedBy, controls } = await control(named("token-throttled"), "tight-loop", {
    interrupt: "SIGINT",
    reply: () => new Promise(() => undefined),
  });
  expect(interruptedBy).toBe("SIGINT");
  expect(controls).toEqual({});
  expect(readdirSync(folder)).toEqual(["run.jsonl"]);
});
