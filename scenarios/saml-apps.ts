/** Apps that sign their users in by SAML: whether the backup serves them depends on who starts the sign-in. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { defineScenario, type Scenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { pollUntil } from "./applications.ts";
import { row } from "./twelve-hours-row.ts";

const CLIENTS = "https://learn.microsoft.com/entra/architecture/resilience-client-app";

type SamlFlow = "saml-idp-initiated" | "saml-sp-initiated";

/** One user opens the app every half hour, in the browser in which they have signed in. */
async function openOften(context: ScriptContext, flow: SamlFlow): Promise<void> {
  const expenses = await context.open({ app: "expenses" });
  const request = { flow, scopes: [], user: context.world.user("megan") };
  await pollUntil(context, expenses, request, { everyMs: minutes(30), untilMs: hours(15) });
}

/** The rows of the flow table in which users sign in by SAML. */
export const samlRows: readonly Scenario[] = [
  row("saml-from-entra", {
    title: "12 hours without the primary: a SAML app that users open from Entra",
    row: { flow: "saml-idp-initiated", as: "a SAML app opened from Entra" },
    says: "SAML that starts at the identity provider is protected",
    isServed: true,
    needs: ["saml-idp-initiated"],
    asserts: ["availability", "recovery", "backup-window", "empty-token"],
    script: (context) => openOften(context, "saml-idp-initiated"),
  }),
  row("saml-from-provider", {
    title: "12 hours without the primary: a SAML app that sends its users to Entra",
    row: { flow: "saml-sp-initiated", as: "a SAML app that sends people to Entra" },
    says: "SAML that starts at the service provider is not protected",
    isServed: false,
    needs: ["saml-sp-initiated"],
    asserts: ["availability", "recovery", "empty-token"],
    script: (context) => openOften(context, "saml-sp-initiated"),
  }),
];

export const samlInStorm = defineScenario({
  name: "saml-sp-initiated-storm",
  title:
    "Two thirds of all SAML requests fail for two hours, for twenty users and without a backup",
  story: {
    standsFor: `a partial outage of sign-in, such as that of 2020-09-28; how clients should handle it: ${CLIENTS}`,
    asserts:
      "Every user whose request succeeds is signed in, and no user is affected by the failure of another.",
    failureMeans: "One failed sign-in leaves the service provider in a state that locks users out.",
    fix: "Discard the failed request, and start a new one for the next attempt.",
  },
  needs: ["saml-sp-initiated"],
  asserts: ["availability", "recovery", "empty-token"],
  faults: [
    {
      id: "sign-in-storm",
      at: "primary",
      on: ["saml", "authorize"],
      from: minutes(30),
      for: hours(2),
      chance: 0.66,
      effect: {
        kind: "server-error",
        status: 503,
        body: { form: "html", title: "Service Unavailable" },
      },
    },
  ],
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
