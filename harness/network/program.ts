/**
 * The mount `program` for clients that are other programs on this machine, in any language: they
 * come over real sockets to the port that `brownout serve` opens as well, by a proxy that
 * environment variables name. Each program has a name of its own in the address of its proxy, and
 * an address of loopback for drivers that lead their connections there themselves, so that its
 * requests are known. A fault that breaks connections is met at the request, as a reset.
 */
import type { Socket } from "node:net";
import { identityVariables } from "../entra/managed-identity/environment.ts";
import { createInProcessTransport } from "./in-process-transport.ts";
import type { Mount, MountContext, Mounted } from "./mount.ts";
import { packagedAuthority } from "./way-in/authority.ts";
import { startWayIn } from "./way-in/way-in.ts";

/** The mount `program`. */
export const mount: Mount = { name: "program", hasPrograms: true, quietTurns: 4, start };

async function start(context: MountContext): Promise<Mounted> {
  const { service, clock, gate, keepsConnections = false } = context;
  const transport = createInProcessTransport(context);
  const authority = packagedAuthority();
  const underway = new Map<string, number>();
  /** By the address that is theirs. */
  const names = new Map<string, string>();
  const addressOf = async (name: string): Promise<string | undefined> => {
    const known = [...names].find(([, owner]) => owner === name)?.[0];
    // Other systems have one address of loopback.
    if (known !== undefined || process.platform !== "linux") return known;
    const host = `127.${FIRST_OWN_NETWORK + (names.size >> 8)}.0.${names.size & 0xff}`;
    names.set(host, name);
    await wayIn.listenAt({ host, port: wayIn.port });
    return host;
  };
  const count = (name: string, by: number): void =>
    void underway.set(name, (underway.get(name) ?? 0) + by);
  const wayIn = await startWayIn({
    listen: { host: "127.0.0.1", port: 0 },
    authority,
    service,
    clock,
    gate,
    machineOrigin: MACHINE_ORIGIN,
    clientOf: ({ localAddress = "" }: Socket) =>
      Promise.resolve({ process: undefined, address: localAddress }),
    causeOf: ({ proxyUser, address }) => ({ client: proxyUser ?? names.get(address) ?? "" }),
    async causedBy({ client }, work) {
      count(client, 1);
      try {
        return await (context.causedByProgram === undefined
          ? work()
          : context.causedByProgram(client, work));
      } finally {
        count(client, -1);
      }
    },
    keepsConnections: () => keepsConnections,
    connectsAtRequest: true,
    failing: new WeakMap(),
    onHarnessError: (error) => context.onHarnessError?.(error),
  });
  return {
    fetch: transport.send,
    reachesProcess: false,
    programs: {
      async environmentOf(name) {
        const own = await addressOf(name);
        return {
          ...environmentOf(name, { port: wayIn.port, ca: authority.file }),
          ...(own === undefined ? {} : { BROWNOUT_ADDRESS: `${own}:${wayIn.port}` }),
        };
      },
      underway: (name) => underway.get(name) ?? 0,
    },
    async stop() {
      await wayIn.stop();
      transport.stop();
    },
  };
}

/** The second number of the addresses of programs: usual programs have 127.0. */
const FIRST_OWN_NETWORK = 64;

/** Machines that programs find by an address of their own, and not by a variable. */
const MACHINE_ORIGIN = "http://169.254.169.254";

/** What all ecosystems read: the proxy with the name of the program, and the certificate to trust. */
function environmentOf(
  name: string,
  { port, ca }: { readonly port: number; readonly ca: string },
): Readonly<Record<string, string>> {
  const proxy = `http://${encodeURIComponent(name)}:-@127.0.0.1:${port}`;
  return {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    // No other may lead past it.
    NO_PROXY: "",
    no_proxy: "",
    CURL_CA_BUNDLE: ca,
    REQUESTS_CA_BUNDLE: ca,
    SSL_CERT_FILE: ca,
    NODE_EXTRA_CA_CERTS: ca,
    NODE_USE_ENV_PROXY: "1",
    ...machineVariables(),
  };
}

/** The variables of the machine on which this process stands, as far as they are set. */
function machineVariables(): Readonly<Record<string, string>> {
  const set = identityVariables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}
