import { describe, expect, it } from "vitest";
import type { ConditionalAccessPolicy } from "../directory/world.ts";
import { editionIds, editionOf, flowKinds, newestEdition } from "./edition.ts";
import { type Attempt, refusalsOf, WINDOW_MS } from "./eligibility.ts";
import type { ObservedSession } from "./observed-session.ts";

const scopes = ["openid", "profile", "https://graph.microsoft.com/User.Read"];
const start = Date.UTC(2026, 2, 2, 8);

const session: ObservedSession = {
  userId: "adele",
  tenantId: "contoso",
  clientId: "mail-app",
  scopes,
  lastSuccessAtMs: start,
  signedInAtMs: start,
  revocations: 0,
  groups: [],
  roles: [],
};

const attempt: Attempt = {
  atMs: start + 3_600_000,
  flow: "native-refresh",
  host: "login.microsoftonline.com",
  tenantId: "contoso",
  clientId: "mail-app",
  scopes,
  interactive: false,
  policies: [],
  switches: { signInFrequency: "extend", authenticationStrengths: "ignore" },
  user: { id: "adele", kind: "member", revocations: 0 },
};

const strict: ConditionalAccessPolicy = {
  name: "Board only",
  state: "enabled",
  users: { include: [], groups: ["board"], roles: [] },
  apps: "all",
  conditions: [],
  controls: ["mfa"],
  resilienceDefaults: "disabled",
};

function rulesAgainst(
  change: Partial<Attempt>,
  seen: ObservedSession | undefined = session,
): string[] {
  return refusalsOf({ ...attempt, ...change }, seen, newestEdition).map(({ rule }) => rule);
}

describe("who is served", () => {
  it("serves a session that meets every rule", () => {
    expect(rulesAgainst({})).toEqual([]);
  });

  it.each([
    ["71 h 59 m", 71 * 3_600_000 + 59 * 60_000, []],
    ["72 h 00 m", WINDOW_MS, []],
    ["72 h 01 m", WINDOW_MS + 60_000, ["E1"]],
  ])("E1: serves up to three days after the last success: %s", (_, ageMs, refusals) => {
    expect(rulesAgainst({ atMs: start + ageMs })).toEqual(refusals);
  });

  it.each<[string, Partial<Attempt>, string]>([
    ["an interactive step", { interactive: true }, "E2"],
    ["a guest", { user: { id: "adele", kind: "guest", revocations: 0 } }, "E3"],
    ["a customer", { user: { id: "adele", kind: "b2c", revocations: 0 } }, "E3"],
    ["another app", { clientId: "other" }, "E1"],
    ["another tenant", { tenantId: "fabrikam" }, "E1"],
    ["another user", { user: { id: "megan", kind: "member", revocations: 0 } }, "E1"],
    ["a revocation since", { user: { id: "adele", kind: "member", revocations: 1 } }, "E5"],
    ["a host that is not covered", { host: "login.windows.net" }, "E7"],
    ["a policy without resilience defaults", { policies: [strict] }, "E6"],
    ["a flow that is not covered", { flow: "web-code" }, "E8"],
    ["a scope that is new", { scopes: [...scopes, "https://graph.microsoft.com/Mail.Read"] }, "E9"],
  ])("refuses %s", (_, change, rule) => {
    expect(rulesAgainst(change)).toEqual([rule]);
  });

  it("names guests and customers, and the hours since the last success", () => {
    const reasons = (change: Partial<Attempt>) =>
      refusalsOf({ ...attempt, ...change }, session, newestEdition).map(({ why }) => why);
    const user = { id: "adele", revocations: 0 } as const;
    expect(reasons({ user: { ...user, kind: "guest" } })).toEqual([
      "the user is a guest in this tenant",
    ]);
    expect(reasons({ user: { ...user, kind: "b2c" } })).toEqual([
      "the user is a customer, in a B2C tenant",
    ]);
    expect(reasons({ atMs: start + 80.5 * 3_600_000 })).toEqual([
      "the last success with this app on this device was 80 h ago; 72 h are allowed",
    ]);
  });

  it("refuses when no session was observed", () => {
    expect(refusalsOf(attempt, undefined, newestEdition).map(({ rule }) => rule)).toEqual(["E4"]);
  });

  it("gives a reason and the article's address", () => {
    for (const { why, source } of refusalsOf(
      { ...attempt, interactive: true, host: "x" },
      undefined,
      newestEdition,
    )) {
      expect(why.length).toBeGreaterThan(10);
      expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\/entra\//);
    }
  });

  it.each(editionIds.flatMap((edition) => flowKinds.map((flow) => [edition, flow] as const)))(
    "in the edition %s the flow %s is served just when the text protects it",
    (edition, flow) => {
      const refused = refusalsOf({ ...attempt, flow }, session, edition).some(
        ({ rule }) => rule === "E8",
      );
      expect(refused).toBe(editionOf(edition).flows[flow].status !== "protected");
    },
  );

  it("an announced date enables no flow", () => {
    const announced = editionIds.flatMap((edition) =>
      Object.values(editionOf(edition).flows).filter(
        ({ announcedFor }) => announcedFor !== undefined,
      ),
    );
    expect(announced.map(({ announcedFor, status }) => [announcedFor, status])).toEqual([
      ["2024-09", "not"],
      ["2024-12", "not"],
      ["2024-03", "not"],
    ]);
  });
});
