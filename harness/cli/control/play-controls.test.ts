/** Controls of real runs: scenarios of the library with reference clients that have a defect. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import type { ClientDefect } from "../../clients/reference/client-defects.ts";
import { minutes } from "../../core/time/duration.ts";
import { throttled } from "../../faults/presets.ts";
import { writeJournal } from "../../history/journal.ts";
import type { Control, Dependency } from "../../reporting/model/control.ts";
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

function found(control: Control | undefined): readonly Dependency[] {
  return control?.kind === "caused" ? (control.dependsOn?.found ?? []) : [];
}

/** Plays in this process. */
async function play(
  task: RunTask,
  { scenario, defect }: { readonly scenario: Scenario; readonly defect: ClientDefect },
): Promise<RunReply> {
  const { variation } = task;
  const { history, simulatedMs, guesses } = await runScenario(scenario, {
    client: createBareFetch(defect),
    mount: "direct",
    seed: task.seed,
    ...(variation === undefined ? {} : { variation }),
  });
  writeFileSync(task.journalFile, writeJournal(history));
  return {
    kind: "done",
    task,
    tookMs: 0,
    simulatedMs,
    ...(guesses === undefined ? {} : { guesses }),
  };
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
  // As it was, without the fault, and with other values; all rules are judged in each.
  expect(runs).toBeLessThan(12);
});

it("say that the outage is not the cause where the rule fails without any fault", async () => {
  const { controls } = await control(named("password-grant"), "ignores-retry-after");
  expect(controls["supported-flow"]).toMatchObject({ kind: "not-of-the-outage" });
});

/** Throttled twice; the first time is over before the daemon begins. */
const twoThrottles = defineScenario(
  scenarioOf(
    async ({ open, clock }) => {
      await clock.until(minutes(20));
      const daemon = await open({ app: "nightly-daemon" });
      while (clock.elapsed() < minutes(24)) {
        await daemon.attempt(daemonToken);
        await clock.sleep(minutes(1) / 6);
      }
    },
    {
      faults: [
        { ...throttled({ from: minutes(10), for: minutes(5) }), id: "early" },
        { ...throttled({ from: minutes(18), for: minutes(4) }), id: "late" },
      ],
    },
  ),
);

it("distinguish the fault that is the cause from the others", async () => {
  const { controls } = await control(twoThrottles, "ignores-retry-after");
  expect(controls["retry-after"]).toEqual({
    kind: "caused",
    causes: [[{ id: "late", from: minutes(18) }]],
    without: "inconclusive",
  });
});

it("name the guess on which a finding depends, and the value at which it flips", async () => {
  const scenario = named("outage-12h-expired-tokens");
  const { controls } = await control(scenario, "ignores-extended-life");
  expect(controls["extended-lifetime"]).toMatchObject({
    dependsOn: {
      found: [
        {
          at: "settings.extendedLifetimeSeconds",
          value: 86_400,
          flips: [{ kind: "is", to: "same", verdict: "inconclusive" }],
        },
      ],
    },
  });
});

it("find the figure of the scenario at which a finding flips", async () => {
  const throttledFor = defineScenario({
    ...named("token-throttled"),
    guesses: [
      {
        at: "faults.throttled.effect.retryAfter.seconds",
        because: "it is our own",
        between: { min: 0, max: 200 },
      },
    ],
  });
  const { controls } = await control(throttledFor, "ignores-retry-after");
  const [seconds] = found(controls["retry-after"]);
  // The script calls every ten seconds; the value is found to 2 % of the way to it.
  expect(seconds).toMatchObject({ at: "faults.throttled.effect.retryAfter.seconds", value: 90 });
  expect(seconds?.flips[0]).toMatchObject({ kind: "up-to" });
  expect(Number(seconds?.flips[0]?.to)).toBeLessThan(12);
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
    reason: "it takes more runs than the 1 allowed",
  });
  expect((await control(scenario, defect, { runsMax: 2 })).controls["retry-after"]).toMatchObject({
    kind: "caused",
    dependsOn: { found: [], unfinished: "it takes more runs than the 2 allowed" },
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
