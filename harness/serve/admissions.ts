/**
 * Decisions about connections at the time when the name of their host is looked up, for a name
 * server of our own: the connection that follows is then not asked about again.
 */
import { createRequest } from "../core/http/message.ts";
import { NetworkFault } from "../core/http/network-fault.ts";
import type { Clock } from "../core/time/clock.ts";
import type { Service } from "../core/http/service.ts";
import { isServedHost } from "../network/served-hosts.ts";
import type { ClientConnection, ClientNames } from "./instances.ts";

/** Where a name leads: to the way in, to nowhere as a fault says, or nowhere because it is not simulated. */
export type Admission = "served" | "not-served" | NetworkFault;

export interface AdmissionParts {
  readonly service: Service;
  readonly clock: Clock;
  /** Runs work as caused by a client. */
  readonly causedBy: <T>(
    connection: ClientConnection,
    names: ClientNames,
    work: () => Promise<T>,
  ) => Promise<T>;
  /** Is filled with attempts to connect, and called with why one will fail. */
  readonly failing: WeakMap<Request, (fault: NetworkFault) => void>;
  readonly onHarnessError: (error: unknown) => void;
}

export interface Admissions {
  readonly admit: (host: string, client: ClientConnection) => Promise<Admission>;
  /** What was decided about the connection that is made now; undefined when it was not. */
  readonly take: (host: string) => { readonly wrongName: boolean } | undefined;
}

/** A connection follows the look-up of its name at once, or it is another one; ms. */
const ADMITTED_MS = 2_000;

/** Creates it, with nothing decided. */
export function createAdmissions(parts: AdmissionParts): Admissions {
  const { clock, causedBy } = parts;
  const admitted = new Map<string, { readonly untilMs: number; readonly wrongName: boolean }>();
  return {
    async admit(host, client) {
      if (!isServedHost(host)) return "not-served";
      const attempt = createRequest(`https://${host}/`);
      const fault = await causedBy(client, {}, () => faultOf(attempt, parts));
      const wrongName = fault?.code === "ERR_TLS_CERT_ALTNAME_INVALID";
      if (fault !== undefined && !wrongName) return fault;
      admitted.set(host, { untilMs: clock.now() + ADMITTED_MS, wrongName });
      return "served";
    },
    take(host) {
      const before = admitted.get(host);
      admitted.delete(host);
      return before !== undefined && clock.now() < before.untilMs ? before : undefined;
    },
  };
}

/** Why a connection fails, as soon as it is decided: that of a lost packet fails much later. */
function faultOf(
  attempt: Request,
  { service, failing, onHarnessError }: AdmissionParts,
): Promise<NetworkFault | undefined> {
  return new Promise((resolve) => {
    failing.set(attempt, resolve);
    service.connect(attempt).then(
      () => resolve(undefined),
      (error: unknown) => {
        if (!(error instanceof NetworkFault)) onHarnessError(error);
        resolve(error instanceof NetworkFault ? error : undefined);
      },
    );
  });
}
