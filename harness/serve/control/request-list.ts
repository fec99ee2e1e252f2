/** The requests of a served simulation, each with the instance that sent it. */
import { exchangesOf } from "../../rules/model/exchanges.ts";
import { checkEndpoint } from "../../history/endpoint-name.ts";
import type { History } from "../../history/event.ts";
import { type RequestFilter, type RequestSeen, requestsOf } from "../../runner/live/requests.ts";

export interface RequestOfInstance extends RequestSeen {
  /** The application instance, such as `nightly-1`. */
  readonly client?: string;
}

/** Those that match, the last of them when there are more than `last`. Throws `unknown-name` for an endpoint that does not exist. */
export function requestList(
  history: History,
  filter: RequestFilter,
  last = Infinity,
): readonly RequestOfInstance[] {
  if (filter.endpoint !== undefined) checkEndpoint(filter.endpoint);
  const seen = requestsOf(history);
  const all = exchangesOf(history).flatMap(({ began: { client } }, index): RequestOfInstance[] => {
    const request = seen[index];
    if (request === undefined || !isWanted(request, filter)) return [];
    return [client === undefined ? request : { client, ...request }];
  });
  return last >= all.length ? all : all.slice(-last);
}

function isWanted(request: RequestSeen, { endpoint, host, servedBy }: RequestFilter): boolean {
  if (endpoint !== undefined && request.endpoint !== endpoint) return false;
  if (host !== undefined && request.host !== host.toLowerCase()) return false;
  return servedBy === undefined || request.servedBy === servedBy;
}
