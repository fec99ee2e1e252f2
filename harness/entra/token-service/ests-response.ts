/** Turns the reply of an endpoint into an HTTP response: status, headers in recorded order, body. */
import { cloudOfHost } from "../directory/clouds.ts";
import { corsHeaders, preflightHeaders } from "../request/cors.ts";
import { createResponse, type HeaderPair } from "../../core/http/message.ts";
import type { EstsContext } from "./context.ts";
import { aadstsRow } from "../aadsts-errors/code-table.ts";
import { envelopeOf, type EstsError } from "./ests-error.ts";
import { estsHeaders, type HeaderParts } from "./ests-headers.ts";
import { pageOfError } from "./html-pages.ts";
import type { EstsReply } from "./ests-reply.ts";

const HTML = "text/html; charset=utf-8";

/** The response for a reply without an error. */
export function replyResponse(context: EstsContext, reply: EstsReply): Response {
  switch (reply.kind) {
    case "discovery":
      return jsonResponse(context, {
        status: 200,
        kind: "discovery",
        body: JSON.stringify(reply.body),
      });
    case "token":
      return jsonResponse(context, {
        status: 200,
        kind: "token",
        body: JSON.stringify(reply.body),
        code: 0,
      });
    case "user-realm":
      return jsonResponse(context, {
        status: 200,
        kind: "user-realm",
        body: JSON.stringify(reply.body),
      });
    case "metadata": {
      const contentType = "application/samlmetadata+xml; charset=utf-8";
      const headers = headersFor(context, reply.xml, { kind: "discovery", contentType });
      return createResponse(reply.xml, { status: 200, headers });
    }
    case "page": {
      const headers = headersFor(context, reply.html, { kind: "page", contentType: HTML });
      return createResponse(reply.html, {
        status: reply.status,
        headers: [...headers, ...cookieHeaders(reply.cookies)],
      });
    }
    case "form-post": {
      const headers = headersFor(context, reply.html, { kind: "hand-over", contentType: HTML });
      return createResponse(reply.html, {
        status: 200,
        headers: [...headers, ...cookieHeaders(reply.cookies)],
      });
    }
    case "redirect": {
      const headers = headersFor(context, "", { kind: "hand-over", contentType: HTML });
      return createResponse("", {
        status: 302,
        headers: [["Location", reply.location], ...headers, ...cookieHeaders(reply.cookies)],
      });
    }
  }
}

/** An error: JSON for programs, a page on endpoints that a person sees, as ESTS does. */
export function errorResponse(context: EstsContext, error: EstsError): Response {
  const { endpoint } = context.described;
  if (endpoint === "authorize" || endpoint === "logout" || endpoint === "saml") {
    const { traceId, correlationId, clock } = context;
    const html = pageOfError(error, { traceId, correlationId, nowMs: clock.now() });
    return replyResponse(context, { kind: "page", status: 400, html });
  }
  const { status } = aadstsRow(error.code);
  const envelope = envelopeOf(error, context);
  if (endpoint === "token" || endpoint === "device-code")
    return jsonResponse(context, {
      status,
      kind: "token",
      body: JSON.stringify(envelope),
      code: error.code,
    });
  // Metadata has a name of its own for what a token request calls an invalid request (recorded in 2023).
  const isUnknownTenant = error.code === 90002;
  const named = isUnknownTenant ? { ...envelope, error: "invalid_tenant" } : envelope;
  const kind = isUnknownTenant ? "missing" : "discovery";
  return jsonResponse(context, { status, kind, body: JSON.stringify(named) });
}

/**
 * The value of `x-ms-clitelem`: the code and, for a refresh token, its age in ms. Recorded for
 * requests that name their library, and for no other (fixtures/recordings).
 */
function clitelemOf(context: EstsContext, code: number): { readonly clitelem?: string } {
  const { request, described, grants, clock } = context;
  const library = described.parameters["x-client-SKU"] ?? request.headers.get("x-client-sku");
  if (library === null || library === "") return {};
  const state = grants.refreshState(described.parameters["refresh_token"]);
  const age = state === undefined ? "" : `${clock.now() - state.issuedAtMs}.0`;
  return { clitelem: `1,${code},0,${age},` };
}

/** A path that does not exist: empty, but with the headers of ESTS (A.1, REC6). */
export function missingRoute(context: EstsContext): Response {
  return createResponse("", { status: 404, headers: headersFor(context, "", { kind: "missing" }) });
}

/** The answer to a CORS preflight. It was never recorded, so it lacks the other headers of ESTS. */
export function preflightResponse({ request, described }: EstsContext): Response {
  return createResponse("", {
    status: 200,
    headers: preflightHeaders(request, described.endpoint),
  });
}

function jsonResponse(
  context: EstsContext,
  reply: {
    readonly status: number;
    readonly kind: "discovery" | "missing" | "user-realm" | "token";
    readonly body: string;
    /** 0 without an error; absent where there is no telemetry. */
    readonly code?: number;
  },
): Response {
  const headers = headersFor(context, reply.body, {
    kind: reply.kind,
    contentType: "application/json; charset=utf-8",
    ...(reply.code === undefined ? {} : clitelemOf(context, reply.code)),
  });
  if (context.request.headers.get("return-client-request-id") === "true") {
    headers.push(["client-request-id", context.correlationId]);
  }
  return createResponse(reply.body, { status: reply.status, headers });
}

function headersFor(
  { request, described, settings, traceId }: EstsContext,
  body: string,
  parts: Pick<HeaderParts, "kind" | "contentType" | "clitelem">,
): HeaderPair[] {
  const isRegional = cloudOfHost(described.host)?.region !== undefined;
  return estsHeaders({
    ...parts,
    requestId: traceId,
    contentLength: Buffer.byteLength(body),
    isRegional,
    cors: isRegional ? [] : corsHeaders(request, described.endpoint, settings.retryAfterExposed),
    openerPolicy: settings.loginOpenerPolicy,
  });
}

function cookieHeaders(cookies: readonly string[] = []): readonly HeaderPair[] {
  return cookies.map((cookie) => ["Set-Cookie", cookie] as const);
}
