/** The code against every documented rule, with one case served and one refused each, in every edition. */
import { describe, expect, it } from "vitest";
import { articleOf, clouds, type EditionId, editionIds, editionOf, flowKinds } from "./edition.ts";
import { type Attempt, eligibilityRules, type Refusal, refusalsOf } from "./eligibility.ts";
import type { ObservedSession } from "./observed-session.ts";
import { findingsOf, policyTable, sessionCases } from "./policy-table.ts";
import {
  type Case,
  classicPolicies,
  cloudsOf,
  flows,
  HOUR_MS,
  policy,
  policyParts,
  rules,
  documentedSessionCases,
  startMs,
} from "../../../test/support/backup-documented-rules.ts";

const session: ObservedSession = {
  userId: "adele",
  tenantId: "contoso",
  clientId: "mail-app",
  scopes: ["openid", "User.Read"],
  lastSuccessAtMs: startMs,
  signedInAtMs: startMs,
  revocations: 0,
  groups: [],
  roles: [],
};

const attempt: Attempt = {
  atMs: startMs + 2 * HOUR_MS,
  flow: "native-refresh",
  host: "login.microsoftonline.com",
  tenantId: "contoso",
  clientId: "mail-app",
  scopes: ["openid", "User.Read"],
  interactive: false,
  policies: [],
  switches: { signInFrequency: "extend", authenticationStrengths: "ignore" },
  user: { id: "adele", kind: "member", revocations: 0 },
};

function refusals(example: Case, edition: EditionId): readonly Refusal[] {
  const seen = example.session === "none" ? undefined : { ...session, ...example.session };
  return refusalsOf({ ...attempt, ...example.attempt }, seen, edition);
}

const access = (example: Case, edition: EditionId): "served" | "refused" =>
  refusals(example, edition).length === 0 ? "served" : "refused";

describe.each(editionIds)("by the text of %s", (edition) => {
  describe("D.2", () => {
    it.each(Object.entries(rules))("%s", (_, { served, refused }) => {
      expect(refusals(served, edition)).toEqual([]);
      const found = refusals(refused, edition);
      expect(found.map(({ rule }) => rule)).toEqual([refused.by]);
      expect(found.map(({ source }) => source)).toEqual([articleOf(rules[refused.by].document)]);
    });
  });

  describe("D.3: a session that is", () => {
    it.each(Object.entries(documentedSessionCases))("%s", (_, example) => {
      expect(access(example, edition)).toBe(example.access);
    });
  });

  describe("D.3: a policy with", () => {
    it.each(Object.entries(policyParts))("%s", (_, { on, off, strict, inWorld }) => {
      if (inWorld === undefined) return;
      const under = (
        resilienceDefaults: "enabled" | "disabled",
        switches: Partial<Attempt["switches"]> = {},
      ): Case => ({
        attempt: {
          policies: [{ ...policy, controls: [], ...inWorld, resilienceDefaults }],
          switches: { ...attempt.switches, ...switches },
        },
        session: { groups: ["board"], roles: ["admin"] },
      });
      expect(access(under("enabled"), edition)).toBe(on);
      expect(access(under("disabled"), edition)).toBe(off);
      if (strict === undefined) return;
      const believed = under("enabled", { [strict.switch]: "block" });
      expect(access(believed, edition)).toBe(strict.access);
    });

    it("the classic kind", () => {
      const example = { attempt: { policies: [{ ...policy, classic: true as const }] } };
      expect(access(example, edition)).toBe(classicPolicies[edition]);
    });

    it.each(["report-only", "disabled"] as const)("the state %s", (state) => {
      const strict = {
        ...policy,
        resilienceDefaults: "disabled",
        conditions: ["location"],
      } as const;
      expect(access({ attempt: { policies: [{ ...strict, state }] } }, edition)).toBe("served");
      expect(access({ attempt: { policies: [strict] } }, edition)).toBe("refused");
    });
  });

  it.each(Object.entries(flows))("D.4: the flow %s", (name, example) => {
    const flow = flowKinds.find((kind) => kind === name) ?? "password";
    expect(access({ attempt: { flow } }, edition)).toBe(example.access);
    // The other rules apply to a protected flow as well.
    expect(access({ attempt: { flow }, session: "none" }, edition)).toBe("refused");
    const { announcedFor } = editionOf(edition).flows[flow];
    expect(announcedFor).toBe(edition === "2023-06" ? example.announced : undefined);
  });

  it.each(Object.entries(cloudsOf))("D.4: the cloud %s", (name, example) => {
    const coverage = example[edition < "2025" ? "until 2024" : "from 2025"];
    const cloud = clouds.find((one) => one === name) ?? "commercial";
    const { hosts, users, managedIdentities } = editionOf(edition).clouds[cloud];
    expect({ users, managedIdentities }).toEqual({
      users: coverage === "users and workloads",
      managedIdentities: coverage !== "none",
    });
    for (const host of hosts) {
      expect(access({ attempt: { host } }, edition)).toBe(users ? "served" : "refused");
    }
  });
});

describe("each part of a policy, including those that only a registration has", () => {
  it.each(Object.entries(policyParts))("%s", (name, { on, off, strict }) => {
    const part = (Object.keys(policyTable) as (keyof typeof policyTable)[]).find(
      (it) => it === name,
    );
    if (part === undefined) throw new Error(`no row for ${name}`);
    const judged = (
      resilienceDefaults: "enabled" | "disabled",
      switches: Partial<Attempt["switches"]> = {},
    ): "served" | "refused" => {
      const view = { state: "enabled", classic: false, resilienceDefaults, parts: [part] } as const;
      const found = findingsOf(view, { ...attempt.switches, ...switches });
      return found.length === 0 ? "served" : "refused";
    };
    expect([judged("enabled"), judged("disabled")]).toEqual([on, off]);
    const block = { signInFrequency: "block", authenticationStrengths: "block" } as const;
    expect(judged("enabled", block)).toBe(strict?.access ?? on);
  });
});

describe("the list of documented rules", () => {
  it("names each rule once and no others", () => {
    expect(Object.keys(rules)).toEqual([...eligibilityRules]);
    expect(Object.keys(documentedSessionCases)).toEqual(Object.keys(sessionCases));
    expect(Object.keys(policyParts).toSorted()).toEqual(Object.keys(policyTable).toSorted());
    expect(Object.keys(flows)).toEqual([...flowKinds]);
    expect(Object.keys(cloudsOf)).toEqual([...clouds]);
  });

  it("describes each rule in a sentence", () => {
    for (const { says } of Object.values(rules)) expect(says).toMatch(/^[A-Z].{20,}\.$/);
  });
});
