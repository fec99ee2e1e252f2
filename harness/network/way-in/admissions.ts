/**
 * Decisions about connections at the time when the name of their host is looked up, for a name
 * server of our own: the connection that follows is then not asked about again.
 */
import { createRequest } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { Service } from "../../core/http/service.ts";
import { isServedHost } from "../served-hosts.ts";
import { isReachable, type OwnHosts } from "./own-hosts.ts";
import type { Cause } from "../../history/ledger.ts";
import type { CauseOf, ClientConnection } from "./client-connection.ts";

/** Where a name leads: to the way in, to nowhere as a fault says, or nowhere because it is not simulated. */
export type Admission = "served" | "not-served" | NetworkFault;

export interface AdmissionParts {
  readonly service: Service;
  readonly clock: Clock;
  readonly causeOf: CauseOf;
  /** Is filled with attempts to connect, and called with why one will fail; says who made it. Most do not fail, and need no look-up of their process. */
  readonly failing: WeakMap<Request, (fault: NetworkFault) => Promise<Cause>>;
  readonly onHarnessError: (error: unknown) => void;
  /** Hosts that lead here without being simulated; default: none. */
  readonly ownHosts?: OwnHosts | undefined;
}

export interface Admissions {
  /** Decides; asks for the client only when its connection will fail, before it is answered. */
  readonly admit: (host: string, client: () => Promise<ClientConnection>) => Promise<Admission>;
  /** What was decided about the connection that is made now; undefined when it was not. */
  readonly take: (host: string) => { readonly wrongName: boolean } | undefined;
}

/** A connection follows the look-up of its name at once, or it is another one; ms. */
const ADMITTED_MS = 2_000;

/** Creates it, with nothing decided. */
export function createAdmissions(parts: AdmissionParts): Admissions {
  const { clock, ownHosts } = parts;
  const admitted = new Map<string, { readonly untilMs: number; readonly wrongName: boolean }>();
  return {
    async admit(host, client) {
      if (!isServedHost(host)) return isReachable(host, ownHosts) ? "served" : "not-served";
      const attempt = createRequest(`https://${host}/`);
      const fault = await faultOf(attempt, client, parts);
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
  client: () => Promise<ClientConnection>,
  { service, failing, causeOf, onHarnessError }: AdmissionParts,
): Promise<NetworkFault | undefined> {
  return new Promise((resolve) => {
    failing.set(attempt, async (fault) => {
      const cause = causeOf(await client());
      resolve(fault);
      return cause;
    });
    service.connect(attempt).then(
      () => resolve(undefined),
      (error: unknown) => {
        if (!(error instanceof NetworkFault)) onHarnessError(error);
        resolve(error instanceof NetworkFault ? error : undefined);
      },
    );
  });
}
