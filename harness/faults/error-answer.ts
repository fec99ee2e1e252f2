/**
 * The error answers that faults give instead of the service: the JSON error of ESTS, the HTML page
 * of a gateway, a text, or an empty body. Sources: `docs/sources.md#a9`, A.10 and H.
 */
import type { Clock } from "../core/time/clock.ts";
import { correlationIdOf } from "../entra/request/correlation-id.ts";
import { createResponse, statusesWithoutBody } from "../core/http/message.ts";
import { aadstsRowOrDefault } from "../entra/aadsts-errors/code-table.ts";
import {
  aadstsMessage,
  type ErrorEnvelope,
  errorEnvelope,
} from "../entra/aadsts-errors/error-envelope.ts";
import type { Random } from "../core/random.ts";
import { type Asked, errorHeaders, lengthHeader, retryAfterHeaders } from "./error-headers.ts";
import type { CorsHeaders, ErrorBody, RespondEffect, RetryAfter } from "./plan.ts";

/** What an answer depends on, apart from the effect itself. */
export interface AnswerContext extends Asked {
  readonly clock: Clock;
  /** The chance of the window that answers. */
  readonly random: Random;
  /** As `ServiceSettings.errorSeparator`. */
  readonly errorSeparator: "crlf" | "space";
}

export interface ErrorAnswer {
  readonly status: number;
  readonly retryAfter: RetryAfter;
  readonly body: ErrorBody;
  readonly cors?: CorsHeaders | undefined;
}

/** An error response; its headers depend on the site of the fault. */
export function createErrorAnswer(answer: ErrorAnswer, context: AnswerContext): Response {
  const traceId = context.random.uuid();
  const { text, contentType, aadsts } = bodyOf(answer, context, traceId);
  const headers = [
    ...errorHeaders(context, { contentType, traceId, aadsts, cors: answer.cors }),
    ...retryAfterHeaders(answer.retryAfter, context.clock.now()),
    lengthHeader(text),
  ];
  return createResponse(text, { status: answer.status, headers });
}

/** A 200 with an empty JSON object: well-formed, and without anything that the request asked for. */
export function createEmptySuccess(
  { cors }: Pick<ErrorAnswer, "cors">,
  context: AnswerContext,
): Response {
  const traceId = context.random.uuid();
  const headers = errorHeaders(context, { contentType: JSON_TYPE, traceId, cors });
  return createResponse("{}", { status: 200, headers: [...headers, lengthHeader("{}")] });
}

/** An answer as the author of the plan wants it; its own headers replace the usual ones of the same name. */
export function createChosenAnswer(effect: RespondEffect, context: AnswerContext): Response {
  const { status, body, cors, headers: own = {}, retryAfter = { form: "absent" } } = effect;
  const traceId = context.random.uuid();
  const { text, contentType, aadsts } = bodyOf({ status, body }, context, traceId);
  const usual = [
    ...errorHeaders(context, { contentType, traceId, aadsts, cors }),
    ...retryAfterHeaders(retryAfter, context.clock.now()),
  ];
  const replaced = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const headers = [
    ...usual.filter(([name]) => !replaced.has(name.toLowerCase())),
    ...Object.entries(own),
    // RFC 9110 section 8.6: a 204 has no Content-Length.
    ...(statusesWithoutBody.includes(status) ? [] : [lengthHeader(text)]),
  ];
  return createResponse(text, { status, headers });
}

interface WrittenBody {
  readonly text: string;
  /** Absent when there is no body. */
  readonly contentType?: string;
  readonly aadsts?: number;
}

const JSON_TYPE = "application/json; charset=utf-8";

function bodyOf(
  { status, body }: Pick<ErrorAnswer, "status" | "body">,
  context: AnswerContext,
  traceId: string,
): WrittenBody {
  switch (body.form) {
    case "aadsts":
      return {
        text: JSON.stringify(envelopeOf(body.code, status, context, traceId)),
        contentType: JSON_TYPE,
        aadsts: body.code,
      };
    case "json":
      return { text: JSON.stringify(body.value), contentType: JSON_TYPE };
    case "text":
      return { text: body.text, contentType: "text/plain; charset=utf-8" };
    case "html":
      return { text: pageOf(status, body.title), contentType: "text/html; charset=utf-8" };
    case "empty":
      return { text: "" };
  }
}

/** The error that ESTS sends with that code; the fault decides the status. */
function envelopeOf(
  code: number,
  status: number,
  context: AnswerContext,
  traceId: string,
): ErrorEnvelope {
  const { request, described, clock, random, errorSeparator } = context;
  const { error, suberror, text, isListed } = aadstsRowOrDefault(code, status);
  return errorEnvelope(
    { code, error, suberror, isListed, message: aadstsMessage(code, text) },
    {
      traceId,
      correlationId: correlationIdOf(request, described) ?? random.uuid(),
      nowMs: clock.now(),
      host: described.host,
      errorSeparator,
    },
  );
}

/** The page of a gateway that reaches no server behind it. The real gateway's was not captured. */
function pageOf(status: number, title: string): string {
  const safeTitle = title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return [
    "<!DOCTYPE html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${safeTitle}</title></head>`,
    `<body><main role="alert"><h1>${safeTitle}</h1><hr><p>HTTP Error ${status}. Please try again later.</p></main></body></html>`,
    "",
  ].join("\r\n");
}
