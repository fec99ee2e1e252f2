/** The requests of a history in the form that tests query: each with its end, in the order in which they began. */
import { checkKeys, HarnessError } from "../../core/errors.ts";
import { expected } from "../../core/validation-messages.ts";
import type { ExchangeEnded, History, WireError } from "../../history/event.ts";
import { checkEndpoint } from "../../history/endpoint-name.ts";
import type { Endpoint } from "../../entra/request/endpoint.ts";
import { exchangesOf, type Exchange } from "../../rules/model/exchanges.ts";
import { statusOf } from "../../rules/model/exchange-outcomes.ts";

export interface RequestSeen {
  /** ms since the test began. */
  readonly atMs: number;
  readonly endpoint: Endpoint;
  readonly method: string;
  /** With secrets and volatile ids replaced. */
  readonly url: string;
  readonly host: string;
  readonly grant?: string;
  /** Client id. */
  readonly app?: string;
  readonly scope?: string;
  /** Absent when no response came. */
  readonly status?: number;
  /** How it failed on the wire, such as `ECONNRESET`; absent when a response came, or none yet. */
  readonly failed?: string;
  readonly error?: WireError;
  readonly retryAfter?: string;
  /** Absent while it is under way. */
  readonly servedBy?: ExchangeEnded["servedBy"];
  /** Ids of the faults that affected it. */
  readonly faults: readonly string[];
}

export interface RequestFilter {
  readonly endpoint?: Endpoint;
  readonly host?: string;
  readonly servedBy?: ExchangeEnded["servedBy"];
}

/** The requests that match every given field; throws `unknown-name` for an endpoint that does not exist. */
export function requestsOf(history: History, filter: RequestFilter = {}): readonly RequestSeen[] {
  if (typeof filter !== "object" || filter === null) {
    throw new HarnessError("bad-usage", expected("an object", filter), {
      place: "requests",
      hint: 'Such as requests({ endpoint: "token" }).',
    });
  }
  checkKeys(filter, ["endpoint", "host", "servedBy"], "requests");
  const { endpoint, host, servedBy } = filter;
  if (endpoint !== undefined) checkEndpoint(endpoint);
  return exchangesOf(history)
    .filter(({ began, ended }) => {
      if (endpoint !== undefined && began.endpoint !== endpoint) return false;
      if (host !== undefined && began.host !== host.toLowerCase()) return false;
      return servedBy === undefined || ended?.servedBy === servedBy;
    })
    .map((exchange) => seen(exchange, history.header.startedAt));
}

function seen(exchange: Exchange, startedAt: number): RequestSeen {
  const { began, ended } = exchange;
  const status = statusOf(exchange);
  const end = ended?.end;
  return {
    atMs: began.at - startedAt,
    endpoint: began.endpoint,
    method: began.method,
    url: began.url,
    host: began.host,
    ...(began.grant === undefined ? {} : { grant: began.grant }),
    ...(began.app === undefined ? {} : { app: began.app }),
    ...(began.scope === undefined ? {} : { scope: began.scope }),
    ...(status === undefined ? {} : { status }),
    ...(end?.kind === "network-fault" ? { failed: end.code } : {}),
    ...(end?.kind === "abandoned" ? { failed: "abandoned" } : {}),
    ...(ended?.error === undefined ? {} : { error: ended.error }),
    ...(ended?.retryAfter === undefined ? {} : { retryAfter: ended.retryAfter.raw }),
    ...(ended === undefined ? {} : { servedBy: ended.servedBy }),
    faults: ended?.faults ?? [],
  };
}
