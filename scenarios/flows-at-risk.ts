/** Flows that the backup does not serve, used in applications that need to survive an outage. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { outage, tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { graphScopes, pollUntil, signIn, silently } from "./applications.ts";

export const passwordGrant = defineScenario({
  name: "password-grant",
  title: "A desktop app that signs users in by password, in an hour of outage",
  story: {
    standsFor:
      "the resource owner password grant is never served by the backup system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
    asserts: "Nothing depends on a flow that has no fallback.",
    failureMeans: "Users who sign in this way have no access as long as the primary is down.",
    fix: "Use the authorization code flow with a persistent cache and silent calls.",
  },
  needs: ["password"],
  asserts: ["supported-flow"],
  expects: [
    {
      rule: "supported-flow",
      because: "The script signs users in by password, which the backup never serves.",
      saying: "the password grant",
    },
  ],
  faults: [tokenServerError({ from: minutes(30), for: hours(1) })],
  async script(context) {
    const desktopApp = await context.open({ app: "desk-app" });
    const user = context.world.user("adele");
    await pollUntil(
      context,
      desktopApp,
      { flow: "password", scopes: graphScopes, user },
      { everyMs: minutes(20), untilMs: hours(2) },
    );
  },
});

export const deviceCode = defineScenario({
  name: "device-code",
  title: "A device that signs in by device code, before and in an outage",
  story: {
    standsFor:
      "the device code flow is not served by the backup system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
    asserts: "Nothing depends on a flow that has no fallback.",
    failureMeans: "A meeting-room screen or build agent that restarts in an outage does not work.",
    fix: "Sign in ahead of time and keep the refresh token on the device.",
  },
  needs: ["device-code"],
  asserts: ["supported-flow"],
  expects: [
    {
      rule: "supported-flow",
      because: "The script signs in by device code, which the backup does not serve.",
      saying: "the device code flow",
    },
    {
      rule: "silent-first",
      because:
        "The script signs in again although a refresh token is cached, as an application does that stores no account.",
    },
  ],
  faults: [tokenServerError({ from: hours(1), for: hours(1) })],
  async script(context) {
    const desktopApp = await context.open({ app: "desk-app" });
    const user = context.world.user("megan");
    const byCode = { flow: "device-code", scopes: graphScopes, user } as const;
    await desktopApp.attempt(byCode);
    await context.clock.until(minutes(70));
    await desktopApp.attempt(byCode);
    await context.clock.until(hours(3));
    await desktopApp.attempt(byCode);
  },
});

export const deviceCodeDisturbed = defineScenario({
  name: "device-code-polling",
  title: "A device polls for its sign-in, has to slow down, and meets a 503",
  story: {
    standsFor:
      "a service under load while a user enters a code: slow_down, then an error (https://datatracker.ietf.org/doc/html/rfc8628#section-3.5)",
    asserts:
      "The device polls on, more slowly, and has its token when the user has entered the code.",
    failureMeans: "The user has entered a code for nothing, and begins again with a new one.",
    fix: "Begin again with a new code at once when the library gives up, and say so on the device.",
  },
  needs: ["device-code"],
  clients: ["msal-node", "openid-client"],
  asserts: ["device-code-polling", "recovery", "empty-token"],
  expects: [
    {
      rule: "supported-flow",
      because: "The script signs in by device code, which the backup does not serve.",
      saying: "the device code flow",
    },
  ],
  faults: [
    {
      id: "slow-down",
      at: "primary",
      on: ["token"],
      where: { grant: "device_code" },
      from: 0,
      for: minutes(1),
      first: 1,
      effect: {
        kind: "respond",
        status: 400,
        body: { form: "json", value: { error: "slow_down" } },
      },
    },
    {
      id: "unavailable",
      at: "primary",
      on: ["token"],
      where: { grant: "device_code" },
      from: minutes(2),
      for: minutes(1),
      first: 1,
      effect: { kind: "server-error", status: 503, body: { form: "aadsts", code: 90033 } },
    },
  ],
  async script({ open, clock, world }) {
    for (const [minute, name] of [
      [0, "megan"],
      [2, "adele"],
      [4, "alex"],
    ] as const) {
      await clock.until(minutes(minute));
      const device = await open({ app: "desk-app", process: `device of ${name}` });
      await device.attempt({ flow: "device-code", scopes: graphScopes, user: world.user(name) });
    }
  },
});

export const userInfo = defineScenario({
  name: "user-info",
  title: "A web app that calls UserInfo for the user's profile, in an hour of outage",
  story: {
    standsFor:
      "UserInfo is another service that a sign-in depends on, and the backup system does not serve it (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
    asserts: "Nothing depends on UserInfo.",
    failureMeans: "Users are signed in, but the app does not know who they are.",
    fix: "Read the claims from the id token, which came with the sign-in.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["supported-flow", "cached-token"],
  expects: [
    {
      rule: "supported-flow",
      because: "The script calls UserInfo, another service that the sign-in depends on.",
      saying: "the UserInfo endpoint",
    },
  ],
  settings: { refreshIn: "never" },
  faults: [outage({ from: minutes(20), for: hours(1) })],
  async script(context) {
    const portal = await context.open({ app: "portal", capabilities: ["cp1"] });
    await signIn(context, portal, "adele");
    for (let call = 0; call < 12; call += 1) {
      const result = await portal.attempt(silently(context, "adele"));
      if (!(result instanceof Error)) await portal.callApi(result, "userinfo");
      await context.clock.sleep(minutes(10));
    }
  },
});

export const middleTier = defineScenario({
  name: "on-behalf-of",
  title: "A middle-tier API that calls another API for its users, through an hour of outage",
  story: {
    standsFor:
      "on-behalf-of is not served by the backup system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps): only the API's own cache keeps it working",
    asserts:
      "Tokens from before the outage are used until they expire; after the outage calls succeed again.",
    failureMeans: "Every user of the front end loses access to the back end at once.",
    fix: "Cache by user assertion, and keep the cache across instances of the API.",
  },
  needs: ["authorization-code", "on-behalf-of"],
  asserts: ["cached-token", "availability", "recovery"],
  settings: { accessTokenLifetimeSeconds: 5_400, refreshIn: "never" },
  faults: [tokenServerError({ from: minutes(20), for: minutes(60) })],
  async script(context) {
    const user = context.world.user("megan");
    const portal = await context.open({ app: "portal" });
    const api = await context.open({ app: "orders-api" });
    const front = await portal.acquire({
      flow: "authorization-code",
      scopes: ["api://orders/access_as_user"],
      user,
    });
    const onBehalf = {
      flow: "on-behalf-of",
      scopes: graphScopes,
      user,
      credential: front.accessToken,
    } as const;
    await pollUntil(context, api, onBehalf, { everyMs: minutes(5), untilMs: minutes(84) });
  },
});
