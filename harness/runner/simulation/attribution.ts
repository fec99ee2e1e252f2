/**
 * Finds the operation and the application behind a request from a browser, which has no call
 * stack to follow. The operation is known by the correlation id that the adapter gave its
 * library, which sends it as `client-request-id`; otherwise the application is known by its
 * client id, or by the origin of the page.
 */
import { textOfRequest } from "../../core/http/message.ts";
import type { Service } from "../../core/http/service.ts";
import type { Cause } from "../../history/ledger.ts";
import type { Recorder } from "../../history/recorder.ts";

export interface Attribution {
  /** Attributes requests with this id to the operation that calls this. */
  claim(correlationId: string): void;
  /** Attributes requests of no known operation with this client id, or from this origin, to this application. */
  own(mark: string, client: string): void;
  /** The service, with each request handled in the context of its cause. */
  around(service: Service): Service;
}

/** Creates the attribution, with no claim. */
export function createAttribution(recorder: Recorder): Attribution {
  const operations = new Map<string, Cause>();
  const clients = new Map<string, string>();
  const causeOf = async (request: Request): Promise<Cause | undefined> => {
    const texts = [request.url, await textOfRequest(request), request.headers.get("referer") ?? ""];
    const find = (field: RegExp): string | undefined =>
      texts.map((text) => field.exec(text)?.[1]).find((value) => value !== undefined);
    const operation = operations.get(find(/\bclient-request-id=([\w-]+)/) ?? "");
    if (operation !== undefined) return operation;
    const marks = [find(/\bclient_id=([\w-]+)/), request.headers.get("origin") ?? undefined];
    const client = marks.map((mark) => clients.get(mark ?? "")).find((name) => name !== undefined);
    return client === undefined ? undefined : { client };
  };
  const inContext = async <T>(request: Request, work: () => Promise<T>): Promise<T> => {
    if (operations.size + clients.size === 0) return work();
    const cause = await causeOf(request);
    return cause === undefined ? work() : recorder.causedBy(cause, work);
  };
  return {
    claim(correlationId) {
      const cause = recorder.cause();
      if (cause !== undefined) operations.set(correlationId, cause);
    },
    own: (mark, client) => void clients.set(mark, client),
    around: (service) => ({
      connect: (attempt) => inContext(attempt, () => service.connect(attempt)),
      handle: (request) => inContext(request, () => service.handle(request)),
    }),
  };
}
