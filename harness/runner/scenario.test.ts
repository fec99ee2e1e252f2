import { describe, expect, it } from "vitest";
import { HarnessError } from "../core/errors.ts";
import { throttled } from "../faults/presets.ts";
import { checkScenario } from "./scenario-schema.ts";
import { defineScenario, type Scenario } from "./scenario.ts";

const good: Scenario = {
  name: "my-app",
  title: "My app in a throttle",
  story: { standsFor: "a", asserts: "b", failureMeans: "c", fix: "d" },
  needs: ["client-credentials"],
  asserts: ["retry-after"],
  faults: [throttled({ from: 0, for: 60_000 })],
  script: () => Promise.resolve(),
};

function refusal(change: Readonly<Record<string, unknown>>): HarnessError {
  try {
    checkScenario({ ...good, ...change }, "mine.ts");
  } catch (error) {
    if (error instanceof HarnessError) return error;
    throw error;
  }
  throw new Error("the scenario was accepted");
}

describe("a scenario file", () => {
  it("is accepted as it stands when nothing is wrong", () => {
    expect(defineScenario(good)).toBe(good);
    expect(
      checkScenario(
        {
          ...good,
          limits: { promptsMax: 0, screenStuckMaxMs: 10_000 },
          settings: { authCodeMinutes: 1 },
          startsAt: "2026-01-01T00:00:00Z",
        },
        "x",
      ),
    ).toBeDefined();
  });

  it("reads nothing of an adapter but what a run calls", () => {
    const adapter = {
      name: "mine",
      version: "1.0.0",
      flows: [],
      open: () => undefined,
      get connection(): never {
        throw new Error("not opened yet");
      },
    };
    const scenario = { ...good, clients: [adapter] };
    expect(checkScenario(scenario, "mine.ts")).toBe(scenario);
    expect(refusal({ clients: [{ ...good, name: 5 }] }).message).toContain("clients[0].name");
  });

  it.each([
    [{ name: "My App" }, "scenario.name", "kebab-case"],
    [{ name: undefined }, "scenario.name", "nothing"],
    [{ guesses: [{ at: "faults.throttled.for" }] }, "scenario.guesses[0].because", "nothing"],
    [
      { expects: [{ rule: "suported-flow", because: "It signs in by password." }] },
      "scenario.expects[0].rule",
      "the id of a rule",
    ],
    [{ expects: [{ rule: "supported-flow" }] }, "scenario.expects[0].because", "nothing"],
    [{ title: "" }, "scenario.title", "a string that is not empty"],
    [{ story: { standsFor: "a" } }, "scenario.story.asserts", "nothing"],
    [{ story: { ...good.story, fixx: "" } }, "scenario.story.fixx", "unknown key"],
    [{ needs: ["client-credential"] }, "scenario.needs[0]", "expected one of"],
    [{ needs: "silent" }, "scenario.needs", "expected an array"],
    [{ asserts: [7] }, "scenario.asserts[0]", "id of a rule"],
    [{ script: "run" }, "scenario.script", "async function"],
    [{ faults: [{ id: "x" }] }, "scenario.faults[0].at", "nothing"],
    [{ faults: undefined }, "scenario.faults", "an array of fault windows"],
    [{ limits: { promptsMax: -1 } }, "scenario.limits.promptsMax", "at least 0, got -1"],
    [{ limits: { promptMax: 1 } }, "scenario.limits.promptMax", "unknown key"],
    [{ settings: { refreshin: "never" } }, "scenario.settings.refreshin", "unknown key"],
    [{ startsAt: "tomorrow" }, "scenario.startsAt", "ISO 8601"],
    [
      { clients: [{ name: "mine", version: "1", flows: [] }] },
      "scenario.clients[0].open",
      "a function",
    ],
    [{ fault: [] }, "scenario.fault", "unknown key"],
    [{ app: "my-app" }, "scenario.app", "an object"],
    [{ app: { nam: "my-app" } }, "scenario.app.nam", "unknown key"],
  ])("with %o is refused at %s: %s", (change, path, message) => {
    const error = refusal(change);
    expect(error.place).toBe("mine.ts");
    expect(error.message).toContain(path);
    expect(error.message).toContain(message);
  });

  it.each([
    [{ fault: [] }, "faults"],
    [{ needs: ["client-credential"] }, "client-credentials"],
    [{ settings: { refreshin: "never" } }, "refreshIn"],
    [{ limits: { promptMax: 1 } }, "promptsMax"],
  ])("with %o gets the nearest name: %s", (change, near) => {
    expect(refusal(change).hint).toContain(near);
  });

  it.each([
    [{ at: "faults.throtled.for", values: [1] }, 'no fault window "faults.throtled.for"'],
    [{ at: "faults.throttled.fo", values: [1] }, 'no field "fo"'],
    [{ at: "limits.promptsMax", values: [1] }, 'no field "promptsMax"'],
    [
      { at: "faults.throttled.at", between: { min: 0, max: 1 } },
      "faults.throttled.at is no number",
    ],
    [{ at: "faults.throttled.for" }, "names neither values nor between"],
  ])("with the guess %o is refused: %s", (guess, message) => {
    const error = refusal({ guesses: [{ because: "no one says", ...guess }] });
    expect(error.message).toContain(message);
    expect(error.place).toContain("mine.ts, scenario.guesses[0]");
  });

  it.each([undefined, null, 7, [], "x"])("that exports %o is no scenario", (value) => {
    expect(() => checkScenario(value, "mine.ts")).toThrow(HarnessError);
  });
});
