import { describe, expect, it } from "vitest";
import { createBareFetch } from "../clients/reference/bare-fetch.ts";
import { HarnessError } from "../core/errors.ts";
import { hours, minutes } from "../core/time/duration.ts";
import { outage, throttled } from "../faults/presets.ts";
import type { Variation } from "../history/header.ts";
import { parseJournal, writeJournal } from "../history/journal.ts";
import { daemonToken, scenario } from "../../test/support/run.ts";
import { runScenario } from "./run.ts";

const busy = scenario(
  async ({ open, clock }) => {
    const daemon = await open({ app: "nightly-daemon" });
    await daemon.attempt(daemonToken);
    await clock.until(hours(2));
    await daemon.attempt(daemonToken);
  },
  {
    faults: [throttled({ from: 0, for: minutes(5) }), outage({ from: hours(1), for: minutes(5) })],
  },
);

const [first, second] = busy.faults.map(({ id }) => id);

async function play(variation?: Variation) {
  return runScenario(busy, {
    client: createBareFetch(),
    mount: "direct",
    seed: "1",
    ...(variation === undefined ? {} : { variation }),
  });
}

async function windowsWith(variation?: Variation): Promise<readonly string[]> {
  const { history } = await play(variation);
  return history.events.flatMap((event) => (event.kind === "fault-began" ? [event.window.id] : []));
}

/** What is said, and where. */
async function refusal(variation: Variation): Promise<string> {
  const error = await play(variation).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HarnessError)) throw new Error(`not refused: ${String(error)}`);
  return `${error.code} ${error.place}: ${error.message}. ${error.hint}`;
}

describe("a run that differs from its scenario", () => {
  it("has the fault windows that are named", async () => {
    expect(await windowsWith()).toEqual([first, second]);
    expect(await windowsWith({ faults: [] })).toEqual([]);
    expect(await windowsWith({ faults: [second ?? ""] })).toEqual([second]);
  });

  it("has other values in its faults and settings", async () => {
    const { history } = await play({
      values: {
        [`faults.${first}.for`]: 60_000,
        "settings.appTokenLifetimeSeconds": 7_200,
      },
    });
    const [began] = history.events.filter(({ kind }) => kind === "fault-began");
    expect(began).toMatchObject({ window: { id: first, for: 60_000 } });
    const issued = history.events.findLast(
      (event) => event.kind === "exchange-ended" && event.issued !== undefined,
    );
    expect(issued).toMatchObject({
      issued: { token: { expiresAt: (issued?.at ?? 0) + 7_200_000 } },
    });
  });

  it("says so in its journal, which can be read back", async () => {
    const { history } = await play({ faults: [] });
    const text = writeJournal(history);
    expect(parseJournal(text, "x.jsonl").header.variation).toEqual({ faults: [] });
  });

  it("leaves the journal of the scenario when it differs in nothing, and names the guesses on which it is built", async () => {
    const [plain, same] = [await play(), await play({})];
    expect(writeJournal(same.history)).toBe(writeJournal(plain.history));
    expect(plain.guesses).toBeUndefined();
    expect(same.guesses).toContainEqual(
      expect.objectContaining({ at: "settings.extendedLifetimeSeconds", value: "same" }),
    );
    expect(same.guesses?.map(({ at }) => at)).not.toContain("settings.imdsAnswerMs");
  });

  it("refuses what the scenario does not have, with the nearest name", async () => {
    expect(await refusal({ faults: ["throtled"] })).toMatch(
      /^bad-scenario variation: there is no fault window "throtled"\. Did you mean "throttled"\?/,
    );
    expect(await refusal({ values: { "settings.apTokenLifetimeSeconds": 1 } })).toMatch(
      /no field "apTokenLifetimeSeconds"\. Did you mean appTokenLifetimeSeconds,/,
    );
    expect(await refusal({ values: { "faults.throttled.effect.kinds": 1 } })).toMatch(
      /values\["faults\.throttled\.effect\.kinds"\]: there is no field "kinds"/,
    );
    expect(await refusal({ values: { "settings.backup": "maybe" } })).toMatch(/bad-world/);
    expect(await refusal({ values: { "faults.throttled.for": -1 } })).toMatch(/bad-fault-plan/);
  });
});
