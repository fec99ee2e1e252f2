/**
 * What comes out of a browser, requests of its pages and ends of calls into them, comes when
 * the machine likes. Here it waits until all is at rest, and goes on one at a time, in an
 * order of its own content: so one seed gives one journal. Order among what waits: ends of
 * calls before requests, then by operation, then by what is asked.
 */
import { textOfRequest } from "../http/message.ts";
import type { Service } from "../http/service.ts";
import type { Gate } from "../clock/gate.ts";
import type { Recorder } from "../history/recorder.ts";

export interface Turns {
  /** The service for requests that wait for their turn. */
  around(service: Service): Service;
  /** Resolves when it is the turn of whatever ended in this context. */
  ended(): Promise<void>;
  /** Lets the first go on; false when nobody waits. */
  next(): boolean;
  /** Addresses of the requests that wait, but for preflights, of which browsers do not tell. */
  addresses(): readonly string[];
}

interface Waiting {
  readonly rank: number;
  readonly operation: number;
  readonly text: string;
  readonly address?: string;
  readonly resolve: () => void;
}

/** Nobody waits yet. */
export function createTurns({ recorder, gate }: { recorder: Recorder; gate: Gate }): Turns {
  const waiting = new Set<Waiting>();
  const wait = (
    what: Omit<Waiting, "operation" | "resolve">,
    signal?: AbortSignal,
  ): Promise<void> =>
    new Promise((resolve) => {
      const operation = recorder.cause()?.operation ?? Infinity;
      const one = { ...what, operation, resolve };
      waiting.add(one);
      // Whoever has gone away goes on at once: there is nothing left to order.
      signal?.addEventListener("abort", () => {
        if (waiting.delete(one)) resolve();
      });
    });
  return {
    around: (service) => ({
      async connect(attempt) {
        const { method, url, signal, headers } = attempt;
        // The harness's own requests come when the script sends them; browsers say who they are.
        if (!headers.has("user-agent")) return service.connect(attempt);
        const text = `${method} ${url} ${await textOfRequest(attempt)}`;
        const address = method === "OPTIONS" ? {} : { address: url };
        await gate.asleep(wait({ rank: 1, text, ...address }, signal));
        return service.connect(attempt);
      },
      handle: (request) => service.handle(request),
    }),
    ended: () => wait({ rank: 0, text: "" }),
    next() {
      const [first] = [...waiting].toSorted(inOrder);
      if (first === undefined) return false;
      waiting.delete(first);
      first.resolve();
      return true;
    },
    addresses: () => [...waiting].flatMap(({ address }) => address ?? []),
  };
}

function inOrder(a: Waiting, b: Waiting): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.operation !== b.operation) return a.operation < b.operation ? -1 : 1;
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}
