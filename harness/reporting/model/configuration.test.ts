import { describe, expect, it } from "vitest";
import type { History } from "../../history/event.ts";
import { historyOf } from "../../../test/support/history.ts";
import { closingLines } from "../formats/closing-lines.ts";
import { configurationAdvice } from "./configuration.ts";
import { writeSummary } from "../formats/summary.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";

type Call = readonly [client: string | undefined, codes: readonly number[]];

/** A call a minute, each with one request; no codes: it ends ok. */
function historyOfCalls(...calls: readonly Call[]): History {
  const events = calls.flatMap(([client, codes], index): Parameters<typeof historyOf>[0] => {
    const at = { afterMs: index * 60_000 };
    const [operation, exchange] = [index + 1, index + 1];
    const called = { flow: "custom", app: "my-app", tenant: "", scopes: [] } as const;
    const asked = { method: "POST", url: "", host: "h", endpoint: "token", headers: [] } as const;
    const end = {
      kind: "response" as const,
      status: codes.length === 0 ? 200 : 400,
      headers: [],
      bodyForm: "json" as const,
      body: "{}",
    };
    const error = { name: "E", code: "e", message: "m", interactionRequired: false };
    return [
      { ...at, kind: "operation-invoked" as const, operation, client: client ?? "?", ...called },
      {
        ...at,
        kind: "exchange-began" as const,
        exchange,
        ...(client === undefined ? {} : { client, operation }),
        ...asked,
      },
      {
        ...at,
        kind: "exchange-ended" as const,
        exchange,
        end,
        servedBy: "primary" as const,
        ...(codes.length === 0 ? {} : { error: { error: "invalid_request", codes } }),
      },
      codes.length === 0
        ? { ...at, kind: "operation-completed" as const, operation, outcome: "ok" as const }
        : {
            ...at,
            kind: "operation-completed" as const,
            operation,
            outcome: "fail" as const,
            error,
          },
    ];
  });
  return historyOf(events);
}

describe("advice about the configuration", () => {
  it("names who was refused, why and what to do", () => {
    const history = historyOfCalls(["my-app", [90002]], ["my-app", [90002]]);
    expect(configurationAdvice(history)).toBe(
      "The service refused my-app: AADSTS90002 The tenant was not found. This is configuration, not resilience: use a tenant, app and secret of the fixture world, or give the scenario a world of its own (docs/guide/worlds.md).",
    );
  });

  it("is about those who never got a token, and not about their neighbours", () => {
    const history = historyOfCalls(["good", []], ["bad", [700016]], ["good", [7000215]]);
    expect(configurationAdvice(history)).toMatch(/^The service refused bad: AADSTS700016 The app/);
    expect(configurationAdvice(history)).not.toContain("7000215");
  });

  it("is none for an outage, nor for a secret that was rolled in mid-run", () => {
    expect(configurationAdvice(historyOfCalls(["my-app", [90055]]))).toBeUndefined();
    expect(
      configurationAdvice(historyOfCalls(["my-app", []], ["my-app", [7000215]])),
    ).toBeUndefined();
    expect(configurationAdvice(historyOf([]))).toBeUndefined();
  });

  it("takes any success as the sender's when a recording does not say who sent a request", () => {
    expect(configurationAdvice(historyOfCalls([undefined, [90002]]))).toMatch(/refused msal-node:/);
    expect(
      configurationAdvice(historyOfCalls([undefined, [90002]], ["other", []])),
    ).toBeUndefined();
  });
});

describe("a run of a misconfigured app", () => {
  const story = { standsFor: "s", asserts: "a", failureMeans: "It stays down.", fix: "Back off." };

  function reported(verdict: "fail" | "inconclusive", history: History) {
    const run = { ...judgedRun({ "retry-after": verdict }), history };
    const rules = [{ id: "retry-after", says: "Wait.", fix: "Ask later." }];
    const model = reportOf([run], { rules }, { scenario: { title: "t", story } });
    return { terminal: closingLines(model, (_, text) => text), summary: writeSummary(model) };
  }

  const misconfigured = historyOfCalls(["my-app", [90002]]);

  it("says so above its findings, in place of a story of resilience that was never tried", () => {
    const { terminal, summary } = reported("fail", misconfigured);
    const [title = -1, refused, finding] = [
      "token-throttled:",
      "  The service",
      "  retry-after:",
    ].map((text) => terminal.findIndex((line) => line.startsWith(text)));
    expect(title).toBeGreaterThan(-1);
    expect([refused, finding]).toEqual([title + 1, title + 2]);
    expect(summary).toMatch(/### token-throttled.*\n\nThe service refused my-app: .*\n\n\*\*retry/);
    for (const text of [terminal.join("\n"), summary])
      expect(text).not.toMatch(/It stays down|Back off/);
  });

  it("says so where a rule is inconclusive, too", () => {
    const { terminal, summary } = reported("inconclusive", misconfigured);
    const title = terminal.indexOf("Inconclusive");
    expect(terminal[title + 1]).toMatch(/^ {2}token-throttled: The service refused my-app: /);
    expect(terminal[title + 2]).toMatch(/^ {2}token-throttled: retry-after: /);
    expect(summary).toMatch(
      /## Inconclusive\n\n.*\n\n- token-throttled: The service refused my-app/,
    );
  });

  it("keeps its advice when another refusal than for configuration came", () => {
    const { terminal, summary } = reported("fail", historyOfCalls(["my-app", [90055]]));
    expect(terminal).toContain("  For whom: It stays down.");
    expect(terminal).toContain("  In the application: Back off.");
    expect(summary).toContain("In the application: Back off.");
  });
});
