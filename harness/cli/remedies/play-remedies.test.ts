/** What remedies do for runs of reference clients with a defect, played in this process. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { remedyNames } from "../../clients/remedied/remedy-names.ts";
import { createBareFetch } from "../../clients/reference/bare-fetch.ts";
import type { ClientDefect } from "../../clients/reference/client-defects.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import { throttled, tokenServerError } from "../../faults/presets.ts";
import { writeJournal } from "../../history/journal.ts";
import { remediesLines } from "../../reporting/remedies/remedies-text.ts";
import { runScenario } from "../../runner/run.ts";
import { defineScenario, type Scenario } from "../../runner/scenario.ts";
import { daemonToken, scenario as scenarioOf } from "../../../test/support/run.ts";
import type { RunReply, RunTask } from "../worker/protocol.ts";
import { playRemedies, RemediesInterrupted } from "./play-remedies.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-remedies-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A daemon that asks every ten seconds, throttled for a minute. */
const busy = defineScenario(
  scenarioOf(
    async ({ open, clock }) => {
      const daemon = await open({ app: "nightly-daemon" });
      while (clock.elapsed() < minutes(3)) {
        await daemon.attempt(daemonToken);
        await clock.sleep(seconds(10));
      }
    },
    { faults: [throttled({ from: 0, for: minutes(1) })] },
  ),
);

async function play(task: RunTask, scenario: Scenario, defect?: ClientDefect): Promise<RunReply> {
  const { variation, seed } = task;
  const { history, simulatedMs, remedies } = await runScenario(scenario, {
    client: createBareFetch(defect),
    mount: "direct",
    seed,
    ...(variation === undefined ? {} : { variation }),
  });
  writeFileSync(task.journalFile, writeJournal(history));
  const uses = remedies === undefined ? {} : { remedies };
  return { kind: "done", task, tookMs: 0, simulatedMs, ...uses };
}

async function remediesFor(
  scenario: Scenario,
  defect?: ClientDefect,
  reply: (task: RunTask) => Promise<RunReply> = (task) => play(task, scenario, defect),
) {
  const tasks: RunTask[] = [];
  const client = createBareFetch(defect).name;
  const selected = { scenario, client, version: "1", mount: "direct" as const, name: "run" };
  const played = await playRemedies(
    [selected],
    {
      cwd: folder,
      onInterrupt: () => () => undefined,
      createPool: () => ({
        run(task) {
          tasks.push(task);
          return reply(task);
        },
        close: () => Promise.resolve(),
      }),
    },
    {
      seed: "1",
      workers: 1,
      fewest: "find",
      out: join(folder, "out"),
      onProgress: () => undefined,
      onOutput: () => undefined,
    },
  );
  return { ...played, tasks };
}

describe("brownout remedies", () => {
  it("plays the run, each remedy alone, and all together", async () => {
    const { found, tasks, failures } = await remediesFor(busy, "ignores-retry-after");
    expect(failures).toEqual([]);
    expect(tasks.slice(0, 11).map(({ variation }) => variation?.remedies)).toEqual([
      undefined,
      ...remedyNames.map((name) => [name]),
      [...remedyNames],
    ]);
    const [run] = found;
    expect(run?.before.failing.map(({ rule }) => rule)).toContain("retry-after");
    const byName = new Map(
      run?.alone.map((tried) => [tried.kind === "played" ? tried.trial.remedies[0] : "", tried]),
    );
    expect(byName.get("retry-after")).toMatchObject({
      effect: { kind: "acted", fixes: expect.arrayContaining(["retry-after"]) },
    });
    expect(byName.get("regional-fallback")).toMatchObject({ effect: { kind: "nothing-to-do" } });
    // Reference clients do not read the saved cache before they have saved one.
    expect(run?.fewest?.remedies).toContain("retry-after");
  });

  it("has nothing to fix where no rule fails and no one is without a token, and plays nothing more", async () => {
    const healthy = defineScenario({
      ...busy,
      faults: [tokenServerError({ from: minutes(1), for: minutes(1) })],
    });
    const { found, tasks } = await remediesFor(healthy);
    expect(tasks).toHaveLength(1);
    const [run] = found;
    expect(run?.alone).toEqual([]);
    expect(run && remediesLines(run, () => [])).toEqual([
      expect.stringMatching(
        /: no rule fails, no one without a token, .*\. There is nothing to fix\.$/,
      ),
    ]);
  });

  it("is the same again with the same seed", async () => {
    const [one, other] = [
      await remediesFor(busy, "ignores-retry-after"),
      await remediesFor(busy, "ignores-retry-after"),
    ];
    expect(JSON.stringify(one.found)).toBe(JSON.stringify(other.found));
  });

  it("names a run that cannot be played, and does not count it as a remedy that does nothing", async () => {
    const error = { code: "stuck", message: "it never ended" };
    const { found } = await remediesFor(busy, "ignores-retry-after", (task) =>
      task.variation?.remedies?.[0] === "bounded-wait"
        ? Promise.resolve({ kind: "failed", task, error })
        : play(task, busy, "ignores-retry-after"),
    );
    const [run] = found;
    expect(run?.alone.at(-1)).toEqual({
      kind: "failed",
      remedies: ["bounded-wait"],
      message: "it never ended",
    });
    const lines = run === undefined ? [] : remediesLines(run, () => []);
    expect(lines).toContain("bounded-wait could not be played: it never ended");
    expect(lines.join("\n")).toMatch(/bounded-wait +not played/);
  });

  it("says which run has no result at all", async () => {
    const error = { code: "stuck", message: "it never ended" };
    const { found, failures } = await remediesFor(busy, undefined, (task) =>
      Promise.resolve({ kind: "failed", task, error }),
    );
    expect(found).toEqual([]);
    expect(failures).toMatchObject([{ message: "it never ended" }]);
  });

  it("ends on a signal", async () => {
    const never = playRemedies(
      [{ scenario: busy, client: "bare-fetch", version: "1", mount: "direct", name: "run" }],
      {
        cwd: folder,
        onInterrupt: (listener) => {
          queueMicrotask(() => listener("SIGINT"));
          return () => undefined;
        },
        createPool: () => {
          const closed = Promise.withResolvers<void>();
          return {
            run: (task) =>
              closed.promise.then(() => ({
                kind: "failed",
                task,
                error: { code: "interrupted", message: "interrupted" },
              })),
            close: () => {
              closed.resolve();
              return Promise.resolve();
            },
          };
        },
      },
      {
        seed: "1",
        workers: 1,
        fewest: "find",
        out: join(folder, "out"),
        onProgress: () => undefined,
        onOutput: () => undefined,
      },
    );
    await expect(never).rejects.toBeInstanceOf(RemediesInterrupted);
  });
});
