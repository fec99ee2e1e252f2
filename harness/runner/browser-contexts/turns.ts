/**
 * Requests of pages and ends of calls into pages arrive from a browser in any order. They wait
 * here until all is quiet and go on in an order of their own content, so that one seed gives
 * one journal. Ends of calls go before requests and one by one; of requests, one of each
 * operation goes at a time.
 */
import { abortBy, textOfRequest } from "../../core/http/message.ts";
import type { Service } from "../../core/http/service.ts";
import type { Gate } from "../../core/time/gate.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface Turns {
  /** The service for requests that wait for their turn. */
  around(service: Service): Service;
  /** Resolves when it is the turn of the call that has ended in this context. */
  ended(): Promise<void>;
  /** Whether something waits. */
  isWaiting(): boolean;
  /** Lets those go on whose turn it is; false when nothing waits. */
  next(): boolean;
  /** Addresses of the requests that wait, without preflights, which browsers do not report. */
  addresses(): readonly string[];
}

interface Waiting {
  readonly rank: number;
  readonly operation: number;
  readonly text: string;
  /** Of a request. */
  readonly address?: string;
  /** Whether browsers report it. */
  readonly isReported?: boolean;
  readonly resolve: () => void;
}

/** Creates the queue, with nothing in it. */
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
      // An aborted request goes on at once: there is nothing left to order.
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
        const isReported = method !== "OPTIONS";
        await gate.asleep(wait({ rank: 1, text, address: url, isReported }, signal));
        return service.connect(attempt);
      },
      handle(request) {
        // That a page has gone away also waits for its turn.
        const { signal } = request;
        const gone = new AbortController();
        const abortInTurn = async (): Promise<void> => {
          await wait({ rank: 0, text: `${request.method} ${request.url}` });
          gone.abort(signal.reason);
        };
        signal.addEventListener("abort", () => void abortInTurn(), { once: true });
        abortBy(request, gone.signal);
        return service.handle(request);
      },
    }),
    isWaiting: () => waiting.size > 0,
    ended: () => wait({ rank: 0, text: "" }),
    next() {
      const inLine = [...waiting].toSorted(inOrder);
      const [first] = inLine;
      if (first === undefined) return false;
      const isEnd = first.address === undefined;
      const gone = new Set<number>();
      for (const one of isEnd ? [first] : inLine) {
        // Requests of several calls at one instant go together; those of one call go one after the other.
        if (gone.has(one.operation)) continue;
        gone.add(one.operation);
        waiting.delete(one);
        one.resolve();
      }
      return true;
    },
    addresses: () =>
      [...waiting].flatMap(({ address, isReported }) =>
        address !== undefined && isReported === true ? address : [],
      ),
  };
}

function inOrder(a: Waiting, b: Waiting): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.operation !== b.operation) return a.operation < b.operation ? -1 : 1;
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}
