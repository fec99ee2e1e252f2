/**
 * Every rule has a faulty client: a reference client with one defect that the rule catches in a
 * scenario of the library (an application in a browser where a reference client cannot break the
 * rule: `faulty-page-apps.ts`), and the same client without the defect, which passes there or in
 * another scenario.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Finding, judgeHistory, rules } from "../harness/rules/rules.ts";
import type { ClientDefect } from "../harness/clients/reference/client-defects.ts";
import {
  createTokenValidator,
  type ValidatorDefect,
  validatorDefects,
} from "../harness/clients/reference/token-validator.ts";
import { createBareFetch } from "../harness/clients/reference/bare-fetch.ts";
import { runScenario } from "../harness/runner/run.ts";
import { faultyPageApps } from "./faulty-page-apps.ts";
import { library } from "./library.ts";

const faultyClients: Readonly<
  Record<string, readonly [defect: ClientDefect, scenario: string, good?: string]>
> = {
  "retry-after": ["ignores-retry-after", "token-throttled"],
  backoff: ["tight-loop", "server-error-json"],
  "request-loop": ["loops", "server-error-json"],
  "retry-storm": ["tight-loop", "server-error-json"],
  "cached-token": ["never-caches", "outage-12h-valid-tokens"],
  "extended-lifetime": ["ignores-extended-life", "outage-12h-expired-tokens"],
  "proactive-refresh": ["waits-for-refresh", "hang-past-refresh-in"],
  "persisted-cache": ["forgets", "restart-in-outage"],
  "silent-first": ["prompts", "partial-outage-2020-09-28"],
  "fallback-to-interaction": ["prompts", "partial-outage-2020-09-28", "mass-revocation"],
  "prompts-caused": ["prompts", "partial-outage-2020-09-28"],
  "routing-hint": ["wrong-hint", "long-weekend"],
  "supported-host": ["wrong-host", "token-throttled"],
  "backup-flow": ["wrong-host", "twelve-hours-native"],
  "backup-window": ["prompts", "backup-native-80h"],
  availability: ["withholds", "outage-12h-past-refresh-in"],
  "masked-failure": ["parses-any-answer", "server-error-html"],
  "call-duration": ["waits-forever", "token-hang"],
  "failure-while-healthy": ["hands-out-expired", "key-rotation"],
  metadata: ["refetches-metadata", "long-weekend"],
  "token-expiry": ["hands-out-expired", "outage-12h-expired-tokens"],
  "empty-token": ["empty-token", "server-error-json"],
  isolation: ["shares-throttle", "many-users"],
  "single-flight": ["stampedes", "concurrent-burst-user"],
  recovery: ["never-recovers", "token-refused"],
  "claims-challenge": ["ignores-claims", "cae-revocation"],
  "device-code-polling": ["gives-up-polling", "device-code-polling"],
  "identity-endpoint": ["hammers-identity-endpoint", "identity-endpoint-throttled"],
};

async function judge(scenarioName: string, defect?: ClientDefect): Promise<readonly Finding[]> {
  const scenario = library.find(({ name }) => name === scenarioName);
  if (scenario === undefined) throw new Error(`no scenario ${scenarioName}`);
  const { history } = await runScenario(scenario, {
    client: createBareFetch(defect),
    mount: "direct",
    seed: "1",
  });
  const asserts = [...new Set([...scenario.asserts, ...Object.keys(faultyClients)])];
  return judgeHistory({ ...history, header: { ...history.header, asserts } });
}

function verdictOf(findings: readonly Finding[], rule: string) {
  const found = findings.find((finding) => finding.rule === rule);
  return { verdict: found?.verdict, message: found?.message };
}

describe.each(Object.entries(faultyClients))("%s", (rule, [defect, scenario, good = scenario]) => {
  it(`catches bare-fetch-${defect} in ${scenario}, with evidence`, async () => {
    const finding = (await judge(scenario, defect)).find((candidate) => candidate.rule === rule);
    expect(finding).toMatchObject({ verdict: "fail" });
    expect(finding?.evidence.length).toBeGreaterThan(0);
  });

  it(`passes the same client without the defect`, async () => {
    expect(verdictOf(await judge(good), rule)).toMatchObject({ verdict: "pass" });
  });
});

describe("a client that asks for a sign-in while it holds a valid token", () => {
  it.each(["cached-token", "availability", "proactive-refresh"])("fails %s", async (rule) => {
    const findings = await judge("outage-12h-past-refresh-in", "asks-for-sign-in");
    expect(verdictOf(findings, rule)).toMatchObject({ verdict: "fail" });
  });
});

describe("key-rollover", () => {
  const scenario = library.find(({ name }) => name === "key-rollover-api");
  const verdictWith = async (defect?: ValidatorDefect) => {
    if (scenario === undefined) throw new Error("no such scenario");
    const client = createTokenValidator(defect);
    const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
    return verdictOf(judgeHistory(history), "key-rollover");
  };

  it.each(validatorDefects)("catches bare-validator-%s", async (defect) => {
    expect(await verdictWith(defect)).toMatchObject({ verdict: "fail" });
  });

  it("passes the same service without a defect", async () => {
    expect(await verdictWith()).toMatchObject({ verdict: "pass" });
  });
});

describe("supported-flow", () => {
  it("fails for a client that signs in by password, and passes for one that does not", async () => {
    expect(verdictOf(await judge("password-grant"), "supported-flow")).toMatchObject({
      verdict: "fail",
    });
    const scenario = library.find(({ name }) => name === "outage-12h-valid-tokens");
    if (scenario === undefined) throw new Error("no such scenario");
    const { history } = await runScenario(scenario, {
      client: createBareFetch(),
      mount: "direct",
      seed: "1",
    });
    const header = { ...history.header, asserts: ["supported-flow"] };
    expect(verdictOf(judgeHistory({ ...history, header }), "supported-flow")).toMatchObject({
      verdict: "pass",
    });
  });
});

describe("the table of faulty clients", () => {
  const proven = [...Object.keys(faultyClients), "supported-flow", "key-rollover"];

  it("has every rule once, apart from those that only a browser application can break", () => {
    // A precondition judges the scenario, not the client.
    const judging = rules.filter(({ precondition }) => precondition === undefined);
    expect([...proven, ...Object.keys(faultyPageApps)].toSorted()).toEqual(
      judging.map(({ id }) => id).toSorted(),
    );
  });

  it("is completed by a browser test for the other rules", () => {
    const spec = new URL("../examples/page/careless.spec.ts", import.meta.url);
    const broken = [...readFileSync(spec, "utf8").matchAll(/^ +breaks: \[(.+)\],$/gm)]
      .flatMap(([, list = ""]) => list.split(", "))
      .map((rule) => rule.replaceAll('"', ""));
    expect(broken).toEqual(expect.arrayContaining(Object.keys(faultyPageApps)));
  });
});
