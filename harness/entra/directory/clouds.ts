/**
 * The clouds of Entra: their login hosts, aliases and regional hosts. A request shows its cloud
 * only by its host. Source: `docs/sources.md#g5` and G.6.
 */

export interface LoginCloud {
  readonly name:
    | "commercial"
    | "government"
    | "21vianet"
    | "germany"
    | "government-old"
    | "france"
    | "delos"
    | "singapore";
  readonly preferredNetwork: string;
  readonly preferredCache: string;
  readonly aliases: readonly string[];
  /** A regional host is one label and one of these. */
  readonly regionalUnder: readonly string[];
  /** `cloud_instance_name` and `msgraph_host` of the metadata; recorded for the public cloud only. */
  readonly instanceName: string;
  readonly graphHost: string;
}

/** Every cloud that a current client knows by name. */
export const loginClouds: readonly LoginCloud[] = [
  {
    name: "commercial",
    preferredNetwork: "login.microsoftonline.com",
    preferredCache: "login.windows.net",
    aliases: [
      "login.microsoftonline.com",
      "login.windows.net",
      "login.microsoft.com",
      "sts.windows.net",
    ],
    regionalUnder: ["login.microsoft.com", "mtlsauth.microsoft.com"],
    instanceName: "microsoftonline.com",
    graphHost: "graph.microsoft.com",
  },
  cloud("21vianet", "login.partner.microsoftonline.cn", {
    aliases: ["login.chinacloudapi.cn"],
    instanceName: "partner.microsoftonline.cn",
    graphHost: "microsoftgraph.chinacloudapi.cn",
  }),
  // Closed in 2021; clients still list its host.
  cloud("germany", "login.microsoftonline.de", { graphHost: "graph.microsoft.de" }),
  cloud("government", "login.microsoftonline.us", {
    aliases: ["login.usgovcloudapi.net"],
    graphHost: "graph.microsoft.us",
  }),
  cloud("government-old", "login-us.microsoftonline.com", { graphHost: "graph.microsoft.us" }),
  cloud("france", "login.sovcloud-identity.fr"),
  cloud("delos", "login.sovcloud-identity.de"),
  cloud("singapore", "login.sovcloud-identity.sg"),
];

/** The cloud of a host, and the region of a regional host; `undefined` for a host of no cloud. */
export function cloudOfHost(
  host: string,
): { readonly cloud: LoginCloud; readonly region?: string } | undefined {
  const wanted = host.toLowerCase();
  const dot = wanted.indexOf(".");
  const [region, domain] = [wanted.slice(0, dot), wanted.slice(dot + 1)];
  for (const cloud of loginClouds) {
    if (cloud.aliases.includes(wanted)) return { cloud };
    if (cloud.regionalUnder.includes(domain)) return { cloud, region };
  }
  return undefined;
}

/** The origin that tokens name as issuer: for an alias or a regional host, that of its cloud. */
export function issuerOriginOf(origin: string): string {
  const found = cloudOfHost(new URL(origin).hostname);
  return found === undefined ? origin : `https://${found.cloud.preferredNetwork}`;
}

function cloud(
  name: LoginCloud["name"],
  host: string,
  more: {
    readonly aliases?: readonly string[];
    readonly instanceName?: string;
    readonly graphHost?: string;
  } = {},
): LoginCloud {
  const { aliases = [], instanceName = host.replace(/^login[-a-z]*\./, ""), graphHost } = more;
  return {
    name,
    preferredNetwork: host,
    preferredCache: host,
    aliases: [host, ...aliases],
    regionalUnder: [host, host.replace(/^login/, "mtlsauth")],
    instanceName,
    graphHost: graphHost ?? `graph.${instanceName}`,
  };
}
