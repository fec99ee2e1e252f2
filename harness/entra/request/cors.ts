/**
 * CORS headers of ESTS, its backup and the protected APIs: what a page of another origin may
 * read of an answer, and the answer to a preflight. Everything that answers in their name
 * takes them from here.
 *
 * ESTS: `docs/sources.md#a8`, from recordings; the answer to a preflight was never recorded.
 * The backup gets the same headers: a page has read its decline (D.6, MSAL.js #4019).
 * Microsoft Graph: the headers of a real answer, and of Microsoft's own imitation
 * (dotnet/dev-proxy, `BuildGraphResponseHeaders`), which adds them for requests with an Origin;
 * in 2022 Retry-After was not among them (microsoftgraph/microsoft-graph-docs#17488). That
 * other APIs behave like Graph is our choice.
 */
import type { Endpoint } from "./endpoint.ts";
import type { HeaderPair } from "../../core/http/message.ts";

/** As `ServiceSettings.retryAfterExposed`; for ESTS and its backup only. */
export type RetryAfterExposed = "yes" | "no";

type Asking = Pick<Request, "headers">;

/** The CORS headers of an answer of that endpoint, with or without an error; none for pages that a person sees. */
export function corsHeaders(
  request: Asking,
  endpoint: Endpoint,
  retryAfterExposed: RetryAfterExposed,
): readonly HeaderPair[] {
  const more = retryAfterExposed === "yes" ? ["Retry-After"] : [];
  switch (sharing[endpoint]) {
    case "discovery":
      return [ANY_ORIGIN, DISCOVERY_METHODS, ...exposed(more, ",")];
    case "token":
      if (!request.headers.has("origin")) return [];
      return [ANY_ORIGIN, TOKEN_METHODS, ...exposed([...EXPOSED_BY_ESTS, ...more], ",")];
    case "api":
      return request.headers.has("origin") ? [ANY_ORIGIN, ...exposed(EXPOSED_BY_APIS, ", ")] : [];
    case "none":
      return [];
  }
}

/** The headers of the answer to a preflight: every request is allowed, except to endpoints whose pages a person sees. */
export function preflightHeaders(request: Asking, endpoint: Endpoint): readonly HeaderPair[] {
  const allowed = methodsOf(request, endpoint);
  const asked = request.headers.get("access-control-request-headers");
  const length: HeaderPair = ["Content-Length", "0"];
  if (allowed === undefined) return [length];
  return [
    ANY_ORIGIN,
    allowed,
    ...(asked === null ? [] : [["Access-Control-Allow-Headers", asked] as const]),
    ["Access-Control-Max-Age", "86400"],
    length,
  ];
}

function methodsOf({ headers }: Asking, endpoint: Endpoint): HeaderPair | undefined {
  switch (sharing[endpoint]) {
    case "discovery":
      return DISCOVERY_METHODS;
    case "token":
      return TOKEN_METHODS;
    case "api": {
      const asked = headers.get("access-control-request-method") ?? "GET";
      return ["Access-Control-Allow-Methods", `${asked}, OPTIONS`];
    }
    case "none":
      return undefined;
  }
}

/** Discovery is readable from every origin; tokens and APIs when the request has an Origin; pages never. */
const sharing: Readonly<Record<Endpoint, "discovery" | "token" | "api" | "none">> = {
  "instance-discovery": "discovery",
  "openid-configuration": "discovery",
  keys: "discovery",
  "user-realm": "none",
  "saml-metadata": "discovery",
  token: "token",
  "device-code": "token",
  userinfo: "api",
  resource: "api",
  authorize: "none",
  logout: "none",
  saml: "none",
  "managed-identity": "none",
  other: "none",
};

const ANY_ORIGIN: HeaderPair = ["Access-Control-Allow-Origin", "*"];
const DISCOVERY_METHODS: HeaderPair = ["Access-Control-Allow-Methods", "GET, OPTIONS"];
const TOKEN_METHODS: HeaderPair = ["Access-Control-Allow-Methods", "POST, OPTIONS"];

const EXPOSED_BY_ESTS = ["Content-Length", "Content-Encoding", "x-ms-request-id", "x-ms-srs"];

const EXPOSED_BY_APIS = [
  "ETag",
  "Location",
  "Preference-Applied",
  "Content-Range",
  "request-id",
  "client-request-id",
  "ReadWriteConsistencyToken",
  "Retry-After",
  "SdkVersion",
  "WWW-Authenticate",
  "x-ms-client-gcc-tenant",
];

function exposed(names: readonly string[], between: string): readonly HeaderPair[] {
  return names.length === 0 ? [] : [["Access-Control-Expose-Headers", names.join(between)]];
}
