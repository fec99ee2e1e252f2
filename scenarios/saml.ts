/** Apps that sign their users in by SAML: what an outage leaves of it depends on who begins. */
import { hours, minutes } from "../harness/clock/duration.ts";
import type { FaultWindow } from "../harness/fault/plan.ts";
import { defineScenario, type ScriptContext } from "../harness/scenario.ts";
import { pollUntil } from "./applications.ts";

const APPLICATIONS =
  "https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps";
const CLIENTS = "https://learn.microsoft.com/entra/architecture/resilience-client-app";

type SamlFlow = "saml-idp-initiated" | "saml-sp-initiated";

/** Sign-in at the primary fails, pages and all. */
function signInDown(when: Pick<FaultWindow, "from" | "for">): FaultWindow {
  const body = { form: "html", title: "Service Unavailable" } as const;
  return {
    id: "sign-in-down",
    at: "primary",
    on: ["saml", "authorize"],
    ...when,
    effect: { kind: "server-error", status: 503, body },
  };
}

/** One person opens the app every half hour, in the browser in which they once signed in. */
async function openOften(context: ScriptContext, flow: SamlFlow, untilMs: number): Promise<void> {
  const expenses = await context.open({ app: "expenses" });
  const request = { flow, scopes: [], user: context.world.user("megan") };
  await pollUntil(context, expenses, request, { everyMs: minutes(30), untilMs });
}

export const samlFromEntra = defineScenario({
  name: "saml-idp-initiated-12h",
  title:
    "12 hours without the primary, a SAML app that is opened from Entra, and the backup system",
  story: {
    standsFor: `SAML that starts at the identity provider is protected (${APPLICATIONS})`,
    asserts:
      "People who open the app from their app page are signed in as if nothing had happened.",
    failureMeans: "The app refuses what the backup signs, and its users are out for half a day.",
    fix: "Accept responses that nobody asked for, check their signature, audience and time, and keep books of those that were taken.",
  },
  needs: ["saml-idp-initiated"],
  asserts: ["availability", "recovery", "backup-window", "empty-token"],
  settings: { backup: "2026-03" },
  faults: [signInDown({ from: hours(1), for: hours(12) })],
  script: (context) => openOften(context, "saml-idp-initiated", hours(15)),
});

export const samlFromProvider = defineScenario({
  name: "saml-sp-initiated-12h",
  title: "12 hours without the primary, a SAML app that sends its users to Entra: no backup for it",
  story: {
    standsFor: `SAML that starts at the service provider is not protected (${APPLICATIONS})`,
    asserts:
      "The app meets the primary's own failure, and works again as soon as the primary does.",
    failureMeans: "Somebody counted on a protection that most SAML apps do not have.",
    fix: "Give people the address that starts at Entra, and keep the app's own session longer than an outage.",
  },
  needs: ["saml-sp-initiated"],
  asserts: ["availability", "recovery", "empty-token"],
  settings: { backup: "2026-03" },
  faults: [signInDown({ from: hours(1), for: hours(12) })],
  script: (context) => openOften(context, "saml-sp-initiated", hours(15)),
});

export const samlInStorm = defineScenario({
  name: "saml-sp-initiated-storm",
  title: "Two thirds of all SAML requests fail for two hours, for twenty people and no backup",
  story: {
    standsFor: `a partial outage of sign-in, such as that of 2020-09-28; what clients are to make of it: ${CLIENTS}`,
    asserts: "Whoever gets through is signed in, and nobody is kept out by another's failure.",
    failureMeans:
      "One failed sign-in leaves the service provider in a state that keeps people out.",
    fix: "Forget the request that failed, and begin a new one for the next attempt.",
  },
  needs: ["saml-sp-initiated"],
  asserts: ["availability", "recovery", "empty-token"],
  faults: [{ ...signInDown({ from: minutes(30), for: hours(2) }), chance: 0.66 }],
  async script(context) {
    const { clock, world } = context;
    const expenses = await context.open({ app: "expenses" });
    const people = world.tenant().users.filter(({ upn }) => upn.startsWith("crowd"));
    while (clock.elapsed() < hours(3)) {
      for (const user of people) {
        await expenses.attempt({ flow: "saml-sp-initiated", scopes: [], user });
        await clock.sleep(minutes(1));
      }
    }
  },
});
