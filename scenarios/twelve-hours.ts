/**
 * The flow table of the backup authentication system, row by row: twelve hours without the
 * primary, for each kind of application, with the real client that it would use.
 */
import type { TokenRequest } from "../harness/clients/client.ts";
import { hours, minutes } from "../harness/core/time/duration.ts";
import { primaryDown } from "../harness/faults/presets.ts";
import type { Application } from "../harness/clients/application.ts";
import type { Scenario, ScriptContext } from "../harness/runner/scenario.ts";
import {
  daemonToken,
  graphScopes,
  pollUntil,
  refreshInQuestion,
  signIn,
  silently,
} from "./applications.ts";
import { identityRows } from "./managed-identity-outages.ts";
import { samlRows } from "./saml-apps.ts";
import { row } from "./twelve-hours-row.ts";

/** Signs Megan in with a code, and calls silently every half hour until after the outage. */
function silentUser(app: string): Scenario["script"] {
  return async (context) => {
    const application = await context.open({ app, cache: "persisted" });
    await signIn(context, application, "megan");
    await everyHalfHour(context, application, silently(context, "megan"));
  };
}

function everyHalfHour(
  context: ScriptContext,
  application: Application,
  request: TokenRequest,
): Promise<void> {
  return pollUntil(context, application, request, { everyMs: minutes(30), untilMs: hours(15) });
}

/** Signs Megan in with a browser every hour, for an id token only. */
function browserUser(app: string): Scenario["script"] {
  return async (context) => {
    const application = await context.open({ app });
    const request = {
      flow: "id-token",
      scopes: ["profile"],
      user: context.world.user("megan"),
    } as const;
    await pollUntil(context, application, request, { everyMs: hours(1), untilMs: hours(15) });
  };
}

const users: readonly Scenario[] = [
  row("native", {
    title: "12 hours without the primary: a native app with silent calls",
    row: { flow: "native-refresh", as: "a desktop app" },
    says: "native apps that cache their tokens and call silently are protected",
    isServed: true,
    needs: ["authorization-code", "silent"],
    asserts: [
      "availability",
      "silent-first",
      "routing-hint",
      "supported-host",
      "recovery",
      "token-expiry",
    ],
    script: silentUser("desk-app"),
  }),
  row("spa-implicit", {
    title: "12 hours without the primary: a single-page app with id tokens only",
    row: { flow: "spa-implicit-id-token", as: "a single-page app, on the wire" },
    says: "single-page apps that use the implicit grant for id tokens only are protected",
    isServed: true,
    needs: ["id-token"],
    script: browserUser("spa"),
  }),
  row("spa-code", {
    title: "12 hours without the primary: a single-page app with code and PKCE",
    row: { flow: "spa-code", as: "a single-page app, on the wire" },
    says: "authorization code with PKCE is not supported for single-page apps",
    isServed: false,
    needs: ["authorization-code", "refresh-token"],
    clients: ["openid-client"],
    async script(context) {
      const application = await context.open({ app: "spa" });
      const user = context.world.user("megan");
      await application.acquire({ flow: "authorization-code", scopes: graphScopes, user });
      await everyHalfHour(context, application, {
        flow: "refresh-token",
        scopes: graphScopes,
        user,
      });
    },
  }),
  row("web-id-token", {
    title: "12 hours without the primary: a web app with id tokens only",
    row: { flow: "web-id-token", as: "a web app" },
    says: "web apps that sign in with OpenID Connect and use only id tokens are protected",
    isServed: true,
    needs: ["id-token"],
    script: browserUser("portal"),
  }),
  row("web-secret", {
    title: "12 hours without the primary: a web app with access tokens and a secret",
    row: { flow: "web-code", as: "a web app with a secret" },
    says: "confidential clients with authorization code and refresh tokens are not protected",
    isServed: false,
    needs: ["authorization-code", "silent"],
    asserts: ["recovery", "routing-hint", "cached-token"],
    script: silentUser("portal"),
  }),
  row("web-certificate", {
    title: "12 hours without the primary: a web app with access tokens and a certificate",
    row: { flow: "web-code", as: "a web app with a certificate" },
    says: "confidential clients with authorization code and refresh tokens are not protected",
    isServed: false,
    needs: ["authorization-code", "silent"],
    asserts: ["recovery", "routing-hint", "cached-token"],
    script: silentUser("cert-portal"),
  }),
  row("on-behalf-of", {
    title: "12 hours without the primary: a middle-tier API",
    row: { flow: "on-behalf-of", as: "a middle-tier API" },
    says: "on-behalf-of is not protected",
    isServed: false,
    needs: ["authorization-code", "on-behalf-of"],
    async script(context) {
      const user = context.world.user("megan");
      const portal = await context.open({ app: "portal" });
      const scopes = ["api://orders/access_as_user"];
      const front = await portal.acquire({ flow: "authorization-code", scopes, user });
      const api = await context.open({ app: "orders-api" });
      const credential = front.accessToken;
      const request = { flow: "on-behalf-of", scopes: graphScopes, user, credential } as const;
      await pollUntil(context, api, request, { everyMs: minutes(30), untilMs: hours(13) });
    },
  }),
  row("device-code", {
    title: "12 hours without the primary: a device with the device code flow",
    row: { flow: "device-code", as: "a device without a browser" },
    says: "the device authorization grant is not supported",
    isServed: false,
    needs: ["device-code"],
    expects: [
      {
        rule: "supported-flow",
        because: "The script signs in by device code, which the backup does not serve.",
        saying: "the device code flow",
      },
    ],
    async script(context) {
      const application = await context.open({ app: "desk-app" });
      const user = context.world.user("megan");
      const request = { flow: "device-code", scopes: graphScopes, user } as const;
      // A tool that is started each time, and caches nothing.
      while (context.clock.elapsed() < hours(15)) {
        await application.attempt(request);
        await application.restart();
        await context.clock.sleep(hours(2));
      }
    },
  }),
  row("password", {
    title: "12 hours without the primary: a script with a password",
    row: { flow: "password", as: "a script with a password" },
    says: "the resource owner password grant will not be supported for any client",
    isServed: false,
    needs: ["password"],
    expects: [
      {
        rule: "supported-flow",
        because: "The script signs users in by password, which the backup never serves.",
        saying: "the password grant",
      },
    ],
    async script(context) {
      const application = await context.open({ app: "desk-app" });
      const user = context.world.user("megan");
      const request = { flow: "password", scopes: graphScopes, user } as const;
      await everyHalfHour(context, application, request);
    },
  }),
  row("user-info", {
    title: "12 hours without the primary: a desktop app that calls UserInfo",
    row: { flow: "userinfo", as: "a desktop app that asks UserInfo" },
    says: "applications should not rely on UserInfo",
    isServed: false,
    needs: ["authorization-code", "silent"],
    expects: [
      {
        rule: "supported-flow",
        because: "The script calls UserInfo, another service that the sign-in depends on.",
        saying: "the UserInfo endpoint",
      },
    ],
    faults: [
      ...primaryDown({ from: hours(1), for: hours(12) }),
      {
        id: "user-info-down",
        at: "resource",
        on: ["userinfo"],
        from: hours(1),
        for: hours(12),
        effect: { kind: "server-error", status: 503, body: { form: "empty" } },
      },
    ],
    async script(context) {
      const desktopApp = await context.open({ app: "desk-app", capabilities: ["cp1"] });
      const user = context.world.user("megan");
      const request = { flow: "authorization-code", scopes: graphScopes, user } as const;
      const result = await desktopApp.acquire(request);
      while (context.clock.elapsed() < hours(15)) {
        await context
          .operate("profile", async () => {
            const { status } = await desktopApp.callApi(result, "userinfo");
            if (status !== 200) throw new Error(`UserInfo answered ${status}`);
            return undefined;
          })
          .catch(() => undefined);
        await context.clock.sleep(hours(1));
      }
    },
  }),
];

/** A daemon that calls every half hour through an outage in which its token of a day expires. */
function daemon(
  name: string,
  {
    title,
    as,
    ...side
  }: Pick<Scenario, "title" | "settings"> & { readonly as: string; readonly answer: string },
): Scenario {
  return row(name, {
    title,
    row: { flow: "client-credentials", as },
    says: "service principals with client credentials are not protected",
    isServed: false,
    needs: ["client-credentials"],
    // Its tokens are valid for a day: an earlier outage would be over before the first one expires.
    faults: primaryDown({ from: hours(20), for: hours(12) }),
    side: { question: refreshInQuestion, answer: side.answer },
    ...(side.settings === undefined ? {} : { settings: side.settings }),
    script: async (context) => {
      const application = await context.open({ app: "nightly-daemon" });
      const timing = { everyMs: minutes(30), untilMs: hours(34) };
      await pollUntil(context, application, daemonToken, timing);
    },
  });
}

const workloads: readonly Scenario[] = [
  daemon("daemon", {
    title:
      "12 hours without the primary: a daemon with a secret, which has renewed its token before the outage",
    as: "a daemon with a secret",
    answer: "yes, after half of their life",
  }),
  daemon("daemon-without-refresh-in", {
    title:
      "12 hours without the primary: a daemon with a secret, whose token has no refresh_in and expires in the outage",
    as: "a daemon with a secret, without refresh_in",
    answer: "no",
    settings: { refreshIn: "never" },
  }),
];

/** All rows, in the order of the flow table. */
export const twelveHours: readonly Scenario[] = [
  ...users,
  ...samlRows,
  ...workloads,
  ...identityRows,
];
