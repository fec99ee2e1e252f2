/**
 * Rule `supported-host`: the backup system covers some hostnames of Entra and not their aliases,
 * so a request to an alias fails in an outage.
 */
import type { ExchangeBegan, History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { counted } from "./model/messages.ts";
import { exchangesOf } from "./model/exchanges.ts";

/** Judges `supported-host`. */
export const supportedHost: Rule = {
  id: "supported-host",
  says: "Requests to Entra go to a hostname that the backup authentication system covers.",
  source:
    "Microsoft Entra, Application support for the backup authentication system, Hostnames (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
  fix: "Set the authority to https://login.microsoftonline.com, or to the covered host of your national cloud.",
  excuses: [
    { id: "another-service", says: "The request is for an API or another service than Entra." },
    { id: "userinfo", says: "UserInfo, which the metadata places at Microsoft Graph." },
    { id: "machine", says: "The endpoint of a machine for managed identities." },
    { id: "spelling", says: "The covered host is in other letters or with a port." },
  ],
  judge,
};

/** Not the host of 21Vianet: there the backup serves managed identities at most, and those send no request to it. */
const COVERED_HOSTS: ReadonlySet<string> = new Set([
  "login.microsoftonline.com",
  "login.microsoftonline.us",
]);

/** Aliases, closed clouds, regional and customer hosts: `docs/sources.md#g5` and G.6. */
const ENTRA_HOST =
  /(^|\.)(login[-\w]*|sts|mtlsauth)\.(partner\.)?(microsoftonline|microsoft|windows|chinacloudapi|usgovcloudapi|sovcloud-identity|windows-ppe|microsoft-ppe)\.\w+$|\.(ciamlogin|b2clogin)\.com$/;

function judge(history: History): Judgement {
  const requests = exchangesOf(history)
    .map(({ began }) => began)
    .filter(isForEntra);
  if (requests.length === 0) return inconclusive("No request to Entra was seen.");
  const byHost = Map.groupBy(requests, ({ host }) => hostOf(host));
  const others = [...byHost].filter(([host]) => !COVERED_HOSTS.has(host));
  if (others.length === 0) {
    return passes(
      `${counted(requests.length, "request")} went to ${[...byHost.keys()].join(" and ")}.`,
      requests,
    );
  }
  const sent = others.flatMap(([, toHost]) => toHost);
  return fails(
    `${sent.length} of ${counted(requests.length, "request")} went to ${others.map(([host]) => host).join(" and ")}, which the backup system does not cover.`,
    // The first request to each host comes first.
    [...others.flatMap(([, toHost]) => toHost.slice(0, 1)), ...sent],
  );
}

/** Whether a request is for Entra. The metadata, not the client, places UserInfo at Microsoft Graph; a machine's endpoint is not Entra. */
function isForEntra({ endpoint, host }: ExchangeBegan): boolean {
  if (endpoint === "userinfo" || endpoint === "managed-identity") return false;
  return ENTRA_HOST.test(hostOf(host)) || (endpoint !== "resource" && endpoint !== "other");
}

function hostOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}
