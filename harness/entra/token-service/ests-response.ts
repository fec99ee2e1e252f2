/** Turns the reply of an endpoint into an HTTP response: status, headers in recorded order, body. */
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
        clitelem: reply.clitelem,
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
  const body = JSON.stringify(envelopeOf(error, context));
  const isDiscovery = endpoint !== "token" && endpoint !== "device-code";
  return isDiscovery
    ? jsonResponse(context, { status, kind: "discovery", body })
    : jsonResponse(context, { status, kind: "token", body, clitelem: `1,${error.code},0,,` });
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
  reply: { status: number; kind: "discovery" | "token"; body: string; clitelem?: string },
): Response {
  const headers = headersFor(context, reply.body, {
    kind: reply.kind,
    contentType: "application/json; charset=utf-8",
    ...(reply.clitelem === undefined ? {} : { clitelem: reply.clitelem }),
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
  return estsHeaders({
    ...parts,
    requestId: traceId,
    contentLength: Buffer.byteLength(body),
    cors: corsHeaders(request, described.endpoint, settings.retryAfterExposed),
    openerPolicy: settings.loginOpenerPolicy,
  });
}

function cookieHeaders(cookies: readonly string[] = []): readonly HeaderPair[] {
  return cookies.map((cookie) => ["Set-Cookie", cookie] as const);
}
