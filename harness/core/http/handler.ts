/**
 * The one shape on the wire. A service is a `Handler`; a fault, a failover or a
 * recording is a `Layer` around one; a mount hangs a handler under a real HTTP stack.
 */

/** Answers one HTTP request. Rejects with a `NetworkFault` when there is no answer at all. */
export type Handler = (request: Request) => Promise<Response>;

/** Wraps a handler in another of the same shape. */
export type Layer = (next: Handler) => Handler;
