import { describe, expect, it } from "vitest";
import {
  clouds,
  editionIds,
  type EditionId,
  editionOf,
  type FlowKind,
  flowKinds,
  newestEdition,
} from "../backup/edition.ts";
import { judgeRegistration } from "./judge.ts";
import {
  coverageJson,
  type CoverageRuleId,
  type CoverageVerdict,
  defaultSwitches,
  type Switches,
} from "./coverage-judgement.ts";
import { appKinds, flowsOf, type PolicyRegistration, type Registration } from "./registration.ts";
import { mailApp, portalApp, workerApp } from "../../../test/support/coverage.ts";

const judge = (
  app: Registration,
  edition: EditionId = newestEdition,
  switches: Partial<Switches> = {},
) => judgeRegistration(app, edition, { ...defaultSwitches, ...switches });

/** The verdict, and the rules that do not hold. */
function verdictAndRules(...given: Parameters<typeof judge>): string {
  const { verdict, rules } = judge(...given);
  const broken = rules.filter(({ holds }) => !holds).map(({ id }) => id);
  return [verdict, ...new Set<CoverageRuleId>(broken)].join(" ");
}

const withPolicy = (policy: Partial<PolicyRegistration>): Registration => ({
  ...mailApp,
  policies: [{ name: "P", state: "enabled", ...policy }],
});

describe("an application that does what the guidance asks", () => {
  it.each([mailApp, portalApp, workerApp])("is protected in every edition: $name", (app) => {
    for (const edition of editionIds) expect(verdictAndRules(app, edition)).toBe("protected");
  });

  it("has a source and a reason for every rule, and the contract's fields only", () => {
    const { rules, ...rest } = coverageJson(judge({ ...mailApp, silentFirst: false }));
    expect(rest).toEqual({
      schema: "brownout/coverage/1",
      subject: "Contoso Mail",
      edition: newestEdition,
      verdict: "not",
    });
    for (const rule of rules) {
      expect(Object.keys(rule)).toEqual(["id", "holds", "why", "source"]);
      expect(rule.source).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    }
    expect(rules.map(({ id }) => id)).toEqual([
      "E8",
      "E7",
      "E7",
      "E3",
      "E6",
      "E9",
      "userinfo",
      "E10",
      "E10",
    ]);
    expect(rules.at(-1)?.why).toMatch(/Acquire tokens silently first/);
  });
});

/** Source: `docs/sources.md#d4`; no text switched a flow on or off. */
const documented: Readonly<Record<FlowKind, CoverageVerdict>> = {
  "native-refresh": "protected",
  "spa-implicit-id-token": "protected",
  "spa-code": "not",
  "web-id-token": "protected",
  "web-code": "not",
  "on-behalf-of": "not",
  "device-code": "not",
  password: "not",
  "client-credentials": "not",
  "managed-identity": "protected",
  "saml-idp-initiated": "protected",
  "saml-sp-initiated": "not",
};

describe.each(editionIds)("edition %s", (edition) => {
  it.each(flowKinds)("gives the documented verdict on %s for a registration", (flow) => {
    const kind = appKinds.find((candidate) => flowsOf[candidate].includes(flow)) ?? "web";
    expect(judge({ ...mailApp, kind, flows: [flow] }, edition).verdict).toBe(documented[flow]);
  });

  it("partly protects an application with protected and unprotected flows", () => {
    const app = { ...portalApp, flows: ["web-id-token", "web-code"] } as const;
    expect(verdictAndRules(app, edition)).toBe("partly E8");
  });

  it.each(clouds)("covers in the cloud %s whom its table names", (cloud) => {
    const { users, managedIdentities } = editionOf(edition).clouds[cloud];
    expect(verdictAndRules({ ...portalApp, cloud }, edition)).toBe(users ? "protected" : "not E7");
    const worker = { ...workerApp, cloud };
    expect(verdictAndRules(worker, edition)).toBe(managedIdentities ? "protected" : "not E7");
  });
});

describe("what the documents disagree on", () => {
  it("21Vianet: managed identities by the table of 2025, no one by the text", () => {
    const worker = { ...workerApp, cloud: "21vianet" } as const;
    expect(verdictAndRules(worker, "2025-07", { believe: "table" })).toBe("protected");
    expect(verdictAndRules(worker, "2025-07", { believe: "text" })).toBe("not E7");
    expect(verdictAndRules(worker, "2024-05", { believe: "table" })).toBe("not E7");
  });

  it("sign-in frequency: sessions are extended, or not supported", () => {
    const app = withPolicy({ sessionControls: ["sign-in-frequency"] });
    expect(verdictAndRules(app, newestEdition, { signInFrequency: "extend" })).toBe("protected");
    expect(verdictAndRules(app, newestEdition, { signInFrequency: "block" })).toBe("not E6");
  });

  it("authentication strengths: not evaluated, or not supported", () => {
    const app = withPolicy({ grantControls: ["authentication-strength"] });
    expect(verdictAndRules(app, newestEdition, { authenticationStrengths: "ignore" })).toBe(
      "protected",
    );
    expect(verdictAndRules(app, newestEdition, { authenticationStrengths: "block" })).toBe(
      "not E6",
    );
  });

  it("is named in either answer", () => {
    const app = withPolicy({ sessionControls: ["sign-in-frequency"] });
    for (const signInFrequency of ["extend", "block"] as const) {
      const { rules } = judge(app, newestEdition, { signInFrequency });
      expect(rules.find(({ id }) => id === "E6")?.why).toMatch(/disagrees/);
    }
  });
});

describe("a policy", () => {
  const off = { resilienceDefaults: "disabled" } as const;
  it.each<[string, Partial<PolicyRegistration>, string]>([
    ["for a group, with defaults on", { conditions: ["groups"] }, "protected"],
    ["for a group, with defaults off", { ...off, conditions: ["groups"] }, "not E6"],
    ["for a role, with defaults off", { ...off, conditions: ["roles"] }, "not E6"],
    ["on sign-in risk, with defaults off", { ...off, conditions: ["sign-in-risk"] }, "not E6"],
    ["on user risk, with defaults off", { ...off, conditions: ["user-risk"] }, "not E6"],
    ["on countries, with defaults off", { ...off, conditions: ["countries"] }, "not E6"],
    ["for named users, with defaults off", { ...off, conditions: ["users"] }, "protected"],
    ["on IP ranges, with defaults off", { ...off, conditions: ["ip-ranges"] }, "protected"],
    [
      "with a strength and defaults off",
      { ...off, grantControls: ["authentication-strength"] },
      "not E6",
    ],
    [
      "with a sign-in frequency and defaults off: nothing extends the session",
      { ...off, sessionControls: ["sign-in-frequency"] },
      "not E6",
    ],
    [
      "with a sign-in frequency for named users and defaults off",
      { ...off, conditions: ["users"], sessionControls: ["sign-in-frequency"] },
      "partly E6",
    ],
    ["that only reports", { ...off, state: "report-only", conditions: ["groups"] }, "protected"],
    ["that is disabled", { ...off, state: "disabled", conditions: ["groups"] }, "protected"],
  ])("%s", (_, policy, expected) => {
    expect(verdictAndRules(withPolicy(policy))).toBe(expected);
  });

  it("of the classic kind forbids service until classic policies ended", () => {
    const app = withPolicy({ classic: true });
    const before = editionIds.filter((edition) => edition < "2026");
    for (const edition of before) expect(verdictAndRules(app, edition)).toBe("not E6");
    expect(before).toHaveLength(5);
    expect(verdictAndRules(app, "2026-03")).toBe("protected");
  });

  it("does not concern a managed identity", () => {
    const { policies = [] } = withPolicy({ ...off, conditions: ["groups"] });
    expect(verdictAndRules({ ...workerApp, policies })).toBe("protected");
  });
});

describe("each other rule", () => {
  it.each<[string, Partial<Registration>, string]>([
    ["E3: guests, too", { users: { members: true, guests: true, b2c: false } }, "partly E3"],
    ["E3: guests only", { users: { members: false, guests: true, b2c: false } }, "not E3"],
    ["E3: customers only", { users: { members: false, guests: false, b2c: true } }, "not E3"],
    ["E7: an alias of the host", { host: "login.windows.net" }, "not E7"],
    ["E7: the host of another cloud", { host: "login.microsoftonline.us" }, "not E7"],
    ["E7: the host in capitals", { host: "Login.MicrosoftOnline.com" }, "protected"],
    ["E9: dynamic consent", { scopes: { dynamicConsent: true } }, "not E9"],
    ["E10: a cache in memory", { tokenCache: { persisted: false } }, "not E10"],
    ["E10: a cache of two days", { tokenCache: { persisted: true, days: 2 } }, "not E10"],
    ["E10: a cache of three days", { tokenCache: { persisted: true, days: 3 } }, "protected"],
    ["E10: interaction first", { silentFirst: false }, "not E10"],
    ["the UserInfo endpoint", { usesUserInfo: true }, "partly userinfo"],
    ["E8: the password grant beside", { flows: ["native-refresh", "password"] }, "partly E8"],
    ["E8: the password grant alone", { flows: ["password"] }, "not E8"],
  ])("%s", (_, change, expected) => {
    expect(verdictAndRules({ ...mailApp, ...change })).toBe(expected);
  });

  it("E11: certificate users are served, with what 2025 added about revocation lists", () => {
    const why = (edition: EditionId) =>
      judge({ ...mailApp, certificateSignIn: true }, edition).rules.find(({ id }) => id === "E11");
    expect(why("2024-05")).toMatchObject({ holds: true, why: expect.stringMatching(/nothing/) });
    expect(why("2025-07")).toMatchObject({ holds: true, why: expect.stringMatching(/nothing/) });
    expect(why("2025-08")).toMatchObject({ holds: true, why: expect.stringMatching(/revoke the/) });
    expect(judge(mailApp).rules.map(({ id }) => id)).not.toContain("E11");
  });
});
