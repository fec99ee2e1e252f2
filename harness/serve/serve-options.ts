/** The options of a served simulation. */
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { World } from "../entra/directory/world.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { Authority } from "../network/way-in/authority.ts";
import type { OwnHosts } from "../network/way-in/own-hosts.ts";
import type { ListenAddress } from "../network/way-in/way-in.ts";
import type { OtlpReceiver } from "./traces/otlp.ts";

/** How time passes: as the machine's, so many times as fast, or only when it is moved. */
export type ServedClock =
  | { readonly kind: "flowing"; readonly rate: number }
  | { readonly kind: "stepped" };

export interface ServeOptions {
  readonly listen: ListenAddress;
  /** Further places that take the same. */
  readonly alsoAt?: readonly ListenAddress[];
  readonly world?: World;
  readonly settings?: Partial<ServiceSettings>;
  /** What is broken from the start. */
  readonly plan?: FaultPlan;
  readonly clock: ServedClock;
  /** Called with the time whenever stepped time moves, before anything that is due then happens; ms since the Unix epoch. */
  readonly onTime?: (nowMs: number) => void;
  readonly seed: string;
  /** No one has asked for that seed: a state that is there has its own. */
  readonly seedIsRandom?: true;
  /** The file in which the service keeps what it has issued and what was changed; default: it ends with the simulation. */
  readonly state?: string;
  /** The machine of the world on which the programs run. */
  readonly machine?: string;
  /** The file of the journal; default: it is kept in memory only, as far as it is kept. */
  readonly journal?: string;
  /** The origin of another identity provider, which answers what no fault takes; default: the simulated one answers. */
  readonly upstream?: string;
  /** Hosts of the user, and the servers to which requests for them go; the authority must be one that signs for them. */
  readonly ownHosts?: OwnHosts;
  /** Where traces are sent; default: nowhere. */
  readonly otlp?: OtlpReceiver;
  /** Whose certificates it shows; default: those of the package. */
  readonly authority?: Authority;
  /** How the history names what is tested. */
  readonly app: string;
  /** How many events stay in memory. */
  readonly eventsKept: number;
  /** Called with what went wrong that no client has caused: a request to a host that is not simulated, a file that cannot be written. */
  readonly onProblem: (error: unknown) => void;
}
