/** Property: making a sign-in less eligible never turns a refusal into service, for every field that the rules read. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConditionalAccessPolicy } from "../directory/world.ts";
import { clouds, editionIds, editionOf, flowKinds } from "./edition.ts";
import { type Attempt, refusalsOf } from "./eligibility.ts";
import type { ObservedSession } from "./observed-session.ts";

const HOUR_MS = 3_600_000;
const scopes = ["openid", "User.Read", "Mail.Read"];
const hosts = clouds.flatMap((cloud) => editionOf("2026-03").clouds[cloud].hosts);

const policy: fc.Arbitrary<ConditionalAccessPolicy> = fc.record(
  {
    name: fc.constant("P"),
    state: fc.constantFrom("enabled", "report-only", "disabled"),
    users: fc.record({
      include: fc.constantFrom<"all" | string[]>("all", [], ["adele"], ["megan"]),
      groups: fc.subarray(["sales", "board"]),
      roles: fc.subarray(["admin"]),
    }),
    apps: fc.constantFrom<"all" | string[]>("all", ["mail-app"], ["other"]),
    conditions: fc.subarray<"sign-in-risk" | "user-risk" | "location">([
      "sign-in-risk",
      "user-risk",
      "location",
    ]),
    controls: fc.subarray<"mfa" | "compliant-device" | "authentication-strength">([
      "mfa",
      "compliant-device",
      "authentication-strength",
    ]),
    signInFrequencyHours: fc.constantFrom(1, 24, 90),
    classic: fc.constant(true),
    resilienceDefaults: fc.constantFrom("enabled", "disabled"),
    enabledAtMs: fc.constantFrom(0, 10 * HOUR_MS),
  },
  {
    requiredKeys: [
      "name",
      "state",
      "users",
      "apps",
      "conditions",
      "controls",
      "resilienceDefaults",
    ],
  },
);

/** A policy that a session may outlive: among all others it would be too rare. */
const frequency: fc.Arbitrary<ConditionalAccessPolicy> = fc.record({
  name: fc.constant("Often"),
  state: fc.constant("enabled"),
  users: fc.constant({ include: "all", groups: [], roles: [] }),
  apps: fc.constant("all"),
  conditions: fc.constant([]),
  controls: fc.constant([]),
  signInFrequencyHours: fc.constantFrom(24, 48),
  resilienceDefaults: fc.constant("disabled"),
});

/** Mostly what is served, or there would be nothing to lose. */
function mostly<T>(good: T, ...bad: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, fc.constantFrom(...bad));
}

const user = fc.record({
  id: mostly("adele", "megan"),
  kind: mostly<"member" | "guest" | "b2c">("member", "guest", "b2c"),
  revocations: mostly(0, 1),
});

const attempts: fc.Arbitrary<Attempt> = fc.record({
  atMs: mostly(20, 71, 72, 73, 80, 90).map((hours) => hours * HOUR_MS),
  flow: mostly("native-refresh", ...flowKinds),
  host: mostly("login.microsoftonline.com", ...hosts),
  tenantId: mostly("contoso", "fabrikam"),
  clientId: mostly("mail-app", "other"),
  scopes: fc.subarray(scopes),
  interactive: mostly(false, true),
  policies: fc.array(
    fc.oneof({ weight: 3, arbitrary: policy }, { weight: 2, arbitrary: frequency }),
    { maxLength: 2 },
  ),
  switches: fc.record({
    signInFrequency: fc.constantFrom("extend", "block"),
    authenticationStrengths: fc.constantFrom("ignore", "block"),
  }),
  user,
});

const sessions: fc.Arbitrary<ObservedSession> = fc.record({
  userId: mostly("adele", "megan"),
  tenantId: fc.constant("contoso"),
  clientId: fc.constant("mail-app"),
  scopes: fc.oneof({ weight: 3, arbitrary: fc.constant(scopes) }, fc.subarray(scopes)),
  lastSuccessAtMs: mostly(0, 5 * HOUR_MS),
  signedInAtMs: mostly(0, 5 * HOUR_MS),
  revocations: mostly(0, 1),
  groups: fc.subarray(["sales", "board"]),
  roles: fc.subarray(["admin"]),
});

/** For each field, how a sign-in becomes less eligible by it; a new field has no rest until it is here. */
const worseAttempts: Readonly<Record<keyof Attempt, readonly ((given: Attempt) => Attempt)[]>> = {
  atMs: [
    (given) => ({ ...given, atMs: given.atMs + 1 }),
    (given) => ({ ...given, atMs: given.atMs + 30 * HOUR_MS }),
  ],
  flow: [(given) => ({ ...given, flow: "password" }), (given) => ({ ...given, flow: "web-code" })],
  host: [(given) => ({ ...given, host: "login.windows.net" })],
  tenantId: [(given) => ({ ...given, tenantId: "nowhere" })],
  clientId: [(given) => ({ ...given, clientId: "nothing" })],
  scopes: [(given) => ({ ...given, scopes: [...given.scopes, "new"] })],
  interactive: [(given) => ({ ...given, interactive: true })],
  policies: [
    (given) => ({
      ...given,
      policies: given.policies.map((one) => ({ ...one, resilienceDefaults: "disabled" })),
    }),
    (given) => ({ ...given, policies: [...given.policies, ...given.policies.map(forAll)] }),
    (given) => ({
      ...given,
      policies: given.policies.map((one) => ({ ...one, controls: [...one.controls, "mfa"] })),
    }),
    (given) => ({
      ...given,
      policies: given.policies.map((one) => ({ ...one, enabledAtMs: 99 * HOUR_MS })),
    }),
  ],
  switches: [
    (given) => ({ ...given, switches: { ...given.switches, signInFrequency: "block" } }),
    (given) => ({ ...given, switches: { ...given.switches, authenticationStrengths: "block" } }),
  ],
  user: [
    withoutUser,
    (given) => withUser(given, (user) => ({ ...user, kind: "guest" })),
    (given) => withUser(given, (user) => ({ ...user, kind: "b2c" })),
    (given) => withUser(given, (user) => ({ ...user, id: "another-user" })),
    (given) => withUser(given, (user) => ({ ...user, revocations: user.revocations + 1 })),
  ],
};

type Worse = (given: ObservedSession) => ObservedSession | undefined;

const worseSessions: Readonly<Record<keyof ObservedSession, readonly Worse[]>> = {
  userId: [(given) => ({ ...given, userId: "another-user" }), () => undefined],
  tenantId: [(given) => ({ ...given, tenantId: "elsewhere" })],
  clientId: [(given) => ({ ...given, clientId: "something" })],
  scopes: [(given) => ({ ...given, scopes: given.scopes.slice(1) })],
  lastSuccessAtMs: [
    (given) => ({ ...given, lastSuccessAtMs: given.lastSuccessAtMs - 1 }),
    (given) => ({ ...given, lastSuccessAtMs: given.lastSuccessAtMs - 30 * HOUR_MS }),
  ],
  signedInAtMs: [
    (given) => ({ ...given, signedInAtMs: given.signedInAtMs - 1 }),
    (given) => ({ ...given, signedInAtMs: given.signedInAtMs - 30 * HOUR_MS }),
  ],
  revocations: [(given) => ({ ...given, revocations: given.revocations - 1 })],
  groups: [(given) => ({ ...given, groups: [...given.groups, "sales", "board"] })],
  roles: [(given) => ({ ...given, roles: [...given.roles, "admin"] })],
};

function forAll(policy: ConditionalAccessPolicy): ConditionalAccessPolicy {
  return { ...policy, users: { ...policy.users, include: "all" }, apps: "all" };
}

function withoutUser(given: Attempt): Attempt {
  const { user: _, ...rest } = given;
  return rest;
}

function withUser(
  { user, ...given }: Attempt,
  change: (user: NonNullable<Attempt["user"]>) => NonNullable<Attempt["user"]>,
): Attempt {
  return user === undefined ? given : { ...given, user: change(user) };
}

const options = { seed: 20_261_121, numRuns: 6_000 };
const edition = fc.constantFrom(...editionIds);

type Pair = readonly [attempt: Attempt, session: ObservedSession | undefined];

/** Asserts that no change ever turns a refusal into a service; how often one turned a service into a refusal. */
function lossesBy(
  changes: readonly ((better: readonly [Attempt, ObservedSession]) => Pair)[],
): number {
  let lost = 0;
  fc.assert(
    fc.property(
      attempts,
      sessions,
      edition,
      fc.constantFrom(...changes),
      (attempt, session, by, worsen) => {
        const before = refusalsOf(attempt, session, by).length;
        const after = refusalsOf(...worsen([attempt, session]), by).length;
        if (before === 0 && after !== 0) lost += 1;
        expect(before !== 0 && after === 0).toBe(false);
      },
    ),
    options,
  );
  return lost;
}

describe.each(Object.entries(worseAttempts))("an attempt with a worse %s", (_, changes) => {
  it("is never served where the better one was refused, and sometimes refused where the better one was served", () => {
    expect(
      lossesBy(
        changes.map((worsen) => ([attempt, session]) => [worsen(attempt), session]),
      ),
    ).toBeGreaterThan(0);
  });
});

describe.each(Object.entries(worseSessions))("a session with a worse %s", (_, changes) => {
  it("is never served where the better one was refused, and sometimes refused where the better one was served", () => {
    expect(
      lossesBy(
        changes.map((worsen) => ([attempt, session]) => [attempt, worsen(session)]),
      ),
    ).toBeGreaterThan(0);
  });
});
