/**
 * Every scenario of the library with the real packages that it is for: its findings are exactly
 * those of the committed baseline, and no asserted rule is inconclusive.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Finding } from "../harness/rules/rules.ts";
import { isInBrowser } from "../harness/clients/registry.ts";
import { baseline, playAgainstBaseline } from "../test/support/library-baseline.ts";
import { library } from "./library.ts";

const findings = new Map<string, readonly Finding[]>();

/** Each scenario with each client that it names, apart from those in a browser (`browser-library.walk.test.ts`); `undefined` is the first package that supports its flows. */
const runs = library.flatMap((scenario) =>
  (scenario.clients ?? [undefined]).flatMap((client) => {
    const wanted = typeof client === "string" ? client : client?.name;
    if (wanted !== undefined && isInBrowser(wanted)) return [];
    const label = wanted === undefined ? scenario.name : `${scenario.name} with ${wanted}`;
    return [[label, wanted, scenario] as const];
  }),
);

describe("the scenarios of the library with real packages", () => {
  it.each(runs)("%s", async (_, wanted, scenario) => {
    const { found, verdict, expected } = await playAgainstBaseline(scenario, {
      client: wanted,
      mount: "direct",
    });
    findings.set(scenario.name, found);
    expect(verdict).toEqual(expected);
  });

  afterAll(() => findings.clear());

  describe("finds with evidence", () => {
    it.each([
      [
        "a client-credentials token withheld while valid",
        "outage-12h-daemon-past-refresh-in",
        "cached-token",
      ],
      [
        "Retry-After as an HTTP-date not honoured beyond 60 s",
        "token-throttled-http-date",
        "retry-after",
      ],
      ["a non-JSON 503 that starts no block", "server-error-html", "backoff"],
      ["ext_expires_in never used", "outage-12h-expired-tokens", "extended-lifetime"],
    ])("%s", (_, scenario, rule) => {
      const finding = findings.get(scenario)?.find((candidate) => candidate.rule === rule);
      expect(finding?.verdict).toBe("fail");
      expect(finding?.evidence.length).toBeGreaterThan(0);
    });
  });

  describe("passes", () => {
    it.each([
      ["Retry-After in seconds", "token-throttled", "retry-after"],
      ["cached tokens without the network", "outage-12h-valid-tokens", "cached-token"],
      ["the silent user path past refresh_in", "outage-12h-past-refresh-in", "proactive-refresh"],
    ])("%s", (_, scenario, rule) => {
      expect(findings.get(scenario)?.find((candidate) => candidate.rule === rule)?.verdict).toBe(
        "pass",
      );
    });
  });
});

describe("the baseline", () => {
  it("has a reason for each entry, and no entry for scenarios that do not exist", () => {
    const names = new Set(library.map(({ name }) => name));
    for (const { scenario, reason } of baseline) {
      expect(names).toContain(scenario);
      expect(reason).toMatch(/^[A-Z].{20,}\.$/);
    }
  });
});

describe("the library", () => {
  it("has unique scenario names, and asserts at least one rule in each", () => {
    expect(new Set(library.map(({ name }) => name)).size).toBe(library.length);
    for (const { asserts } of library) expect(asserts.length).toBeGreaterThan(0);
  });
});
