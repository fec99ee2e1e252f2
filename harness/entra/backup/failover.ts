/**
 * The failover of the front door, for each request: what the primary answers with a server
 * error, or not at all, is offered to the backup. When the backup does not know the flow or
 * cannot be reached, the client gets the primary's own failure (`docs/sources.md#d1` and D.6).
 */
import { NetworkFault } from "../../core/http/network-fault.ts";
import type { Service } from "../../core/http/service.ts";
import type { Backup } from "./backup.ts";

export interface FailoverParts {
  readonly primary: Service;
  readonly backup: Backup;
  /** Whether a request reaches the backup without the gateway; default: never. */
  readonly isDirect?: (request: Request) => boolean;
  /** Wraps the backup in its own fault windows. */
  readonly aroundBackup: (service: Service) => Service;
}

/** The primary with the backup behind it. */
export function createFailover({
  primary,
  backup,
  isDirect = () => false,
  aroundBackup,
}: FailoverParts): Service {
  const replies = new WeakMap<Request, Response>();
  // The backup's own faults apply to requests that it would answer, and to no others.
  const fallback = aroundBackup({
    connect: () => Promise.resolve(),
    handle: (request) => Promise.resolve(replies.get(request) ?? Response.error()),
  });

  /** The backup's reply; `undefined` when it has none. */
  const ask = async (request: Request): Promise<Response | undefined> => {
    const prepared = await backup.serve(request);
    if (prepared === undefined) return undefined;
    replies.set(request, prepared);
    const reply = await fallback.handle(request).catch((error: unknown) => {
      if (error instanceof NetworkFault) return undefined;
      throw error;
    });
    if (reply !== undefined) byBackup.add(request);
    return reply;
  };

  return {
    connect: (attempt) => primary.connect(attempt),
    async handle(request) {
      if (isDirect(request)) {
        byBackup.add(request);
        return backup.refuse(request);
      }
      const answer = await primary.handle(request).catch((error: unknown) => {
        if (error instanceof NetworkFault) return error;
        throw error;
      });
      if (answer instanceof NetworkFault) {
        const reply = await ask(request);
        if (reply === undefined) throw answer;
        return reply;
      }
      if (answer.status >= 500) return (await ask(request)) ?? answer;
      await backup.observe(request, answer);
      return answer;
    },
  };
}

const byBackup = new WeakSet<Request>();

/** Whether the backup answered the request, by serving or by declining it. */
export function isServedByBackup(request: Request): boolean {
  return byBackup.has(request);
}
