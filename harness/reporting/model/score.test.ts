/** How available sign-in was in outages. */
import { describe, expect, it } from "vitest";
import { throttledDaemon } from "../../../test/support/history.ts";
import { availabilityOf, scoresOf, scoreText } from "./score.ts";

function runOf(scenario: string, family: "network" | "throttling", share: number) {
  return { scenario, client: { name: "orders" }, availability: { family, share } };
}

describe("the availability of a run", () => {
  it("is the share of its outage in which there was a token", () => {
    expect(availabilityOf(throttledDaemon())).toEqual({ family: "throttling", share: 0 });
  });

  it.each([
    ["edge", "throttling"],
    ["primary", "throttling"],
    ["second-factor", "second factor"],
    ["backup", "backup"],
    ["resource", "protected APIs"],
    ["machine", "managed identity"],
  ] as const)("counts an outage at %s among those of %s", (at, family) => {
    const history = throttledDaemon();
    const events = history.events.map((event) =>
      event.kind === "fault-began" ? { ...event, window: { ...event.window, at } } : event,
    );
    expect(availabilityOf({ ...history, events })?.family).toBe(family);
  });

  it("is not known without an outage, or without a call", () => {
    const history = throttledDaemon();
    const without = (kind: string) => ({
      ...history,
      events: history.events.filter((event) => event.kind !== kind),
    });
    expect(availabilityOf(without("fault-began"))).toBeUndefined();
    expect(availabilityOf(without("operation-completed"))).toBeUndefined();
  });
});

describe("the score of a client", () => {
  const [score] = scoresOf([
    runOf("a", "network", 1),
    runOf("b", "network", 0.5),
    runOf("c", "throttling", 0.25),
    { scenario: "d", client: { name: "orders" } },
  ]);

  it("is the mean of its families, each the mean of its runs", () => {
    expect(score).toEqual({
      client: "orders",
      score: 50,
      parts: [
        { family: "throttling", score: 25, runs: 1, lowest: "c" },
        { family: "network", score: 75, runs: 2, lowest: "b" },
      ],
    });
  });

  it("is said with its parts, the lowest first", () => {
    expect(score === undefined ? "" : scoreText(score)).toBe(
      "orders: sign-in was available for 50 % of the outages: throttling 25 (lowest in c), network 75 (lowest in b).",
    );
  });

  it("does not exist for a client without an outage", () => {
    expect(scoresOf([{ scenario: "d", client: { name: "orders" } }])).toEqual([]);
  });
});
