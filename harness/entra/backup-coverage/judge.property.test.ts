/** Property: making an application less resilient never makes the answer better. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clouds, editionIds, newestEdition } from "../backup/edition.ts";
import { grantControls, policyConditions, sessionControls } from "../backup/policy-table.ts";
import { judgeRegistration } from "./judge.ts";
import { type CoverageVerdict, defaultSwitches, type Switches } from "./coverage-judgement.ts";
import {
  appKinds,
  flowsOf,
  policyStates,
  type Registration,
  resilienceDefaults,
} from "./registration.ts";
import { mailApp } from "../../../test/support/coverage.ts";

// One seed: what CI finds, everybody finds.
fc.configureGlobal({ seed: 20_261_121 });

const policies = fc.record(
  {
    name: fc.constant("any"),
    state: fc.constantFrom(...policyStates),
    resilienceDefaults: fc.constantFrom(...resilienceDefaults),
    conditions: fc.subarray([...policyConditions]),
    grantControls: fc.subarray([...grantControls]),
    sessionControls: fc.subarray([...sessionControls]),
    classic: fc.boolean(),
  },
  { requiredKeys: ["name", "state"] },
);

const registrations: fc.Arbitrary<Registration> = fc.constantFrom(...appKinds).chain((kind) =>
  fc.record({
    name: fc.constant("any"),
    kind: fc.constant(kind),
    flows: fc.subarray([...flowsOf[kind]], { minLength: 1 }),
    cloud: fc.constantFrom(...clouds),
    host: fc.constantFrom("login.microsoftonline.com", "login.microsoftonline.us"),
    scopes: fc.record({ dynamicConsent: fc.boolean() }),
    tokenCache: fc.record({ persisted: fc.boolean(), days: fc.nat(5) }),
    silentFirst: fc.boolean(),
    usesUserInfo: fc.boolean(),
    users: fc.constantFrom(
      { members: true, guests: false, b2c: false },
      { members: true, guests: true, b2c: false },
      { members: false, guests: false, b2c: true },
    ),
    certificateSignIn: fc.boolean(),
    policies: fc.array(policies, { maxLength: 2 }),
  }),
);

const switchings = fc.record<Switches>({
  signInFrequency: fc.constantFrom("extend", "block"),
  authenticationStrengths: fc.constantFrom("ignore", "block"),
  believe: fc.constantFrom("table", "text"),
});

type Worsening = (app: Registration) => Registration;

const worsenings: Readonly<Record<string, Worsening>> = {
  "adding the password grant": (app) => ({
    ...app,
    flows: [...app.flows.filter((flow) => flow !== "password"), "password"],
  }),
  "dropping persistence": (app) => ({ ...app, tokenCache: { persisted: false } }),
  "a shorter cache": (app) => ({ ...app, tokenCache: { persisted: true, days: 1 } }),
  "asking the user first": (app) => ({ ...app, silentFirst: false }),
  "dynamic consent": (app) => ({ ...app, scopes: { dynamicConsent: true } }),
  "calling UserInfo": (app) => ({ ...app, usesUserInfo: true }),
  "letting guests in": (app) => ({
    ...app,
    users: { members: app.users?.members ?? true, guests: true, b2c: app.users?.b2c ?? false },
  }),
  "an alias of the host": (app) => ({ ...app, host: "login.windows.net" }),
  "another policy, for a group and with defaults off": (app) => ({
    ...app,
    policies: [
      ...(app.policies ?? []),
      { name: "G", state: "enabled", resilienceDefaults: "disabled", conditions: ["groups"] },
    ],
  }),
  "disabling resilience defaults": (app) => ({
    ...app,
    policies: (app.policies ?? []).map((policy) => ({
      ...policy,
      resilienceDefaults: "disabled" as const,
    })),
  }),
};

const rank: Readonly<Record<CoverageVerdict, number>> = { not: 0, partly: 1, protected: 2 };

/** Protected, and its policy is harmless only by resilience defaults. */
const byDefaults: Registration = {
  ...mailApp,
  policies: [{ name: "sales", state: "enabled", conditions: ["groups"] }],
};

describe("making a registration worse", () => {
  it.each(Object.entries(worsenings))("by %s never makes the verdict better", (_, worsen) => {
    fc.assert(
      fc.property(
        registrations,
        fc.constantFrom(...editionIds),
        switchings,
        (app, edition, switches) => {
          const verdict = (subject: Registration): number =>
            rank[judgeRegistration(subject, edition, switches).verdict];
          expect(verdict(worsen(app))).toBeLessThanOrEqual(verdict(app));
        },
      ),
    );
  });

  it.each(Object.entries(worsenings))("by %s can make it worse", (_, worsen) => {
    const verdicts = [byDefaults, worsen(byDefaults)].map(
      (app) => judgeRegistration(app, newestEdition, defaultSwitches).verdict,
    );
    expect(verdicts[0]).toBe("protected");
    expect(verdicts[1]).not.toBe("protected");
  });
});
