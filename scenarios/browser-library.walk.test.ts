/**
 * Every scenario of the library with the clients that it names in a browser: its findings are
 * exactly those of the committed baseline, and no asserted rule is inconclusive.
 * `browser-twice.walk.test.ts` asserts that one seed gives one journal.
 */
import { afterAll, describe, expect, it, vi } from "vitest";
import { promiseOf, type RowFlow } from "../harness/entra/backup/edition.ts";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";
import { processBrowser } from "../harness/browser/launch/launch.ts";
import { flowOutcomeOf } from "../harness/rules/model/flow-outcome.ts";
import type { Finding } from "../harness/rules/rules.ts";
import type { History } from "../harness/history/event.ts";
import { isInBrowser, whyNotApplicable } from "../harness/clients/registry.ts";
import { playAgainstBaseline } from "../test/support/library-baseline.ts";
import { library } from "./library.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Each scenario with each client in a browser that it names and that meets its faults. */
const runs = library.flatMap((scenario) =>
  (scenario.clients ?? []).flatMap((client) =>
    typeof client === "string" &&
    isInBrowser(client) &&
    whyNotApplicable({ name: client }, scenario) === undefined
      ? [[`${scenario.name} with ${client}`, client, scenario] as const]
      : [],
  ),
);

const findings = new Map<string, readonly Finding[]>();
const histories = new Map<string, History>();

describe.skipIf(wantsNoBrowser())("the scenarios of the library in a browser", () => {
  it.each(runs)("%s", async (label, wanted, scenario) => {
    const { found, history, verdict, expected } = await playAgainstBaseline(scenario, {
      client: wanted,
      mount: "proxy",
    });
    findings.set(label, found);
    if (scenario.row !== undefined) histories.set(label, history);
    expect(verdict).toEqual(expected);
  });

  afterAll(() => processBrowser.close());

  describe("finds with evidence", () => {
    it.each([
      ["a Retry-After that pages may not read", "browser-throttled-unexposed", "retry-after"],
      ["a retry 100 ms after a network error", "browser-reset", "backoff"],
      ["no time-out for token requests", "browser-hang", "screen"],
      ["a sign-in popup left to itself for a minute", "browser-popup-hangs", "screen"],
      ["a localStorage that a restart locks", "browser-restart-in-outage", "reload"],
      ["a sessionStorage that a second tab lacks", "browser-second-tab", "tabs"],
      ["as many requests as tabs", "browser-tabs-renew", "single-flight"],
    ])("%s", (_, scenario, rule) => {
      const finding = findings
        .get(`${scenario} with msal-browser`)
        ?.find((candidate) => candidate.rule === rule);
      expect(finding?.verdict).toBe("fail");
      expect(finding?.evidence.length).toBeGreaterThan(0);
    });
  });

  describe("passes", () => {
    it.each([
      ["Retry-After that pages may read", "browser-throttled", "retry-after"],
      ["tokens in localStorage, in any tab", "browser-cache-of-the-browser", "tabs"],
      ["a window parted from its opener", "browser-parted-window", "recovery"],
      ["a sign-in only when the service asks for one", "browser-three-days-off", "silent-first"],
    ])("%s", (_, scenario, rule) => {
      const found = findings.get(`${scenario} with msal-browser`);
      expect(found?.filter((one) => one.rule === rule && one.verdict === "fail")).toEqual([]);
      expect(found).toBeDefined();
    });
  });

  it("gives the rows of the flow table as documented", () => {
    expect(histories.size).toBeGreaterThan(1);
    for (const history of histories.values()) {
      const { flow } = history.header.row ?? {};
      const found = flowOutcomeOf(history);
      const isServed = promiseOf(flow as RowFlow, "2026-03").status === "protected";
      expect(found).toHaveProperty("outcome");
      if ("missing" in found) continue;
      expect([flow, found.outcome.byBackup > 0]).toEqual([flow, isServed]);
      expect([flow, found.outcome.got === found.outcome.asked]).toEqual([flow, isServed]);
    }
  });
});
