/** The service of the second factor fails alone: who is locked out, and who goes on by what was confirmed before. */
import { contoso } from "../fixtures/worlds/contoso.ts";
import { mfaPolicy } from "../fixtures/worlds/mfa-policy.ts";
import type { Application } from "../harness/clients/application.ts";
import type { TokenRequest, TokenResult } from "../harness/clients/client.ts";
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { ConditionalAccessPolicy, World } from "../harness/entra/directory/world.ts";
import { secondFactorDown } from "../harness/faults/sign-in-presets.ts";
import { defineScenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { graphScopes, signIn, silently } from "./applications.ts";

const SIGNED_IN =
  "2025-01-13: multi-factor authentication failed for hours in Europe (OP978247), as on 2018-11-19 and 2019-10-18: people with a session worked on, and no one else got in";

/** Contoso, whose primary enforces these policies. */
export function worldWithPolicies(policies: readonly Partial<ConditionalAccessPolicy>[]): World {
  const complete = policies.map((policy) =>
    mfaPolicy({ name: "A second factor for everyone", ...policy }),
  );
  return {
    ...contoso,
    tenants: contoso.tenants.map((tenant) => ({ ...tenant, policies: complete })),
    settings: { ...contoso.settings, conditionalAccess: "enforced" },
  };
}

/** Calls silently, and signs the user in where the client says that a person is needed. */
export async function silentThenSignIn(
  context: ScriptContext,
  application: Application,
  name: string,
): Promise<TokenResult | Error> {
  const result = await application.attempt(silently(context, name));
  if (!application.needsInteraction(result)) return result;
  return application.attempt({
    flow: "authorization-code",
    scopes: graphScopes,
    user: context.world.user(name),
  });
}

export const secondFactorDownForHours = defineScenario({
  name: "mfa-down",
  title: "The second factor cannot be confirmed for four hours, and everything else works",
  story: {
    standsFor: SIGNED_IN,
    asserts:
      "In two apps, people who had confirmed their second factor before go on by silent calls for the whole outage, are not prompted, and get into another app by their session at Entra. Someone who signs in during the outage is locked out of each app, and gets in when it is over.",
    failureMeans:
      "The app sends people to the sign-in page, or drops their tokens, although a silent call would do; behind the page they are locked out.",
    fix: "Call the silent method first, keep the cache across restarts, and do not sign people out, ask for prompt=login, or set short session times of your own.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["silent-first", "availability", "recovery", "failure-while-healthy"],
  world: worldWithPolicies([{}]),
  faults: [secondFactorDown({ from: hours(1), for: hours(4) })],
  async script(context) {
    const { clock } = context;
    const portal = await context.open({ app: "portal" });
    const native = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, portal, "adele");
    await signIn(context, native, "megan");
    for (let hour = 1; hour <= 6; hour += 0.5) {
      await clock.until(hours(hour));
      await portal.acquire(silently(context, "adele"));
      await native.acquire(silently(context, "megan"));
      // People who have a session at Entra get into another app; a new person gets into none.
      if (hour === 3) await opens(context, native, "adele");
      if (hour !== 2 && hour !== 5.5) continue;
      for (const application of [portal, native]) await opens(context, application, "alex");
    }
    await native.restart();
    await native.acquire(silently(context, "megan"));
  },
});

function opens(context: ScriptContext, application: Application, name: string): Promise<unknown> {
  const user = context.world.user(name);
  return application.attempt({ flow: "authorization-code", scopes: graphScopes, user });
}

const ordersScope = ["api://orders/Orders.Read"];

/** Contoso, whose API of orders demands the context `c1`, which a policy ties to a second factor. */
function worldWithStepUp(): World {
  const world = worldWithPolicies([
    { name: "A second factor for orders", authenticationContexts: ["c1"] },
  ]);
  const resources = world.resources.map((resource) =>
    resource.name === "orders"
      ? { ...resource, optionalClaims: ["acrs" as const], authenticationContext: "c1" }
      : resource,
  );
  return { ...world, resources };
}

/** Calls the API with a silent token; a claims challenge goes into the next call, and from there to the person. */
async function callOrders(context: ScriptContext, portal: Application): Promise<number> {
  const user = context.world.user("adele");
  const request: TokenRequest = { flow: "silent", scopes: ordersScope, user };
  const token = await portal.acquire(request);
  const { status, claims } = await portal.callApi(token, "orders");
  if (claims === undefined) return status;
  let stepped = await portal.attempt({ ...request, claims });
  if (portal.needsInteraction(stepped))
    stepped = await portal.attempt({ ...request, flow: "authorization-code", claims });
  if (stepped instanceof Error) return status;
  return (await portal.callApi(stepped, "orders")).status;
}

export const stepUpWhileDown = defineScenario({
  name: "step-up-down",
  title: "An API asks for a second factor while none can be confirmed",
  story: {
    standsFor: `an API that demands an authentication context (https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context), in such an outage: ${SIGNED_IN}`,
    asserts:
      "The challenge of the API reaches Entra; what needs no second factor goes on meanwhile, and when it is over the next challenge is answered.",
    failureMeans:
      "The app drops the claims of the challenge and calls the API in vain, or it treats the refused step-up as the end of the session, so that everything else stops as well.",
    fix: "Pass the claims of the 401 to the silent call, then to the sign-in; when that fails, refuse the one action and leave the session alone.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node"],
  asserts: ["claims-challenge", "fallback-to-interaction", "recovery"],
  world: worldWithStepUp(),
  faults: [secondFactorDown({ from: hours(1), for: hours(4) })],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    for (const hour of [1.5, 3, 5.5, 6]) {
      await context.clock.until(hours(hour));
      context.note(`orders answered ${await callOrders(context, portal)}`);
      await portal.acquire(silently(context, "adele"));
      await context.clock.until(hours(hour) + minutes(5));
    }
  },
});
