/** Conditional Access without an outage: policies that end a session, or bar a place, and what clients make of the refusal. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { signIn, silently } from "./applications.ts";
import { silentThenSignIn, worldWithPolicies } from "./second-factor.ts";

export const signInFrequency = defineScenario({
  name: "sign-in-frequency",
  title: "A policy asks for a new sign-in every nine hours",
  story: {
    standsFor:
      "sign-in frequency in Conditional Access: AADSTS70043 with suberror token_expired ends the renewals of a native app (https://learn.microsoft.com/entra/identity/conditional-access/concept-session-lifetime)",
    asserts: "The person is asked to sign in once when the time is over, and works on.",
    failureMeans:
      "The app reports a server error and no one is asked to sign in: people are locked out until they sign out by themselves.",
    fix: "Treat an invalid_grant with suberror token_expired as interaction required: MSAL.js itself reports a ServerError.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["fallback-to-interaction", "silent-first"],
  world: worldWithPolicies([
    { name: "Sign in every nine hours", controls: [], signInFrequencyHours: 9 },
  ]),
  faults: [],
  async script(context) {
    const native = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, native, "megan");
    for (let hour = 1; hour <= 12; hour += 1) {
      await context.clock.until(hours(hour));
      await silentThenSignIn(context, native, "megan");
    }
  },
});

export const policyForEveryone = defineScenario({
  name: "mfa-required",
  title: "From one hour to the next, a policy asks everyone for a second factor",
  story: {
    standsFor:
      "a tenant that enables multi-factor authentication: refresh tokens from before are refused with AADSTS50076 and the policy in claims (https://learn.microsoft.com/entra/identity-platform/claims-challenge)",
    asserts:
      "Each app asks its person once, who confirms a second factor, and no one is asked again.",
    failureMeans:
      "The app repeats the silent call, or reports a server error, and people cannot work although a sign-in would help.",
    fix: "On an interaction-required error send the user to sign in, with the claims of the error.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["fallback-to-interaction", "silent-first", "token-expiry"],
  world: worldWithPolicies([]),
  faults: [],
  async script(context) {
    const [policy] = worldWithPolicies([{}]).tenants[0]?.policies ?? [];
    const portal = await context.open({ app: "portal" });
    const native = await context.open({ app: "desk-app", cache: "persisted" });
    for (const application of [portal, native]) await signIn(context, application, "adele");
    await context.clock.until(minutes(30));
    if (policy !== undefined) context.world.setPolicy(policy);
    for (let hour = 2; hour <= 5; hour += 1) {
      await context.clock.until(hours(hour));
      for (const application of [portal, native])
        await silentThenSignIn(context, application, "adele");
    }
  },
});

export const leavesTheOffice = defineScenario({
  name: "blocked-outside",
  title: "A policy blocks everyone outside the office, and someone goes home and comes back",
  story: {
    standsFor:
      "a policy on locations: AADSTS53003 with suberror message_only refuses a session that is good again in the office (https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network)",
    asserts:
      "At home the person is sent to a page that says why, and no token is lost: in the office the next silent call succeeds without a sign-in.",
    failureMeans:
      "The app throws the session away on the first refusal, so that the person has to sign in again although nothing was revoked.",
    fix: "Show the reason of a refusal with suberror message_only, and keep the account and its tokens.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["fallback-to-interaction", "silent-first", "token-expiry"],
  world: worldWithPolicies([
    {
      name: "Only from the office",
      controls: ["block"],
      conditions: ["location"],
      locations: { include: "all", exclude: ["office"] },
    },
  ]),
  faults: [],
  async script(context) {
    const { clock, world } = context;
    const user = world.user("megan");
    world.setLocation(user, "office");
    const native = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, native, "megan");
    await clock.until(hours(1));
    world.setLocation(user, undefined);
    await clock.until(hours(2));
    await silentThenSignIn(context, native, "megan");
    // The page has said why; no one tries it again before the next day.
    await clock.until(hours(3));
    await native.attempt(silently(context, "megan"));
    world.setLocation(user, "office");
    for (const hour of [4, 5]) {
      await clock.until(hours(hour));
      await silentThenSignIn(context, native, "megan");
    }
  },
});
