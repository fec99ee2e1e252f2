/** Sessions are revoked on purpose or by mistake: how clients handle an error that only a sign-in resolves. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { TokenResult } from "../harness/clients/client.ts";
import { defineScenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { graphScopes, signIn, silently } from "./applications.ts";

const people = ["adele", "megan", "alex", "crowd0", "crowd1", "crowd2"];

async function worksAfterRevocation(context: ScriptContext): Promise<void> {
  const portal = await context.open({ app: "portal" });
  for (const name of people) await signIn(context, portal, name);
  await context.clock.until(minutes(30));
  context.world.revokeSessions("everyone");
  for (let hour = 1; hour <= 4; hour += 1) {
    await context.clock.until(hours(hour));
    for (const name of people) {
      const result = await portal.attempt(silently(context, name));
      if (portal.needsInteraction(result))
        await portal.attempt({
          flow: "authorization-code",
          scopes: graphScopes,
          user: context.world.user(name),
        });
    }
  }
}

export const massRevocation = defineScenario({
  name: "mass-revocation",
  title: "All refresh tokens of the tenant are revoked at once",
  story: {
    standsFor:
      "2025-04-20: users' refresh tokens were invalidated by mistake (reported by BleepingComputer)",
    asserts:
      "Each user is asked to sign in once and works again; no client retries a revoked token.",
    failureMeans:
      "Clients retry with revoked tokens until they are throttled, or report an outage where a sign-in would help.",
    fix: "On an interaction-required error, and only then, send the user to sign in.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["fallback-to-interaction", "silent-first", "token-expiry"],
  faults: [],
  script: worksAfterRevocation,
});

export const massRevocationBareGrant = defineScenario({
  name: "mass-revocation-bare-grant",
  title: "All refresh tokens of the tenant are revoked, and the error has no suberror",
  story: {
    standsFor:
      "the same, for a fact that is not recorded: whether AADSTS50173 comes with suberror bad_token (a world setting; both values are tested)",
    asserts: "An invalid_grant without suberror is enough for the client to require a sign-in.",
    failureMeans:
      "The client reports a server error, so that users whose session was revoked can never sign in again.",
    fix: "Treat every invalid_grant of a silent call as interaction required, as MSAL.NET does.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["fallback-to-interaction", "silent-first", "token-expiry"],
  settings: { revokedGrantSuberror: "none" },
  faults: [],
  script: worksAfterRevocation,
});

export const caeRevocation = defineScenario({
  name: "cae-revocation",
  title: "An API rejects a revoked long-lived token with a claims challenge",
  story: {
    standsFor:
      "continuous access evaluation: tokens are valid for a day because an API can reject them at once (https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation)",
    asserts:
      "The challenge reaches the token endpoint, the revoked token is not used again, and the user signs in.",
    failureMeans: "The application keeps presenting a token that is never accepted again.",
    fix: "Pass the claims of the 401 to the client unchanged, and sign the user in when the client requires it.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["claims-challenge", "fallback-to-interaction"],
  faults: [],
  async script(context) {
    const { world, clock } = context;
    const user = world.user("adele");
    const portal = await context.open({ app: "portal", capabilities: ["cp1"] });
    const signInAgain = { flow: "authorization-code", scopes: graphScopes, user } as const;
    await portal.callApi(await portal.acquire(signInAgain), "graph");
    await clock.until(hours(1));
    world.revokeSessions([user]);
    await clock.until(hours(1) + minutes(1));
    let token: TokenResult | Error = await portal.attempt(silently(context, "adele"));
    for (let call = 0; call < 3 && !(token instanceof Error); call += 1) {
      const { claims } = await portal.callApi(token, "graph");
      if (claims === undefined) break;
      token = await portal.attempt({ ...silently(context, "adele"), claims });
      if (token instanceof Error) token = await portal.attempt({ ...signInAgain, claims });
    }
  },
});
