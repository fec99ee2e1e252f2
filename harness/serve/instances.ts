/**
 * Which application instance a request is from: its process where that can be seen, otherwise
 * where it comes from and how its client names itself. Two processes are two instances, so that
 * two pods are not taken for one client, nor eight runs of a program for a storm.
 */
import type { BegunOperation } from "../runner/simulation/operate.ts";
import type {
  CauseOf,
  ClientConnection,
  ClientNames,
} from "../network/way-in/client-connection.ts";

/** An operation that is under way, and whose requests belong to it. */
export interface OpenOperation {
  readonly client: string;
  readonly operation: number;
  /** Those of this process and its descendants; undefined: all. */
  readonly pid: number | undefined;
}

export interface Instances {
  /** The name of an instance in the history, such as `nightly-1`. */
  readonly nameOf: (connection: ClientConnection, names?: ClientNames) => string;
  /** The cause of a request: its instance, and the operation to which it belongs. */
  readonly causeOf: CauseOf;
  /** Requests belong to this operation until the returned function is called. */
  readonly open: (
    operation: Pick<BegunOperation, "operation"> & Omit<OpenOperation, "operation">,
  ) => () => void;
}

/** As many instances are known by name; the one that was named first is forgotten first. */
const INSTANCES_MAX = 20_000;

/** Creates it, with no instance known. */
export function createInstances(): Instances {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const operations: OpenOperation[] = [];

  const nameOf = (connection: ClientConnection, named: ClientNames = {}): string => {
    const key = keyOf(connection, named);
    const known = names.get(key);
    if (known !== undefined) return known;
    const base = baseOf(connection, named);
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const name = `${base}-${count}`;
    names.set(key, name);
    const [oldest] = names.keys();
    if (names.size > INSTANCES_MAX && oldest !== undefined) names.delete(oldest);
    return name;
  };

  return {
    nameOf,
    causeOf(connection, named) {
      const ancestry = connection.process?.ancestry ?? [];
      const within = operations.findLast(({ pid }) => pid !== undefined && ancestry.includes(pid));
      const [sole, another] = operations.filter(({ pid }) => pid === undefined);
      const found = within ?? (another === undefined ? sole : undefined);
      if (found === undefined) return { client: nameOf(connection, named) };
      return { client: found.client, operation: found.operation };
    },
    open(operation) {
      operations.push(operation);
      return () => {
        const at = operations.indexOf(operation);
        if (at >= 0) operations.splice(at, 1);
      };
    },
  };
}

function keyOf({ process, address, proxyUser }: ClientConnection, named: ClientNames): string {
  if (proxyUser !== undefined) return `user ${proxyUser}`;
  if (process !== undefined) return `process ${process.pid} ${process.startedAt}`;
  return JSON.stringify([address, named.sku, named.userAgent]);
}

function baseOf({ process, proxyUser }: ClientConnection, { sku, userAgent }: ClientNames): string {
  const product = /^[\w.-]+/.exec(sku ?? userAgent ?? "")?.[0];
  const name = proxyUser ?? process?.name ?? product ?? "client";
  return name.replaceAll(/[^\w.-]/g, "").slice(0, 40) || "client";
}
