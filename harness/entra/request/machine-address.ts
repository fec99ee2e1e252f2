/**
 * The addresses of the endpoints for managed identities: on the machine itself, outside of
 * Entra. Mounts route them to the simulator. Source: `docs/sources.md#g2`. IMDS and Arc have
 * their real addresses; programs read the others from the environment, so that ours need not
 * be the real ones.
 */

/** The token endpoint of each source. */
export const machineEndpoints = {
  imds: "http://169.254.169.254/metadata/identity/oauth2/token",
  "app-service": "http://127.0.0.1:4141/msi/token",
  // A name of the fixture certificate: this endpoint uses TLS.
  "service-fabric": "https://fabric-node.contoso.example:2377/metadata/identity/oauth2/token",
  "azure-arc": "http://127.0.0.1:40342/metadata/identity/oauth2/token",
  "cloud-shell": "http://127.0.0.1:5342/oauth2/token",
  "machine-learning": "http://127.0.0.1:4681/msi/auth",
} as const;

/** Where `AZURE_POD_IDENTITY_AUTHORITY_HOST` moves IMDS in our worlds. */
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

/** Whether an address is on one of the machine's own endpoints, with any path. */
export function isMachineAddress(url: URL): boolean {
  return origins.has(url.origin);
}

/** Whether a connection to that host and port goes to one of the endpoints. */
export function isMachinePlace(host: string, port: number): boolean {
  return places.has(placeOf(host.toLowerCase(), port));
}

/** Whether the endpoint at that host and port uses HTTP without TLS. */
export function isPlainPlace(host: string, port: number): boolean {
  return places.get(placeOf(host.toLowerCase(), port)) === "http:";
}

/** Whether a token is asked for. A mistyped path counts; a request for other information of the machine does not. */
export function isTokenAddress(url: URL): boolean {
  return isMachineAddress(url) && !url.pathname.toLowerCase().startsWith("/metadata/instance");
}

function placeOf(host: string, port: number): string {
  return `${host}:${port}`;
}
