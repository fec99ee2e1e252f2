/**
 * Where the endpoints of managed identities are: addresses of the machine itself, outside of
 * Entra. Mounts must lead clients there, and whoever reads requests must know them.
 * Source: `docs/sources.md#g2`. IMDS and Arc are where Azure has them; the others are
 * told to programs by the environment, so that any address of ours is as good as theirs.
 */

/** The token endpoint of each source. */
export const machineEndpoints = {
  imds: "http://169.254.169.254/metadata/identity/oauth2/token",
  "app-service": "http://127.0.0.1:4141/msi/token",
  // A name of the fixture certificate: this one is reached over TLS.
  "service-fabric": "https://fabric-node.contoso.example:2377/metadata/identity/oauth2/token",
  "azure-arc": "http://127.0.0.1:40342/metadata/identity/oauth2/token",
  "cloud-shell": "http://127.0.0.1:5342/oauth2/token",
  "machine-learning": "http://127.0.0.1:4681/msi/auth",
} as const;

/** Where `AZURE_POD_IDENTITY_AUTHORITY_HOST` may move IMDS to. */
export const POD_IDENTITY_HOST = "http://127.0.0.1:2579";

/** Scheme, host and port of every endpoint. */
export const machineOrigins: readonly string[] = [
  ...Object.values(machineEndpoints).map((endpoint) => new URL(endpoint).origin),
  POD_IDENTITY_HOST,
];

const origins = new Set(machineOrigins);

/** Host and port of every origin, with its scheme. */
const places = new Map(
  machineOrigins.map((origin) => {
    const { hostname, port, protocol } = new URL(origin);
    return [placeOf(hostname, port === "" ? 80 : Number(port)), protocol] as const;
  }),
);

/** Whether an address belongs to the machine's own endpoints, whatever the path. */
export function isMachineAddress(url: URL): boolean {
  return origins.has(url.origin);
}

/** Whether a connection to that host and port goes to one of them. */
export function isMachinePlace(host: string, port: number): boolean {
  return places.has(placeOf(host.toLowerCase(), port));
}

/** Whether that endpoint speaks HTTP without TLS. */
export function isPlainPlace(host: string, port: number): boolean {
  return places.get(placeOf(host.toLowerCase(), port)) === "http:";
}

/** Whether it is asked for a token; a mistyped path counts, what a machine says of itself does not. */
export function isTokenAddress(url: URL): boolean {
  return isMachineAddress(url) && !url.pathname.toLowerCase().startsWith("/metadata/instance");
}

function placeOf(host: string, port: number): string {
  return `${host}:${port}`;
}
