/**
 * What the backup says, in its own form: the markers that clients read (`shared/facts/entra.md`
 * D.5), its decline, and its refusal of whoever does not come through the gateway (D.6).
 */
import type { ServiceSettings } from "../directory/world.ts";
import { createResponse, type HeaderPair } from "../../core/http/message.ts";

interface Told {
  readonly status: number;
  readonly body: unknown;
  /** As `http/cors.ts` has them for the request. */
  readonly cors: readonly HeaderPair[];
  /** Also `x-ms-request-id` and the backup's own request id. */
  readonly id: string;
}

/** To whom, and when. */
interface Said {
  readonly settings: ServiceSettings;
  readonly cors: readonly HeaderPair[];
  /** Trace id of the reply, and the backup's own request id. */
  readonly id: string;
  /** Of the client, when it sent one. */
  readonly correlationId: string | undefined;
  /** ms since the Unix epoch. */
  readonly nowMs: number;
}

/** A reply with the backup's markers. */
export function jsonReply({ status, body, cors, id }: Told, settings: ServiceSettings): Response {
  const text = JSON.stringify(body);
  const headers: HeaderPair[] = [
    ["Cache-Control", "no-store, no-cache"],
    ["Pragma", "no-cache"],
    ["Content-Type", "application/json; charset=utf-8"],
    ...cors,
    ["x-ms-request-id", id],
    ["x-ms-srs", settings.backupServerSequence],
    // Two clients read two spellings; only the name is known (D.5).
    ["x-ms-ccs-requestid", id],
    ["xms-ccs-requestid", id],
    ["Content-Length", String(Buffer.byteLength(text))],
  ];
  return createResponse(text, { status, headers });
}

/** Code 50033: the backup has no session that it may serve, or a rule speaks against it. */
export function decline(said: Said): Response {
  const description =
    "CCS could not serve the request that had failed at ESTS due to server error and got auto failed over to CCS.";
  const body = errorBody({ error: "temporarily_unavailable", description, code: 50033 }, said);
  return jsonReply({ ...said, status: said.settings.backupDeclineStatus, body }, said.settings);
}

/** Code 230109, CachedCredentialNonGWAuthNRequestsNotSupported: only the gateway may ask the backup. */
export function refuseDirectTraffic(said: Said): Response {
  const description =
    "AADSTS230109: The backup authentication service takes requests from the gateway only.";
  const body = errorBody({ error: "invalid_request", description, code: 230109 }, said);
  return jsonReply({ ...said, status: said.settings.backupDirectStatus, body }, said.settings);
}

/** As those of the primary (A.9). */
function errorBody(
  error: { readonly error: string; readonly description: string; readonly code: number },
  { nowMs, id, correlationId = id, settings }: Said,
): Record<string, unknown> {
  const nowText = `${new Date(nowMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const description = [
    error.description,
    `Trace ID: ${id}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${nowText}`,
  ];
  return {
    error: error.error,
    error_description: description.join(settings.errorSeparator === "crlf" ? "\r\n" : " "),
    error_codes: [error.code],
    timestamp: nowText,
    trace_id: id,
    correlation_id: correlationId,
  };
}
