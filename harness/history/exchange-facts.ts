/**
 * What the history keeps of a request and its answer: secrets replaced, headers of the HTTP stack
 * left out. The recorder and the reader of other tools' HARs write the same facts, so rules do not
 * depend on where a history comes from.
 */
import type { EntraRequest } from "../entra/request/endpoint.ts";
import { deliveryOf, headersOf, textOfResponse } from "../core/http/message.ts";
import { isResent } from "../core/http/resent.ts";
import type { ExchangeBegan, ExchangeEnd, ExchangeEnded } from "./event.ts";
import type { Redactor } from "./redact.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { factsOfSamlPage } from "./saml-facts.ts";
import { errorOfRedirect, factsOfBody } from "./wire-facts.ts";

/** Whom a request is for, as only the service knows. */
export interface KnownSubject {
  /** Tenant id. */
  readonly tenant?: string;
  /** Home account id. */
  readonly user?: string;
}

/**
 * The request as it left the client. A connection that was never made (`sent: "connection"`) has
 * only an address: no form, no headers, no user.
 */
export function beganFacts(
  request: Request,
  described: EntraRequest,
  redactor: Redactor,
  sent: "connection" | "request",
  subject: KnownSubject = {},
): Omit<ExchangeBegan, "index" | "at" | "kind" | "exchange" | "operation" | "client"> {
  const { tenant } = described;
  const address = {
    method: request.method,
    url: redactor.url(request.url),
    host: described.host,
    endpoint: described.endpoint,
    ...(tenant === undefined ? {} : { tenant }),
    ...(subject.tenant === undefined || subject.tenant === tenant
      ? {}
      : { tenantId: subject.tenant }),
  };
  const again = isResent(request) ? { resent: true as const } : {};
  if (sent === "connection") return { ...address, headers: [], ...again };
  const { app, grant, user, scope, parameters } = described;
  const isNamed = subject.user === undefined || subject.user.split(".")[0] === user;
  const headers = [...request.headers]
    .filter(
      ([name]) => RECORDED_HEADER.test(name) || (redactor.keepsClients && OF_PROGRAMS.has(name)),
    )
    .map(([name, value]): [string, string] => [name, redactor.header(name, value)]);
  const form = Object.entries(parameters).map(([name, value]) => [
    name,
    redactor.field(name, value),
  ]);
  return {
    ...address,
    ...(app === undefined ? {} : { app }),
    ...(grant === undefined ? {} : { grant }),
    ...(user === undefined ? {} : { user }),
    ...(isNamed ? {} : { subject: subject.user }),
    ...(scope === undefined ? {} : { scope }),
    headers,
    ...(request.method === "POST"
      ? { form: Object.fromEntries(form) as Readonly<Record<string, string>> }
      : {}),
    ...again,
  };
}

/** Every reply of the token service has an id of its request; the endpoints of machines have none. */
function originOf({ headers }: Response): "service" | "machine" {
  return headers.has("x-ms-request-id") ? "service" : "machine";
}

/** The answer that arrived at `atMs`, in ms since the Unix epoch. Of a cut body, the part that arrived; it grants no token. */
export async function endedFacts(
  response: Response,
  atMs: number,
  redactor: Redactor,
): Promise<{ ending: ExchangeEnd; more: Partial<ExchangeEnded> }> {
  const whole = await textOfResponse(response);
  const delivery = deliveryOf(response);
  const text = delivery.kind === "cut" ? firstBytes(whole, delivery.bytes) : whole;
  const bodyForm = bodyFormOf(response.headers.get("content-type") ?? "", text);
  const headers = headersOf(response).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    redactor.header(name, value),
  ]);
  const refusal = errorOfRedirect(response.headers.get("location") ?? "");
  const raw = response.headers.get("retry-after");
  const retryAfterMs = raw === null ? undefined : parseRetryAfter(raw, atMs);
  return {
    ending: {
      kind: "response",
      status: response.status,
      headers,
      bodyForm,
      body: redactor.body(text, bodyForm),
      ...(delivery.kind === "cut" ? { cut: delivery.by } : {}),
    },
    more: {
      ...(raw === null
        ? {}
        : { retryAfter: { raw, ...(retryAfterMs === undefined ? {} : { ms: retryAfterMs }) } }),
      ...(refusal === undefined ? {} : { error: refusal }),
      ...(bodyForm === "json" && delivery.kind !== "cut"
        ? factsOfBody(text, response.status, { atMs, from: originOf(response) })
        : {}),
      ...(bodyForm === "html" && delivery.kind !== "cut" ? factsOfSamlPage(text) : {}),
    },
  };
}

/** The headers that matter to Entra; the others depend on the HTTP stack and are not recorded. */
const RECORDED_HEADER =
  /^(access-control-request-(?:headers|method)|authorization|client-request-id|content-type|origin|return-client-request-id|x-anchormailbox|x-client-.*|x-ms-.*|metadata|secret|x-identity-header)$/;

/** What other programs say of themselves, and in which trace they ask. */
const OF_PROGRAMS: ReadonlySet<string> = new Set(["user-agent", "traceparent"]);

function firstBytes(text: string, bytes: number): string {
  return Buffer.from(text).subarray(0, bytes).toString("utf8");
}

function bodyFormOf(contentType: string, text: string): "json" | "html" | "text" | "empty" {
  if (text === "") return "empty";
  if (/\bjson\b/i.test(contentType)) return "json";
  if (/\bhtml\b/i.test(contentType)) return "html";
  return "text";
}
