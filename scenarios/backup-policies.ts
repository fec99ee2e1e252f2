/** Conditional Access in an outage: what the backup takes from the start of the session, and what it refuses. */
import { contoso } from "../fixtures/worlds/contoso.ts";
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { ServiceSettings } from "../harness/entra/directory/service-settings.ts";
import type { ConditionalAccessPolicy, World } from "../harness/entra/directory/world.ts";
import { tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario, type Story } from "../harness/runner/scenario.ts";
import { askUntil, pollUntil, signIn, silently } from "./applications.ts";

const DEFAULTS =
  "https://learn.microsoft.com/entra/identity/conditional-access/resilience-defaults";
const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";

const policy: ConditionalAccessPolicy = {
  name: "Everybody signs in with care",
  state: "enabled",
  users: { include: "all", groups: [], roles: [] },
  apps: "all",
  conditions: [],
  controls: ["mfa"],
  resilienceDefaults: "enabled",
};

const board = { include: [], groups: ["board"], roles: [] } as const;

function worldWith(change: Partial<ConditionalAccessPolicy>): World {
  const policies = [{ ...policy, ...change }];
  return { ...contoso, tenants: contoso.tenants.map((tenant) => ({ ...tenant, policies })) };
}

interface Told {
  readonly name: string;
  readonly title: string;
  readonly story: Story;
  /** Whether the backup serves: then nobody may notice, else nobody may be asked to sign in for it. */
  readonly served: boolean;
  readonly policy: Partial<ConditionalAccessPolicy>;
  readonly settings?: Partial<ServiceSettings>;
  readonly script?: Scenario["script"];
}

function policyScenario({ served, policy: change, settings, script, ...told }: Told): Scenario {
  return defineScenario({
    ...told,
    needs: ["authorization-code", "silent"],
    asserts: [
      "backup-window",
      "silent-first",
      "routing-hint",
      "recovery",
      ...(served ? ["availability"] : []),
    ],
    settings: { backup: "2026-03", ...settings },
    world: worldWith(change),
    faults: [tokenServerError({ from: hours(1), for: hours(8) })],
    script: script ?? ((context) => askUntil(context, "desk-app", hours(11))),
  });
}

const servedStory = {
  failureMeans: "A tenant that trusts the resilience defaults is out all the same.",
  fix: "See which rule failed.",
} as const;

const refusedStory = {
  failureMeans: "The decline is taken for a dead session, and everybody is sent to sign in.",
  fix: "Leave the policy's resilience defaults on; treat code 50033 as an outage.",
} as const;

export const backupFrozenEvaluation = policyScenario({
  name: "backup-policy-frozen",
  title: "A policy for a group, its resilience defaults on; the user joins the group in mid-outage",
  story: {
    standsFor: `with resilience defaults the data of the session's start decide whether a policy applies (${DEFAULTS})`,
    asserts: "The backup serves on: who joins the group in an outage was not in it at the start.",
    ...servedStory,
  },
  served: true,
  policy: { users: board, controls: ["mfa"], enabledAtMs: Date.UTC(2027, 0, 1) },
  async script(context) {
    const { clock, world } = context;
    const desk = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desk, "megan");
    await clock.until(hours(3));
    world.setGroups(world.user("megan"), ["board"]);
    const often = { everyMs: minutes(30), untilMs: hours(8.5) };
    await pollUntil(context, desk, silently(context, "megan"), often);
    world.setGroups(world.user("megan"), []);
    const again = { everyMs: minutes(30), untilMs: hours(11) };
    await pollUntil(context, desk, silently(context, "megan"), again);
  },
});

export const backupDefaultsOnTooLate = policyScenario({
  name: "backup-policy-too-late",
  title: "Resilience defaults are off, and an administrator switches them on in mid-outage",
  story: {
    standsFor: `resilience defaults must be enabled before an outage to count in it (${DEFAULTS})`,
    asserts: "The backup goes on declining; with the primary's return all is well.",
    ...refusedStory,
  },
  served: false,
  policy: { users: board, resilienceDefaults: "disabled" },
  async script(context) {
    const desk = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desk, "megan");
    await context.clock.until(hours(4));
    context.world.setPolicy({ ...policy, users: board });
    const often = { everyMs: minutes(30), untilMs: hours(11) };
    await pollUntil(context, desk, silently(context, "megan"), often);
  },
});

const often = { signInFrequencyHours: 2 } as const;
const strong = { controls: ["authentication-strength"] } as const;

export const backupSignInFrequencyExtended = policyScenario({
  name: "backup-frequency-extended",
  title: "A sign-in frequency of two hours in an outage of eight, by one of Microsoft's articles",
  story: {
    standsFor: `sessions that run out in an outage are extended, even with a sign-in frequency (${DEFAULTS})`,
    asserts: "The backup renews the session for as long as the outage lasts.",
    ...servedStory,
  },
  served: true,
  policy: often,
  settings: { backupSignInFrequency: "extend" },
});

export const backupSignInFrequencyBlocked = policyScenario({
  name: "backup-frequency-blocked",
  title: "The same sign-in frequency, by the other article: the backup does not support it",
  story: {
    standsFor: `policies with a sign-in frequency are not supported by the backup (${SYSTEM})`,
    asserts: "The backup declines, and nobody is asked to sign in for it.",
    ...refusedStory,
  },
  served: false,
  policy: often,
  settings: { backupSignInFrequency: "block" },
});

export const backupStrengthIgnored = policyScenario({
  name: "backup-strength-ignored",
  title: "An authentication strength in an outage, by one of Microsoft's articles",
  story: {
    standsFor: `authentication strengths are not evaluated by the backup: who met the policy before passes (${DEFAULTS})`,
    asserts: "The backup serves.",
    ...servedStory,
  },
  served: true,
  policy: strong,
  settings: { backupAuthenticationStrengths: "ignore" },
});

export const backupStrengthBlocked = policyScenario({
  name: "backup-strength-blocked",
  title: "The same authentication strength, by the other article: the backup does not support it",
  story: {
    standsFor: `policies with an authentication strength are not supported by the backup (${SYSTEM})`,
    asserts: "The backup declines, and nobody is asked to sign in for it.",
    ...refusedStory,
  },
  served: false,
  policy: strong,
  settings: { backupAuthenticationStrengths: "block" },
});

type Kind = Pick<Told, "name" | "title" | "policy" | "settings" | "script"> & {
  readonly standsFor: string;
};

const cannotBeKnown = `what cannot be known in an outage denies everybody whom the policy could mean, where its resilience defaults are off (${DEFAULTS})`;
const off = { resilienceDefaults: "disabled" } as const;

const denied: readonly Kind[] = [
  {
    name: "backup-policy-role",
    title:
      "A policy for a directory role, its resilience defaults off: who has not the role is out, too",
    standsFor: cannotBeKnown,
    policy: { ...off, users: { include: [], groups: [], roles: ["User Administrator"] } },
  },
  {
    name: "backup-policy-sign-in-risk",
    title: "A policy on sign-in risk, its resilience defaults off",
    standsFor: cannotBeKnown,
    policy: { ...off, conditions: ["sign-in-risk"] },
  },
  {
    name: "backup-policy-user-risk",
    title: "A policy on user risk, its resilience defaults off",
    standsFor: cannotBeKnown,
    policy: { ...off, conditions: ["user-risk"] },
  },
  {
    name: "backup-policy-location",
    title: "A policy on countries, its resilience defaults off",
    standsFor: cannotBeKnown,
    policy: { ...off, conditions: ["location"] },
  },
  {
    name: "backup-policy-classic",
    title: "A classic policy, by the last text that still knows them",
    standsFor: `classic policies reduce resilience until they end (${SYSTEM})`,
    policy: { classic: true },
    settings: { backup: "2025-08" },
  },
  {
    name: "backup-policy-new",
    title: "A policy is enabled half an hour before the outage: nobody has met it yet",
    standsFor: `controls that were not satisfied when the session began are evaluated anew (${DEFAULTS})`,
    policy: { state: "disabled" },
    async script(context) {
      const desk = await context.open({ app: "desk-app", cache: "persisted" });
      await signIn(context, desk, "megan");
      await context.clock.until(minutes(30));
      context.world.setPolicy(policy);
      const polled = { everyMs: minutes(30), untilMs: hours(11) };
      await pollUntil(context, desk, silently(context, "megan"), polled);
    },
  },
];

const letThrough: readonly Kind[] = [
  {
    name: "backup-policy-report-only",
    title: "A report-only policy for a group, its resilience defaults off: it is never enforced",
    standsFor: `report-only policies are not enforced by the backup either (${SYSTEM})`,
    policy: { ...off, state: "report-only", users: board },
  },
  {
    name: "backup-policy-named-users",
    title: "A policy for other people by name, its resilience defaults off",
    standsFor: `naming users in place of a group keeps everybody else out of it (${DEFAULTS})`,
    policy: {
      ...off,
      users: { include: ["nobody-of-ours"], groups: [], roles: [] },
      conditions: ["location"],
    },
  },
];

/** One scenario for each kind of policy that the others do not show. */
export const backupPolicyKinds: readonly Scenario[] = [
  ...denied.map(({ standsFor, ...told }) =>
    policyScenario({
      ...told,
      served: false,
      story: {
        standsFor,
        asserts: "The backup declines, and nobody is asked to sign in for it.",
        ...refusedStory,
      },
    }),
  ),
  ...letThrough.map(({ standsFor, ...told }) =>
    policyScenario({
      ...told,
      served: true,
      story: {
        standsFor,
        asserts: "The backup serves as if there were no such policy.",
        ...servedStory,
      },
    }),
  ),
];
