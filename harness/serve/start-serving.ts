/** A served simulation with its control API: what `serve` and `exec` start. */
import { textOf } from "../core/thrown.ts";
import { identityVariables } from "../entra/managed-identity/environment.ts";
import { unmockedLookup } from "../network/served-hosts.ts";
import { authorityFile } from "../network/https-server.ts";
import { type ControlServer, startControl } from "./control/control-server.ts";
import { createChangesMade } from "./control/changes-made.ts";
import { createOpenOperations } from "./control/open-operations.ts";
import { createTimedFaults } from "./control/timed-faults.ts";
import type { Ready } from "./ready-file.ts";
import type { ServeOptions } from "./serve-options.ts";
import { type NameServer, startNameServer } from "./sandbox/name-server.ts";
import { startSupervisor, type Supervisor } from "./supervisor.ts";
import type { ListenAddress } from "../network/way-in/way-in.ts";

export interface Serving {
  readonly supervisor: Supervisor;
  readonly control: ControlServer;
  readonly ready: Ready;
  /** What went wrong that no client has caused. */
  readonly problems: () => readonly string[];
  /** Ends both, with a complete journal. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** As many problems are remembered. */
const PROBLEMS_MAX = 100;

/** Starts both; rejects with a `HarnessError`, and leaves nothing behind then. */
export async function startServing(
  options: ServeOptions & {
    readonly control: ListenAddress;
    /** Where a name server listens that leads names here; default: nowhere. */
    readonly dns?: ListenAddress;
    /** The secret of the control API. */
    readonly token: string;
    readonly pid: number;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): Promise<Serving> {
  const problems: string[] = [];
  const supervisor = await startSupervisor({
    ...options,
    onProblem(error) {
      problems.push(textOf(error));
      if (problems.length > PROBLEMS_MAX) problems.shift();
      options.onProblem(error);
    },
  });
  const { token } = options;
  let names: NameServer | undefined;
  try {
    names = await startNames(supervisor, options);
    const control = await startControl({
      listen: options.control,
      token,
      context: {
        supervisor,
        faults: createTimedFaults(supervisor),
        operations: createOpenOperations(supervisor),
        changes: createChangesMade(),
        problems: () => problems,
      },
    });
    return {
      supervisor,
      control,
      ready: readyOf(supervisor, { ...options, control: control.url, token, names }),
      problems: () => problems,
      async stop() {
        await control.stop();
        await names?.stop();
        await supervisor.stop();
      },
    };
  } catch (error) {
    await names?.stop();
    await supervisor.stop();
    throw error;
  }
}

/** A name server beside the programs, whose names all lead to the way in. */
async function startNames(
  supervisor: Supervisor,
  {
    dns,
    ownHosts,
    onProblem,
  }: Pick<ServeOptions, "ownHosts" | "onProblem"> & {
    readonly dns?: ListenAddress;
  },
): Promise<NameServer | undefined> {
  if (dns === undefined) return undefined;
  return startNameServer({
    wayIn: () => supervisor.current().wayIn,
    listen: dns,
    address: reachedAt(supervisor),
    ownHosts,
    lost: undefined,
    onUnknown: (name) => onProblem(unmockedLookup(name)),
    onError: onProblem,
  });
}

/** Who listens on every address is reached at this one. */
function reachedAt(supervisor: Supervisor): string {
  const { host } = supervisor.current().wayIn;
  return /^(?:0\.0\.0\.0|::)$/.test(host) ? "127.0.0.1" : host;
}

function readyOf(
  supervisor: Supervisor,
  {
    control,
    token,
    pid,
    journal,
    upstream,
    authority,
    names,
    environment,
  }: Pick<Ready, "control" | "token" | "pid"> &
    Pick<ServeOptions, "journal" | "authority" | "upstream"> & {
      readonly names: NameServer | undefined;
      readonly environment: Readonly<Record<string, string | undefined>>;
    },
): Ready {
  const { wayIn, seed } = supervisor.current();
  const host = reachedAt(supervisor);
  const origin = `http://${host.includes(":") ? `[${host}]` : host}:${wayIn.port}`;
  return {
    schema: "brownout/ready/1",
    pid,
    host,
    port: wayIn.port,
    proxy: origin,
    ca: authority?.file ?? authorityFile(),
    control,
    token,
    seed,
    ...(journal === undefined ? {} : { journal }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(names === undefined ? {} : { dns: `${names.host}:${names.port}` }),
    machine: machineVariables(environment, origin),
  };
}

/** The variables of the machine, whose endpoint is at the way in. */
function machineVariables(
  environment: Readonly<Record<string, string | undefined>>,
  origin: string,
): Readonly<Record<string, string>> {
  const variables = identityVariables.flatMap((name) => {
    const value = environment[name];
    // Not over TLS: that name has a certificate of its own.
    return value === undefined ? [] : [[name, value.replace(/^http:\/\/[^/]+/, origin)] as const];
  });
  return Object.fromEntries(variables);
}
