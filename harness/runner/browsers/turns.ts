/**
 * What comes out of a browser, requests of its pages and ends of calls into them, comes when
 * the machine likes. Here it waits until all is at rest, and goes on in an order of its own
 * content: so one seed gives one journal. Ends of calls go before requests and one by one; of
 * requests, one of each operation.
 */
import { abortBy, textOfRequest } from "../../core/http/message.ts";
import type { Service } from "../../core/http/service.ts";
import type { Gate } from "../../core/time/gate.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface Turns {
  /** The service for requests that wait for their turn. */
  around(service: Service): Service;
  /** Resolves when it is the turn of whatever ended in this context. */
  ended(): Promise<void>;
  /** Lets go on whose turn it is; false when nobody waits. */
  next(): boolean;
  /** Addresses of the requests that wait, but for preflights, of which browsers do not tell. */
  addresses(): readonly string[];
}

interface Waiting {
  readonly rank: number;
  readonly operation: number;
  readonly text: string;
  /** Of a request. */
  readonly address?: string;
  /** Browsers tell of it. */
  readonly isTold?: boolean;
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
        const isTold = method !== "OPTIONS";
        await gate.asleep(wait({ rank: 1, text, address: url, isTold }, signal));
        return service.connect(attempt);
      },
      handle(request) {
        // That a page has gone away, too, is told when the machine likes.
        const { signal } = request;
        const gone = new AbortController();
        const tell = async (): Promise<void> => {
          await wait({ rank: 0, text: `${request.method} ${request.url}` });
          gone.abort(signal.reason);
        };
        signal.addEventListener("abort", () => void tell(), { once: true });
        abortBy(request, gone.signal);
        return service.handle(request);
      },
    }),
    ended: () => wait({ rank: 0, text: "" }),
    next() {
      const inLine = [...waiting].toSorted(inOrder);
      const [first] = inLine;
      if (first === undefined) return false;
      const isEnd = first.address === undefined;
      const gone = new Set<number>();
      for (const one of isEnd ? [first] : inLine) {
        // What several calls ask at one instant is underway at once; one call asks one after the other.
        if (gone.has(one.operation)) continue;
        gone.add(one.operation);
        waiting.delete(one);
        one.resolve();
      }
      return true;
    },
    addresses: () =>
      [...waiting].flatMap(({ address, isTold }) =>
        address !== undefined && isTold === true ? address : [],
      ),
  };
}

function inOrder(a: Waiting, b: Waiting): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.operation !== b.operation) return a.operation < b.operation ? -1 : 1;
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}
