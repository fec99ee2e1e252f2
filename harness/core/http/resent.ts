/**
 * Requests that a browser sent again by itself, because its connection was reset: to the
 * server they are two, the client asked once (`docs/sources.md#k3`).
 */
const resent = new WeakSet<Request>();

/** Says so of a request, before it is handled. */
export function markResent(request: Request): void {
  resent.add(request);
}

/** Whether the browser sent it again by itself. */
export function isResent(request: Request): boolean {
  return resent.has(request);
}
