/**
 * The JSON error body of ESTS, for everything that answers in its name: the token service,
 * its backup, and faults that answer in its place. Fields and their order are those of
 * recorded replies (`docs/sources.md#a9`).
 */

export interface ErrorEnvelope {
  readonly error: string;
  readonly error_description: string;
  readonly error_codes: readonly number[];
  /** `YYYY-MM-DD hh:mm:ssZ`. */
  readonly timestamp: string;
  readonly trace_id: string;
  readonly correlation_id: string;
  readonly error_uri?: string;
  readonly suberror?: string;
  /** What the client has to ask for in its next authorize request; JSON. */
  readonly claims?: string;
}

/** What went wrong. */
export interface EnvelopeError {
  readonly code: number;
  readonly error: string;
  readonly suberror?: string | undefined;
  readonly claims?: string | undefined;
  /** As `AadstsRow.isListed`. */
  readonly isListed?: false | undefined;
  /** The first sentence of the description, with its `AADSTS<code>: ` where it has one. */
  readonly message: string;
}

/** Which request it went wrong for, and when. */
export interface EnvelopeRequest {
  /** Also sent as `x-ms-request-id`. */
  readonly traceId: string;
  /** The client's own id for its request, or a new one. */
  readonly correlationId: string;
  /** ms since the Unix epoch. */
  readonly nowMs: number;
  /** The login host that the client asked, for `error_uri`; absent for an answer without one. */
  readonly host?: string | undefined;
  /** As `ServiceSettings.errorSeparator`. */
  readonly errorSeparator: "crlf" | "space";
}

/** The error body, its fields in the recorded order. */
export function errorEnvelope(error: EnvelopeError, request: EnvelopeRequest): ErrorEnvelope {
  const { traceId, correlationId, nowMs, host, errorSeparator } = request;
  const hasUri = host !== undefined && error.isListed !== false;
  const timestamp = `${new Date(nowMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const description = [
    error.message,
    `Trace ID: ${traceId}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${timestamp}`,
  ];
  return {
    error: error.error,
    error_description: description.join(errorSeparator === "crlf" ? "\r\n" : " "),
    error_codes: [error.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    ...(hasUri ? { error_uri: `https://${host}/error?code=${error.code}` } : {}),
    ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
    ...(error.claims === undefined ? {} : { claims: error.claims }),
  };
}

/** The message of an AADSTS error: what a person is shown, and how its description begins. */
export function aadstsMessage(code: number, text: string): string {
  return `AADSTS${code}: ${text}`;
}
