import { describe, expect, it } from "vitest";
import type { ConditionalAccessPolicy } from "../directory/world.ts";
import { policyRefusals, type PolicySubject } from "./conditional-access.ts";
import type { PolicySwitches } from "./policy-table.ts";

const subject: PolicySubject = {
  userId: "adele",
  clientId: "mail-app",
  groups: ["sales"],
  roles: [],
  lastSuccessAtMs: 1_000,
  signedInAtMs: 1_000,
};

const policy: ConditionalAccessPolicy = {
  name: "MFA for all",
  state: "enabled",
  users: { include: "all", groups: [], roles: [] },
  apps: "all",
  conditions: [],
  controls: ["mfa"],
  resilienceDefaults: "enabled",
};

const toEveryone = policy.users;
const toGroup = (...groups: string[]) => ({ include: [], groups, roles: [] });

function refusals(
  change: Partial<ConditionalAccessPolicy>,
  switches: Partial<PolicySwitches> = {},
  classicPolicies: "reduce resilience" | "ended" = "reduce resilience",
): number {
  const rules = {
    signInFrequency: "extend",
    authenticationStrengths: "ignore",
    classicPolicies,
    atMs: 2 * 3_600_000,
    ...switches,
  } as const;
  return policyRefusals([{ ...policy, ...change }], subject, rules).length;
}

describe("an existing session", () => {
  it.each<[string, Partial<ConditionalAccessPolicy>]>([
    ["whose controls were met when it began", {}],
    ["of a group, with defaults on", { users: toGroup("sales") }],
    ["under a risk condition, with defaults on", { conditions: ["sign-in-risk"] }],
    [
      "under a policy for a user by name, with defaults off",
      { users: { ...toEveryone, include: ["adele"] }, resilienceDefaults: "disabled" },
    ],
    [
      "under a policy for somebody else, with defaults off",
      {
        users: { ...toEveryone, include: ["megan"] },
        conditions: ["location"],
        resilienceDefaults: "disabled",
      },
    ],
    [
      "under a policy for another app",
      { apps: ["other"], users: toGroup("sales"), resilienceDefaults: "disabled" },
    ],
    [
      "under a policy that only reports",
      { state: "report-only", users: toGroup("sales"), resilienceDefaults: "disabled" },
    ],
    [
      "under a policy that is off",
      { state: "disabled", users: toGroup("sales"), resilienceDefaults: "disabled" },
    ],
    [
      "outside the group of a newer policy, with defaults on",
      { users: toGroup("board"), enabledAtMs: 2_000 },
    ],
    ["under a newer policy that asks for nothing", { controls: [], enabledAtMs: 2_000 }],
    ["outside the group of a classic policy", { classic: true, users: toGroup("board") }],
  ])("%s is served", (_, change) => {
    expect(refusals(change)).toBe(0);
  });

  it.each<[string, Partial<ConditionalAccessPolicy>]>([
    ["in a group, with defaults off", { users: toGroup("sales"), resilienceDefaults: "disabled" }],
    [
      "outside the group, with defaults off: everyone is denied",
      { users: toGroup("board"), resilienceDefaults: "disabled" },
    ],
    [
      "outside the role, with defaults off: everyone is denied",
      { users: { ...toGroup(), roles: ["admin"] }, resilienceDefaults: "disabled" },
    ],
    [
      "under a sign-in risk, with defaults off",
      { conditions: ["sign-in-risk"], resilienceDefaults: "disabled" },
    ],
    [
      "under a user risk, with defaults off",
      { conditions: ["user-risk"], resilienceDefaults: "disabled" },
    ],
    [
      "under a location, with defaults off",
      { conditions: ["location"], resilienceDefaults: "disabled" },
    ],
    [
      "under an authentication strength, with defaults off",
      { controls: ["authentication-strength"], resilienceDefaults: "disabled" },
    ],
    ["under a policy enabled since", { enabledAtMs: 2_000 }],
    [
      "in the group of a newer policy, with defaults on",
      { users: toGroup("sales"), enabledAtMs: 2_000 },
    ],
    ["under a classic policy", { classic: true }],
    ["in the group of a classic policy", { classic: true, users: toGroup("sales") }],
  ])("%s is refused", (_, change) => {
    expect(refusals(change)).toBe(1);
  });
});

describe("where the articles disagree", () => {
  it("a sign-in frequency is extended, or not supported", () => {
    expect(refusals({ signInFrequencyHours: 1 }, { signInFrequency: "extend" })).toBe(0);
    expect(refusals({ signInFrequencyHours: 1 }, { signInFrequency: "block" })).toBe(1);
  });

  it("a sign-in frequency without resilience defaults is served until it has passed", () => {
    const off = { resilienceDefaults: "disabled" } as const;
    expect(refusals({ ...off, signInFrequencyHours: 2 })).toBe(0);
    expect(refusals({ ...off, signInFrequencyHours: 1 })).toBe(1);
    const forMegan = { ...toEveryone, include: ["megan"] };
    expect(refusals({ ...off, signInFrequencyHours: 1, users: forMegan })).toBe(0);
  });

  it("a sign-in frequency counts from the sign-in, not from renewals of the session", () => {
    const often = { resilienceDefaults: "disabled", signInFrequencyHours: 2 } as const;
    expect(refusals(often)).toBe(0);
    const rules = {
      signInFrequency: "extend",
      authenticationStrengths: "ignore",
      classicPolicies: "ended",
      atMs: 2 * 3_600_000,
    } as const;
    const renewed = { ...subject, signedInAtMs: subject.signedInAtMs - 3_600_000 };
    expect(policyRefusals([{ ...policy, ...often }], renewed, rules)).toHaveLength(1);
  });

  it("authentication strengths are not evaluated, or not supported", () => {
    const change = { controls: ["authentication-strength"] } as const;
    expect(refusals(change, { authenticationStrengths: "ignore" })).toBe(0);
    expect(refusals(change, { authenticationStrengths: "block" })).toBe(1);
  });

  it("classic policies forbid service, until they ended", () => {
    expect(refusals({ classic: true }, {}, "reduce resilience")).toBe(1);
    expect(refusals({ classic: true }, {}, "ended")).toBe(0);
  });
});

describe("a refusal", () => {
  it("names the policy and the reason", () => {
    const rules = {
      signInFrequency: "extend",
      authenticationStrengths: "ignore",
      classicPolicies: "ended",
      atMs: 2_000,
    } as const;
    const off = { ...policy, conditions: ["location"], resilienceDefaults: "disabled" } as const;
    expect(policyRefusals([off], subject, rules)).toEqual([
      {
        why: 'the policy "MFA for all" cannot be evaluated in an outage (countries), and its resilience defaults are off',
        document: "resilience-defaults",
      },
    ]);
  });
});

describe("a policy that leaves someone or something out", () => {
  const off = { conditions: ["location"], resilienceDefaults: "disabled" } as const;
  const isNew = { enabledAtMs: 2_000 };

  it.each<[string, Partial<ConditionalAccessPolicy>, number]>([
    ["the user, with defaults off", { ...off, users: { ...toEveryone, exclude: ["adele"] } }, 0],
    [
      "another user, with defaults off",
      { ...off, users: { ...toEveryone, exclude: ["megan"] } },
      1,
    ],
    [
      "the user of a group that it cannot know, with defaults off",
      { ...off, users: { ...toGroup("board"), exclude: ["adele"] } },
      0,
    ],
    ["the user, and is new", { ...isNew, users: { ...toEveryone, exclude: ["adele"] } }, 0],
    ["another user, and is new", { ...isNew, users: { ...toEveryone, exclude: ["megan"] } }, 1],
    ["all but requests for a context", { ...off, authenticationContexts: ["c1"] }, 0],
    ["nothing", off, 1],
  ])("%s: refuses %j %i times", (_, change, times) => {
    expect(refusals(change)).toBe(times);
  });
});
