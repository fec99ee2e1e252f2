/** The backup in a run and the coverage command give the same answer about a policy, from one table. */
import { describe, expect, it } from "vitest";
import { policyRefusals } from "../backup/conditional-access.ts";
import { editionIds, editionOf } from "../backup/edition.ts";
import { policyTable } from "../backup/policy-table.ts";
import type { ConditionalAccessPolicy } from "../directory/world.ts";
import { defaultSwitches, type Switches } from "./coverage-judgement.ts";
import { judgePolicy } from "./policy-rules.ts";
import type { PolicyRegistration } from "./registration.ts";

const hour = 3_600_000;
const subject = {
  userId: "adele",
  clientId: "mail-app",
  groups: [],
  roles: [],
  lastSuccessAtMs: 0,
  signedInAtMs: 0,
};
const toAll = { include: "all", groups: [], roles: [] } as const;
const noOne = { include: [], groups: [], roles: [] } as const;

/** The same policy as a world and as a registration write it, and whom the registration means. */
const pairs: readonly (readonly [
  string,
  Partial<ConditionalAccessPolicy>,
  Partial<PolicyRegistration>,
])[] = [
  ["asks for nothing", {}, {}],
  ["a group", { users: { ...noOne, groups: ["board"] } }, { conditions: ["groups"] }],
  ["a role", { users: { ...noOne, roles: ["admin"] } }, { conditions: ["roles"] }],
  ["a sign-in risk", { conditions: ["sign-in-risk"] }, { conditions: ["sign-in-risk"] }],
  ["a user risk", { conditions: ["user-risk"] }, { conditions: ["user-risk"] }],
  ["a place", { conditions: ["location"] }, { conditions: ["countries"] }],
  ["MFA", { controls: ["mfa"] }, { grantControls: ["mfa"] }],
  [
    "a compliant device",
    { controls: ["compliant-device"] },
    { grantControls: ["compliant-device"] },
  ],
  [
    "an authentication strength",
    { controls: ["authentication-strength"] },
    { grantControls: ["authentication-strength"] },
  ],
  ["a sign-in frequency", { signInFrequencyHours: 1 }, { sessionControls: ["sign-in-frequency"] }],
  ["classic", { classic: true }, { classic: true }],
];

const switches: readonly Switches[] = (["extend", "block"] as const).flatMap((signInFrequency) =>
  (["ignore", "block"] as const).map((authenticationStrengths) => ({
    ...defaultSwitches,
    signInFrequency,
    authenticationStrengths,
  })),
);

describe.each(pairs)("a policy with %s", (_, inWorld, registered) => {
  it("is judged alike by a run and by the coverage command, with every setting of the switches", () => {
    for (const edition of editionIds.map(editionOf)) {
      for (const chosen of switches) {
        for (const resilienceDefaults of ["enabled", "disabled"] as const) {
          for (const state of ["enabled", "report-only", "disabled"] as const) {
            const common = { name: "P", state, resilienceDefaults };
            const policy: ConditionalAccessPolicy = {
              ...common,
              users: toAll,
              apps: "all",
              conditions: [],
              controls: [],
              ...inWorld,
            };
            const rules = { ...chosen, ...edition, atMs: 2 * hour };
            const refused = policyRefusals([policy], subject, rules).length > 0;
            const judged = judgePolicy({ ...common, ...registered }, ["native-refresh"], {
              edition,
              switches: chosen,
            });
            const denied = judged.some((rule) => !rule.holds && rule.denies === "everybody");
            expect({ chosen, ...common, refused }).toEqual({ chosen, ...common, refused: denied });
          }
        }
      }
    }
  });
});

describe("a policy for users by name that cannot be evaluated", () => {
  const off = { name: "P", state: "enabled", resilienceDefaults: "disabled" } as const;
  const context = { edition: editionOf("2026-03"), switches: defaultSwitches };

  it.each([
    [["users", "countries"], "some"],
    [["countries"], "everybody"],
    [["users", "groups"], "everybody"],
    [["users", "roles"], "everybody"],
  ] as const)("%o denies %s", (conditions, whom) => {
    const [rule] = judgePolicy({ ...off, conditions }, ["native-refresh"], context);
    expect(rule).toMatchObject({ holds: false, denies: whom });
  });

  it("denies in a run those whom it names, and no one else", () => {
    const refusals = (...include: string[]): number =>
      policyRefusals(
        [
          {
            ...off,
            users: { ...noOne, include },
            apps: "all",
            conditions: ["location"],
            controls: [],
          },
        ],
        subject,
        { ...context.switches, ...context.edition, atMs: hour },
      ).length;
    expect([refusals("adele"), refusals("megan")]).toEqual([1, 0]);
  });
});

describe("the table", () => {
  it("has a switch exactly where the articles disagree", () => {
    const disputed = Object.entries(policyTable).filter(([, row]) => row.disputed !== undefined);
    expect(disputed.map(([part]) => part)).toEqual([
      "authentication-strength",
      "sign-in-frequency",
    ]);
  });
});
