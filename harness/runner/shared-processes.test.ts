/** Several instances of one app in one process, which a script opens one after the other or at once. */
import { describe, expect, it } from "vitest";
import { daemonToken, run } from "../../test/support/run.ts";
import { minutes, seconds } from "../core/time/duration.ts";
import { throttled, tokenServerError } from "../faults/presets.ts";
import { ruleById } from "../rules/rules.ts";
import type { OpenApplication, Scenario } from "./scenario.ts";

/** What a rule says of calls, each by a new instance, ten seconds apart. */
async function newInstances(
  rule: string,
  faults: Scenario["faults"],
  { count = 2, ...how }: { count?: number } & Partial<OpenApplication> = {},
): Promise<string> {
  const outcome = await run(
    async ({ open, clock }) => {
      for (let number = 0; number < count; number += 1) {
        const { process = "" } = how;
        const own = process === "" ? {} : { process: `${process} ${number}` };
        const daemon = await open({ app: "nightly-daemon", ...how, ...own });
        await daemon.attempt(daemonToken);
        await clock.sleep(seconds(3));
      }
    },
    { faults },
  );
  return ruleById(rule).judge(outcome.history).verdict;
}

const failing = [tokenServerError({ from: 0, for: minutes(10) })];
const withRetryAfter = [
  throttled({ from: 0, for: minutes(10), retryAfter: { form: "seconds", seconds: 300 } }),
];

describe("a second instance of an app in one process", () => {
  it.each([
    ["retry-after", withRetryAfter, 2],
    ["backoff", failing, 2],
    ["retry-storm", failing, 15],
  ] as const)("does not go round what rule %s asks of the first", async (rule, faults, count) => {
    expect(await newInstances(rule, faults, { count })).toBe("fail");
  });

  it.each([
    ["retry-after", withRetryAfter, 2],
    ["backoff", failing, 2],
    ["retry-storm", failing, 15],
  ] as const)(
    "is not judged by %s when it has a process of its own",
    async (rule, faults, count) => {
      const how = { count, process: "instance" };
      expect(await newInstances(rule, faults, how)).not.toBe("fail");
    },
  );

  it("shares a request with the first", async () => {
    const bursts = async (process?: string): Promise<string> => {
      const outcome = await run(async ({ open }) => {
        const own = process === undefined ? {} : { process };
        const [one, other] = [await open({ app: "portal" }), await open({ app: "portal", ...own })];
        await Promise.all([one.attempt(daemonToken), other.attempt(daemonToken)]);
      });
      return ruleById("single-flight").judge(outcome.history).verdict;
    };
    expect(await bursts()).toBe("fail");
    expect(await bursts("another")).toBe("inconclusive");
  });

  it("is named in the journal's header", async () => {
    const { history } = await run(async ({ open }) => {
      for (const process of ["a", "b", "a"]) await open({ app: "portal", process });
      await open({ app: "nightly-daemon" });
      await open({ app: "nightly-daemon", tenant: "contoso" });
    });
    expect(history.header.sharedProcesses).toEqual({
      "portal-3": "portal-1",
      "nightly-daemon-2": "nightly-daemon-1",
    });
  });
});
