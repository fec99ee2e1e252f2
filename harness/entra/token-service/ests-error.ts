/** A refusal by the simulated token service, and the error envelope that it becomes. */
import type { ServiceSettings } from "../directory/service-settings.ts";
import { aadstsRow, type AadstsCode } from "../aadsts-errors/code-table.ts";
import {
  aadstsMessage,
  errorEnvelope,
  type ErrorEnvelope,
} from "../aadsts-errors/error-envelope.ts";

/** Thrown by every endpoint of the token service for a request that it refuses; never leaves it. */
export class EstsError extends Error {
  readonly code: AadstsCode;

  /** `detail` follows the text of the code and says what was found in the request. */
  constructor(code: AadstsCode, detail = "") {
    const { text } = aadstsRow(code);
    super(detail === "" ? text : `${text} ${detail}`);
    this.name = "EstsError";
    this.code = code;
  }
}

/** The request that is refused. */
interface RefusedRequest {
  readonly traceId: string;
  readonly correlationId: string;
  readonly clock: { readonly now: () => number };
  readonly described: { readonly host: string };
  readonly settings: Pick<ServiceSettings, "errorSeparator" | "revokedGrantSuberror">;
}

/** The error body of a refusal. */
export function envelopeOf(error: EstsError, refused: RefusedRequest): ErrorEnvelope {
  const { code } = error;
  const { traceId, correlationId, clock, described, settings } = refused;
  const row = aadstsRow(code);
  const isBare = code === 50173 && settings.revokedGrantSuberror === "none";
  return errorEnvelope(
    {
      code,
      error: row.error,
      suberror: isBare ? undefined : row.suberror,
      isListed: row.isListed,
      message: messageOf(error),
    },
    {
      traceId,
      correlationId,
      nowMs: clock.now(),
      host: described.host,
      errorSeparator: settings.errorSeparator,
    },
  );
}

/** `AADSTS<code>: ` and what was wrong. */
export function messageOf({ code, message }: EstsError): string {
  return aadstsMessage(code, message);
}
