/**
 * E7: which clouds the backup system covers, for whom, and under which hostnames.
 * Source: `docs/sources.md#d4`, I.3.
 */
import { articleOf, type Edition } from "../backup/edition.ts";
import { hasUser } from "./flow-rules.ts";
import type { JudgedRule, Switches } from "./coverage-judgement.ts";
import type { Registration } from "./registration.ts";

/** Whether the cloud covers users and managed identities: one rule for each of them that the application has. */
export function judgeCloud(
  { flows, cloud }: Registration,
  { edition, switches }: { readonly edition: Edition; readonly switches: Switches },
): readonly JudgedRule[] {
  const protection = edition.clouds[cloud];
  const isDisputed = cloud === "21vianet" && protection.managedIdentities;
  const identities = [
    { name: "users", flows: flows.filter(hasUser), served: protection.users },
    {
      name: "managed identities",
      flows: flows.filter((flow) => flow === "managed-identity"),
      served: protection.managedIdentities && !(isDisputed && switches.believe === "text"),
    },
  ];
  return identities
    .filter((identity) => identity.flows.length > 0)
    .map(({ name, flows: concerned, served }) => {
      const dispute = isDisputed ? " Choose with --believe which of them counts." : "";
      const statement = {
        id: "E7",
        why: `${protection.says}${dispute} This application has ${name}.`,
        source: articleOf("system"),
      } as const;
      if (served) return { ...statement, holds: true };
      const change = "Nothing in the application helps; plan for the outage, or use another cloud.";
      return { ...statement, holds: false, change, denies: "everybody", flows: concerned };
    });
}

/** Whether the requests of users go to a host that the article names for the cloud. */
export function judgeHost(
  { flows, cloud, host }: Registration,
  { clouds }: Edition,
): readonly JudgedRule[] {
  const concerned = flows.filter(hasUser);
  const { hosts, users } = clouds[cloud];
  if (concerned.length === 0 || !users) return [];
  const statement = { id: "E7", source: articleOf("applications") } as const;
  if (hosts.length === 0) {
    return [{ ...statement, holds: true, why: "This edition names no host for this cloud." }];
  }
  if (host === undefined || hosts.includes(host.toLowerCase())) {
    const why = `Sign-ins go to ${host ?? `the documented host, ${hosts.join(" or ")}`}.`;
    return [{ ...statement, holds: true, why }];
  }
  return [
    {
      ...statement,
      holds: false,
      why: `Sign-ins go to ${host}, which is not among the covered hosts of the cloud.`,
      change: `Use the authority https://${hosts.join(" or ")}/<tenant>.`,
      denies: "everybody",
      flows: concerned,
    },
  ];
}
