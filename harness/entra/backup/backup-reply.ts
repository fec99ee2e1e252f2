/**
 * The replies of the backup: with the markers that clients read (`docs/sources.md#d5`), its
 * decline, and its refusal of requests that did not come through the gateway (D.6).
 */
import type { ServiceSettings } from "../directory/service-settings.ts";
import { aadstsRow, type AadstsCode } from "../aadsts-errors/code-table.ts";
import { aadstsMessage, errorEnvelope } from "../aadsts-errors/error-envelope.ts";
import { createResponse, type HeaderPair } from "../../core/http/message.ts";

/** A JSON reply. */
interface JsonReply {
  readonly status: number;
  readonly body: unknown;
  /** As made by `entra/request/cors.ts` for the request. */
  readonly cors: readonly HeaderPair[];
  /** Sent as `x-ms-request-id` and as the backup's own request id. */
  readonly id: string;
}

/** The request that is answered, and when. */
export interface ReplyContext {
  readonly settings: ServiceSettings;
  readonly cors: readonly HeaderPair[];
  /** Trace id of the reply, and the backup's own request id. */
  readonly id: string;
  /** The client's own id for its request, or a new one. */
  readonly correlationId: string;
  /** ms since the Unix epoch. */
  readonly nowMs: number;
}

/** A reply with the backup's markers. */
export function jsonReply(
  { status, body, cors, id }: JsonReply,
  settings: ServiceSettings,
): Response {
  const text = JSON.stringify(body);
  const headers: HeaderPair[] = [
    ["Cache-Control", "no-store, no-cache"],
    ["Pragma", "no-cache"],
    ["Content-Type", "application/json; charset=utf-8"],
    ...cors,
    ["x-ms-request-id", id],
    ["x-ms-srs", settings.backupServerSequence],
    // Two clients read two spellings of the header (D.5).
    ["x-ms-ccs-requestid", id],
    ["xms-ccs-requestid", id],
    ["Content-Length", String(Buffer.byteLength(text))],
  ];
  return createResponse(text, { status, headers });
}

/** Code 50033: the backup has no session that it may serve, or a rule forbids it. The reported body has no `AADSTS`. */
export function decline(context: ReplyContext): Response {
  const message =
    "CCS could not serve the request that had failed at ESTS due to server error and got auto failed over to CCS.";
  const status = context.settings.backupDeclineStatus;
  return errorReply(context, { status, code: 50033, message });
}

/** Code 230109, CachedCredentialNonGWAuthNRequestsNotSupported: the backup takes requests from the gateway only. */
export function refuseDirectTraffic(context: ReplyContext): Response {
  const message = aadstsMessage(230109, aadstsRow(230109).text);
  const status = context.settings.backupDirectStatus;
  return errorReply(context, { status, code: 230109, message });
}

/** An error body without `error_uri`, as in the reported one. */
function errorReply(
  { id, correlationId, nowMs, settings, cors }: ReplyContext,
  { status, code, message }: Readonly<{ status: number; code: AadstsCode; message: string }>,
): Response {
  const body = errorEnvelope(
    { code, error: aadstsRow(code).error, message },
    { traceId: id, correlationId, nowMs, errorSeparator: settings.errorSeparator },
  );
  return jsonReply({ status, body, cors, id }, settings);
}
