/** Conditional Access in an outage: which policies the backup evaluates with the data of the session's start, and which it declines. */
import { contoso } from "../fixtures/worlds/contoso.ts";
import { mfaPolicy } from "../fixtures/worlds/mfa-policy.ts";
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { ServiceSettings } from "../harness/entra/directory/service-settings.ts";
import type { ConditionalAccessPolicy, World } from "../harness/entra/directory/world.ts";
import { tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario, type Story } from "../harness/runner/scenario.ts";
import { workUntil, pollUntil, signIn, silently } from "./applications.ts";

const DEFAULTS =
  "https://learn.microsoft.com/entra/identity/conditional-access/resilience-defaults";
const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";

const policy = mfaPolicy({ name: "Everybody signs in with care" });

const board = { include: [], groups: ["board"], roles: [] } as const;

function worldWith(change: Partial<ConditionalAccessPolicy>): World {
  const policies = [{ ...policy, ...change }];
  return { ...contoso, tenants: contoso.tenants.map((tenant) => ({ ...tenant, policies })) };
}

interface PolicyCase {
  readonly name: string;
  readonly title: string;
  readonly story: Story;
  /** Whether the backup serves the user; if not, the app must not prompt because of it. */
  readonly served: boolean;
  readonly policy: Partial<ConditionalAccessPolicy>;
  readonly settings?: Partial<ServiceSettings>;
  readonly script?: Scenario["script"];
}

function policyScenario({
  served,
  policy: change,
  settings,
  script,
  ...rest
}: PolicyCase): Scenario {
  return defineScenario({
    ...rest,
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
    script: script ?? ((context) => workUntil(context, "desk-app", hours(11))),
  });
}

const servedStory = {
  failureMeans:
    "A tenant with resilience defaults has an outage although the backup could serve it.",
  fix: "Each failed rule names its own fix.",
} as const;

const refusedStory = {
  failureMeans:
    "The app treats the decline as the end of the session and sends every user to sign in.",
  fix: "Leave the policy's resilience defaults on; treat code 50033 as an outage.",
} as const;

export const backupFrozenEvaluation = policyScenario({
  name: "backup-policy-frozen",
  title:
    "A policy for a group with resilience defaults on; the user joins the group during the outage",
  story: {
    standsFor: `with resilience defaults, data from the start of the session decide whether a policy applies (${DEFAULTS})`,
    asserts:
      "The backup keeps serving the user, who was not in the group when the session started.",
    ...servedStory,
  },
  served: true,
  policy: { users: board, controls: ["mfa"], enabledAtMs: Date.UTC(2027, 0, 1) },
  async script(context) {
    const { clock, world } = context;
    const desktopApp = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desktopApp, "megan");
    await clock.until(hours(3));
    world.setGroups(world.user("megan"), ["board"]);
    const often = { everyMs: minutes(30), untilMs: hours(8.5) };
    await pollUntil(context, desktopApp, silently(context, "megan"), often);
    world.setGroups(world.user("megan"), []);
    const again = { everyMs: minutes(30), untilMs: hours(11) };
    await pollUntil(context, desktopApp, silently(context, "megan"), again);
  },
});

export const backupDefaultsOnTooLate = policyScenario({
  name: "backup-policy-too-late",
  title: "Resilience defaults are off, and an administrator switches them on during the outage",
  story: {
    standsFor: `resilience defaults must be enabled before an outage to take effect in it (${DEFAULTS})`,
    asserts: "The backup keeps declining; when the primary is back, the app works again.",
    ...refusedStory,
  },
  served: false,
  policy: { users: board, resilienceDefaults: "disabled" },
  async script(context) {
    const desktopApp = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desktopApp, "megan");
    await context.clock.until(hours(4));
    context.world.setPolicy({ ...policy, users: board });
    const often = { everyMs: minutes(30), untilMs: hours(11) };
    await pollUntil(context, desktopApp, silently(context, "megan"), often);
  },
});

const often = { signInFrequencyHours: 2 } as const;
const strong = { controls: ["authentication-strength"] } as const;

export const backupSignInFrequencyExtended = policyScenario({
  name: "backup-frequency-extended",
  title:
    "A sign-in frequency of two hours in an outage of eight hours, as one of Microsoft's articles describes it",
  story: {
    standsFor: `sessions that expire in an outage are extended, even with a sign-in frequency (${DEFAULTS})`,
    asserts: "The backup renews the session for as long as the outage lasts.",
    ...servedStory,
  },
  served: true,
  policy: often,
  settings: { backupSignInFrequency: "extend" },
});

export const backupSignInFrequencyBlocked = policyScenario({
  name: "backup-frequency-blocked",
  title:
    "The same sign-in frequency, as the other article describes it: the backup does not support it",
  story: {
    standsFor: `policies with a sign-in frequency are not supported by the backup (${SYSTEM})`,
    asserts: "The backup declines, and the app does not prompt because of it.",
    ...refusedStory,
  },
  served: false,
  policy: often,
  settings: { backupSignInFrequency: "block" },
});

export const backupStrengthIgnored = policyScenario({
  name: "backup-strength-ignored",
  title: "An authentication strength in an outage, as one of Microsoft's articles describes it",
  story: {
    standsFor: `the backup does not evaluate authentication strengths: users who satisfied the policy before are served (${DEFAULTS})`,
    asserts: "The backup serves the user.",
    ...servedStory,
  },
  served: true,
  policy: strong,
  settings: { backupAuthenticationStrengths: "ignore" },
});

export const backupStrengthBlocked = policyScenario({
  name: "backup-strength-blocked",
  title:
    "The same authentication strength, as the other article describes it: the backup does not support it",
  story: {
    standsFor: `policies with an authentication strength are not supported by the backup (${SYSTEM})`,
    asserts: "The backup declines, and the app does not prompt because of it.",
    ...refusedStory,
  },
  served: false,
  policy: strong,
  settings: { backupAuthenticationStrengths: "block" },
});

type Kind = Pick<PolicyCase, "name" | "title" | "policy" | "settings" | "script"> & {
  readonly standsFor: string;
};

const cannotBeEvaluated = `with resilience defaults off, a condition that cannot be evaluated in an outage denies every user to whom the policy could apply (${DEFAULTS})`;
const off = { resilienceDefaults: "disabled" } as const;

const denied: readonly Kind[] = [
  {
    name: "backup-policy-role",
    title:
      "A policy for a directory role with resilience defaults off: users without the role are declined, too",
    standsFor: cannotBeEvaluated,
    policy: { ...off, users: { include: [], groups: [], roles: ["User Administrator"] } },
  },
  {
    name: "backup-policy-sign-in-risk",
    title: "A policy on sign-in risk with resilience defaults off",
    standsFor: cannotBeEvaluated,
    policy: { ...off, conditions: ["sign-in-risk"] },
  },
  {
    name: "backup-policy-user-risk",
    title: "A policy on user risk with resilience defaults off",
    standsFor: cannotBeEvaluated,
    policy: { ...off, conditions: ["user-risk"] },
  },
  {
    name: "backup-policy-location",
    title: "A policy on countries with resilience defaults off",
    standsFor: cannotBeEvaluated,
    policy: { ...off, conditions: ["location"] },
  },
  {
    name: "backup-policy-classic",
    title: "A classic policy, as the last document that mentions them describes it",
    standsFor: `classic policies reduce resilience until they are retired (${SYSTEM})`,
    policy: { classic: true },
    settings: { backup: "2025-08" },
  },
  {
    name: "backup-policy-new",
    title: "A policy is enabled half an hour before the outage, so no session has satisfied it",
    standsFor: `controls that were not satisfied when the session started are evaluated again (${DEFAULTS})`,
    policy: { state: "disabled" },
    async script(context) {
      const desktopApp = await context.open({ app: "desk-app", cache: "persisted" });
      await signIn(context, desktopApp, "megan");
      await context.clock.until(minutes(30));
      context.world.setPolicy(policy);
      const polled = { everyMs: minutes(30), untilMs: hours(11) };
      await pollUntil(context, desktopApp, silently(context, "megan"), polled);
    },
  },
];

const allowed: readonly Kind[] = [
  {
    name: "backup-policy-report-only",
    title: "A report-only policy for a group with resilience defaults off: it is never enforced",
    standsFor: `report-only policies are not enforced by the backup either (${SYSTEM})`,
    policy: { ...off, state: "report-only", users: board },
  },
  {
    name: "backup-policy-named-users",
    title: "A policy for other users by name, with resilience defaults off",
    standsFor: `a policy for named users instead of a group does not affect other users (${DEFAULTS})`,
    policy: {
      ...off,
      users: { include: ["user-of-another-team"], groups: [], roles: [] },
      conditions: ["location"],
    },
  },
];

/** One scenario for each other kind of policy. */
export const backupPolicyKinds: readonly Scenario[] = [
  ...denied.map(({ standsFor, ...rest }) =>
    policyScenario({
      ...rest,
      served: false,
      story: {
        standsFor,
        asserts: "The backup declines, and the app does not prompt because of it.",
        ...refusedStory,
      },
    }),
  ),
  ...allowed.map(({ standsFor, ...rest }) =>
    policyScenario({
      ...rest,
      served: true,
      story: {
        standsFor,
        asserts: "The backup serves the user as without the policy.",
        ...servedStory,
      },
    }),
  ),
];
