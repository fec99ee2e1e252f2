/** An outage with the backup system, for users whom it does not serve: guests, new devices, new apps. */
import { contoso } from "../fixtures/worlds/contoso.ts";
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { AppRegistration } from "../harness/entra/directory/world.ts";
import { tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { workUntil, graphScopes, pollUntil, signIn, silently } from "./applications.ts";

const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";

export const backupGuest = defineScenario({
  name: "backup-guest",
  title: "A guest works in another company's tenant when the primary goes down",
  story: {
    standsFor: `only members of the home tenant are served: guests are not (${SYSTEM})`,
    asserts:
      "The backup declines the guest; the app does not prompt because of it, and works again with the primary.",
    failureMeans: "Partners and suppliers are sent to a sign-in page that cannot help them.",
    fix: "Give users who need access during an outage an account in the home tenant.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "routing-hint", "recovery"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(1), for: hours(4) })],
  script: (context) => workUntil(context, "desk-app", hours(7), { user: "frank" }),
});

/** Works with one application, and tries to start another one during the outage, as a user would: silently, then at the sign-in page. */
async function startsElsewhere(
  context: ScriptContext,
  open: { readonly first: string; readonly second: string },
): Promise<void> {
  const { clock, world } = context;
  const user = world.user("megan");
  const first = await context.open({ app: open.first, cache: "persisted" });
  await signIn(context, first, "megan");
  await clock.until(hours(2));
  const process = "the new device or app";
  const second = await context.open({ app: open.second, cache: "persisted", process });
  const result = await second.attempt(silently(context, "megan"));
  if (!second.needsInteraction(result)) throw new Error("an empty cache renewed a token");
  // Without an account there is no silent call: the user presses the sign-in button again.
  for (const atMs of [hours(2), hours(3), hours(7)]) {
    await clock.until(atMs);
    await first.attempt(silently(context, "megan"));
    await second.attempt({ flow: "authorization-code", scopes: graphScopes, user });
  }
  const timing = { everyMs: minutes(30), untilMs: hours(9) };
  await pollUntil(context, second, silently(context, "megan"), timing);
}

export const backupNewDevice = defineScenario({
  name: "backup-new-device",
  title: "A user starts using a new device in the middle of an outage",
  story: {
    standsFor: `the backup serves existing sessions only: the same user, app and device within three days (${SYSTEM})`,
    asserts:
      "The old device keeps working with the backup; the new one can sign in only when the primary is back.",
    failureMeans: "A user with a new laptop is asked to sign in over and over.",
    fix: "Say on the page that sign-in is not possible at the moment; keep the old device usable.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "fallback-to-interaction", "routing-hint", "recovery"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(1), for: hours(5) })],
  script: (context) => startsElsewhere(context, { first: "desk-app", second: "desk-app" }),
});

/** A second native app in the tenant of megan. */
const fieldApp: Partial<AppRegistration> = {
  name: "field-app",
  clientId: "33333333-cccc-4ccc-8ccc-000000000031",
  servicePrincipalId: "44444444-dddd-4ddd-8ddd-000000000031",
};

export const backupNewApp = defineScenario({
  name: "backup-new-app",
  title: "A user opens a second app for the first time in the middle of an outage",
  story: {
    standsFor: `the backup knows the apps of a user separately: a session with one app is not valid for another (${SYSTEM})`,
    asserts:
      "The app in use keeps working with the backup; sign-in to the other one succeeds only when the primary is back.",
    failureMeans: "Users have to use an emergency app that they have never opened.",
    fix: "Have users open the app that they need in an outage at least once in three days.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "fallback-to-interaction", "routing-hint", "recovery"],
  settings: { backup: "2026-03" },
  world: {
    ...contoso,
    tenants: contoso.tenants.map((tenant, index) => ({
      ...tenant,
      apps:
        index > 0
          ? tenant.apps
          : tenant.apps.flatMap((app) =>
              app.name === "desk-app" ? [app, { ...app, ...fieldApp }] : [app],
            ),
    })),
  },
  faults: [tokenServerError({ from: hours(1), for: hours(5) })],
  script: (context) => startsElsewhere(context, { first: "desk-app", second: "field-app" }),
});
