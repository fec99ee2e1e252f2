/**
 * The headers of an error answer: those of ESTS where it or its backup answers, very few where a
 * gateway or a protected API does (`docs/sources.md#a8`), and the CORS headers by which a page may
 * read it, except at a gateway.
 */
import { corsHeaders, type RetryAfterExposed } from "../entra/request/cors.ts";
import { estsHeaders } from "../entra/token-service/ests-headers.ts";
import type { EntraRequest } from "../entra/request/endpoint.ts";
import type { HeaderPair } from "../core/http/message.ts";
import type { CorsHeaders, FaultSite, RetryAfter } from "./plan.ts";
import { siteTraits } from "./site-traits.ts";

/** The request that is answered, and where. */
export interface Asked {
  readonly at: FaultSite;
  readonly request: Request;
  readonly described: EntraRequest;
  /** As `ServiceSettings.retryAfterExposed`. */
  readonly retryAfterExposed: RetryAfterExposed;
}

/** What the headers repeat of the body and the effect. */
export interface HeaderFacts {
  readonly contentType?: string | undefined;
  readonly traceId: string;
  readonly aadsts?: number | undefined;
  /** As the effect has it. */
  readonly cors?: CorsHeaders | undefined;
}

/** The headers of A.8 where ESTS or its backup answers, the minimum elsewhere. */
export function errorHeaders(asked: Asked, facts: HeaderFacts): HeaderPair[] {
  const type: HeaderPair[] =
    facts.contentType === undefined ? [] : [["Content-Type", facts.contentType]];
  const { answersAs, cors: usualCors } = siteTraits[asked.at];
  const { cors = usualCors } = facts;
  const shared =
    cors === "absent"
      ? []
      : corsHeaders(asked.request, asked.described.endpoint, asked.retryAfterExposed);
  return answersAs === "ests"
    ? headersOfEsts(asked, shared, facts)
    : [["Cache-Control", "no-store"], ...type, ...shared];
}

/** As ESTS answers programs, pages included: whether its own error pages refuse to be framed in an outage is not recorded. */
function headersOfEsts(
  { request }: Asked,
  cors: readonly HeaderPair[],
  { contentType, traceId, aadsts }: HeaderFacts,
): HeaderPair[] {
  const correlationId = request.headers.get("client-request-id");
  const isEchoed =
    correlationId !== null && request.headers.get("return-client-request-id") === "true";
  return [
    ...estsHeaders({
      kind: "token",
      requestId: traceId,
      ...(contentType === undefined ? {} : { contentType }),
      cors,
      openerPolicy: "absent",
      clitelem: `1,${aadsts ?? 0},0,,`,
    }),
    ...(isEchoed ? [["client-request-id", correlationId] as const] : []),
  ];
}

/** Retry-After in the given form, which follows RFC 9110 section 10.2.3 or breaks it. */
export function retryAfterHeaders(retryAfter: RetryAfter, nowMs: number): HeaderPair[] {
  switch (retryAfter.form) {
    case "seconds":
      return [["Retry-After", String(retryAfter.seconds)]];
    case "http-date":
      // toUTCString returns an IMF-fixdate: RFC 9110 section 5.6.7.
      return [["Retry-After", new Date(nowMs + retryAfter.seconds * 1_000).toUTCString()]];
    case "absent":
      return [];
    case "zero":
      return [["Retry-After", "0"]];
    case "garbage":
      return [["Retry-After", retryAfter.text]];
  }
}

/** Content-Length: the bytes of the whole text. */
export function lengthHeader(text: string): HeaderPair {
  return ["Content-Length", String(Buffer.byteLength(text))];
}
