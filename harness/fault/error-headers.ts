/**
 * The headers of an error answer: those of ESTS where it or its backup speaks, next to
 * none where a gateway or the protected API does. `shared/facts/entra.md` A.8.
 */
import type { EntraRequest } from "../http/endpoint.ts";
import type { HeaderPair } from "../http/message.ts";
import type { FaultSite, RetryAfter } from "./plan.ts";

/** Who is asked, and what. */
export interface Asked {
  readonly at: FaultSite;
  readonly request: Request;
  readonly described: EntraRequest;
}

/** What the body knows that its headers repeat. */
export interface HeaderFacts {
  readonly contentType?: string | undefined;
  readonly traceId: string;
  readonly aadsts?: number | undefined;
}

/** The header set of A.8 where ESTS or its backup speaks, the bare minimum elsewhere. */
export function errorHeaders(asked: Asked, facts: HeaderFacts): HeaderPair[] {
  const type: HeaderPair[] =
    facts.contentType === undefined ? [] : [["Content-Type", facts.contentType]];
  switch (asked.at) {
    case "edge":
    case "dns":
    case "resource":
    case "machine":
      return [["Cache-Control", "no-store"], ...type];
    case "primary":
    case "backup":
      return estsHeaders(asked, type, facts);
  }
}

function estsHeaders(
  { request, described }: Asked,
  type: readonly HeaderPair[],
  { traceId, aadsts }: HeaderFacts,
): HeaderPair[] {
  const isDiscovery =
    described.endpoint === "instance-discovery" ||
    described.endpoint === "openid-configuration" ||
    described.endpoint === "keys";
  const correlationId = request.headers.get("client-request-id");
  const isEchoed =
    correlationId !== null && request.headers.get("return-client-request-id") === "true";
  return [
    ["Cache-Control", "no-store, no-cache"],
    ["Pragma", "no-cache"],
    ...type,
    ["Expires", "-1"],
    ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"],
    ["X-Content-Type-Options", "nosniff"],
    ...(isDiscovery ? DISCOVERY_SHARING : request.headers.has("origin") ? TOKEN_SHARING : []),
    ["P3P", 'CP="DSP CUR OTPi IND OTRi ONL FIN"'],
    ...(isEchoed ? [["client-request-id", correlationId] as const] : []),
    ["x-ms-request-id", traceId],
    ["x-ms-ests-server", "2.1.20899.4 - NCUS ProdSlices"],
    ["x-ms-clitelem", `1,${aadsts ?? 0},0,,`],
    ["x-ms-srs", "1.P"],
    ["X-XSS-Protection", "0"],
  ];
}

/** Discovery is readable from every origin, always. */
const DISCOVERY_SHARING: readonly HeaderPair[] = [
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Allow-Methods", "GET, OPTIONS"],
];

/** The rest, when a browser asks. Retry-After is not among what its script may read. */
const TOKEN_SHARING: readonly HeaderPair[] = [
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Allow-Methods", "POST, OPTIONS"],
  ["Access-Control-Expose-Headers", "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs"],
];

/** Retry-After in the form that was asked for: RFC 9110 section 10.2.3, or a breach of it. */
export function retryAfterHeaders(retryAfter: RetryAfter, nowMs: number): HeaderPair[] {
  switch (retryAfter.form) {
    case "seconds":
      return [["Retry-After", String(retryAfter.seconds)]];
    case "http-date":
      // What toUTCString gives is an IMF-fixdate: RFC 9110 section 5.6.7.
      return [["Retry-After", new Date(nowMs + retryAfter.seconds * 1_000).toUTCString()]];
    case "absent":
      return [];
    case "zero":
      return [["Retry-After", "0"]];
    case "garbage":
      return [["Retry-After", retryAfter.text]];
  }
}

/** Content-Length: bytes of the whole text. */
export function lengthHeader(text: string): HeaderPair {
  return ["Content-Length", String(Buffer.byteLength(text))];
}
