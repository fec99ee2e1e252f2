/** The federation server of an organisation is down, and Entra is well: who gets in, and who works on. */
import { contoso } from "../fixtures/worlds/contoso.ts";
import { hours } from "../harness/core/time/duration.ts";
import type { Tenant, User, World } from "../harness/entra/directory/world.ts";
import { nameLookupDown } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { graphScopes, signIn, silently } from "./applications.ts";

const DOMAIN = "corp.contoso.example";
const HOST = "sts.contoso.example";

function employee(number: number, name: string): User {
  const short = name.split(" ")[0]?.toLowerCase() ?? "";
  return {
    id: `55555555-eeee-4eee-8eee-000000000${number}`,
    upn: `${short}@${DOMAIN}`,
    name,
    password: `fixture-password-of-${short}`,
    kind: "member",
    devices: [],
  };
}

function withFederation(tenant: Tenant): Tenant {
  return {
    ...tenant,
    domains: [...tenant.domains, DOMAIN],
    users: [...tenant.users, employee(301, "Pradeep Gupta"), employee(302, "Lidia Holloway")],
    federatedDomains: [{ domain: DOMAIN, host: HOST }],
  };
}

/** Contoso with a domain whose people sign in at a server of their own. */
const federated: World = {
  ...contoso,
  tenants: contoso.tenants.map((tenant, index) => (index === 0 ? withFederation(tenant) : tenant)),
};

export const federationServerDown = defineScenario({
  name: "federation-down",
  title: "The federation server of a domain cannot be found for four hours",
  story: {
    standsFor:
      "an outage of AD FS, or of its name in DNS, as of the autologon host on 2025-02-25 (TMS9-J_8): Entra works, and sends people of the domain to a host that does not answer",
    asserts:
      "People of the domain who have a session go on by refresh tokens, which never touch the federation server; those who sign in are locked out until it is back, and people of other domains notice nothing.",
    failureMeans:
      "The app signs people in again although a silent call would do, and behind the redirect the browser finds nothing.",
    fix: "Call the silent method first, keep the cache across restarts, and prompt only when the client asks for it.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["silent-first", "recovery", "failure-while-healthy"],
  world: federated,
  faults: [nameLookupDown({ from: hours(1), for: hours(4), where: { host: HOST } })],
  async script(context) {
    const { clock, world } = context;
    const application = await context.open({ app: "desk-app", cache: "persisted" });
    const opens = (name: string): Promise<unknown> =>
      application.attempt({
        flow: "authorization-code",
        scopes: graphScopes,
        user: world.user(name),
      });
    await signIn(context, application, "pradeep");
    for (let hour = 1; hour <= 6; hour += 0.5) {
      await clock.until(hours(hour));
      await application.acquire(silently(context, "pradeep"));
      if (hour === 2) for (const name of ["lidia", "adele"]) await opens(name);
      if (hour === 5.5) await opens("lidia");
    }
    await application.restart();
    await application.acquire(silently(context, "pradeep"));
  },
});
