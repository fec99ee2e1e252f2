/**
 * Answers one HTTP request, in the Fetch standard's own types: the one shape that crosses the
 * project. Rejects with a `NetworkFault` when there is no complete answer.
 *
 * @example
 * const maintenance: Handler = () =>
 *   Promise.resolve(new Response("Service Unavailable", { status: 503 }));
 */
export type Handler = (request: Request) => Promise<Response>;

/**
 * Wraps a handler in another one: a fault, a failover, a recording.
 *
 * @example
 * const slow = (clock: Clock): Layer => (next) => async (request) => {
 *   await clock.sleep(seconds(5));
 *   return next(request);
 * };
 */
export type Layer = (next: Handler) => Handler;
