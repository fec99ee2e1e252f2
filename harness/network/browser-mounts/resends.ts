/**
 * What Chromium sends again by itself: a request that was broken off before anything of its
 * answer had come, on a connection that had been lying ready (`docs/sources.md#k3`;
 * measured: left over from other requests, or opened ahead for a navigation). The page
 * asked once, and only the browser knows: it reports each request of a page, and no repetition.
 */

/** Why a request was broken off: by what broke the exchange, or by what stands for a connection that was never made. */
export type BrokenBy = "exchange" | "connection";

export interface Resends {
  readonly broken: (request: Request, because: BrokenBy) => void;
  /** A request has arrived; resolves to why it was broken off before when the browser sends it again by itself. */
  readonly arrived: (request: Request) => Promise<BrokenBy | undefined>;
}

/** Of one browser; `requestsTo` says how often its pages asked for something. */
export function createResends(
  requestsTo: (method: string, url: string) => Promise<number>,
): Resends {
  const brokenBy = new Map<string, BrokenBy>();
  const known = new Map<string, number>();
  return {
    broken: (request, because) => void brokenBy.set(keyOf(request), because),
    async arrived(request) {
      const key = keyOf(request);
      const because = brokenBy.get(key);
      const number = (known.get(key) ?? 0) + 1;
      // The browser is asked only where there is something to repeat: it takes a while.
      if (because !== undefined && number > (await requestsTo(methodOf(request), request.url)))
        return because;
      known.set(key, number);
      return undefined;
    },
  };
}

const keyOf = (request: Request): string => `${request.method} ${methodOf(request)} ${request.url}`;

/** A browser does not report preflights: they count as the request that they are for. */
function methodOf({ method, headers }: Request): string {
  return (method === "OPTIONS" && headers.get("access-control-request-method")) || method;
}
