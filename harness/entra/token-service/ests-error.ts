/** A refusal by the simulated token service, and the error envelope that it becomes. */
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { aadstsRow, type AadstsCode } from "../aadsts-errors/code-table.ts";
import {
  aadstsMessage,
  errorEnvelope,
  type ErrorEnvelope,
} from "../aadsts-errors/error-envelope.ts";

/** Thrown by every endpoint of the token service for a request that it refuses; never leaves it. */
export class EstsError extends Error {
  readonly code: AadstsCode;
  /** The `claims` of the answer, as JSON. */
  readonly claims: string | undefined;

  /** `detail` follows the text of the code and says what was found in the request. */
  constructor(code: AadstsCode, detail = "", claims?: string) {
    const { text } = aadstsRow(code);
    super(detail === "" ? text : `${text} ${detail}`);
    this.name = "EstsError";
    this.code = code;
    this.claims = claims;
  }
}

/** The request that is refused. */
interface RefusedRequest {
  readonly traceId: string;
  readonly correlationId: string;
  readonly clock: { readonly now: () => number };
  readonly described: Pick<EntraRequest, "host" | "version">;
  readonly settings: Pick<
    ServiceSettings,
    "errorSeparator" | "revokedGrantSuberror" | "policyRefusals" | "signInFrequencyError"
  >;
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
      error: oauthErrorOf(code, refused) ?? row.error,
      suberror: isBare ? undefined : row.suberror,
      claims: error.claims,
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

/** The error of a refusal by policy, which is not the same for all clients. */
function oauthErrorOf(
  code: AadstsCode,
  { settings, described }: Pick<RefusedRequest, "settings" | "described">,
): string | undefined {
  if (code === 70043) return settings.signInFrequencyError;
  if (!POLICY_REFUSALS.has(code)) return undefined;
  if (settings.policyRefusals !== "by-version") return settings.policyRefusals;
  return described.version === "1.0" ? "interaction_required" : "invalid_grant";
}

const POLICY_REFUSALS: ReadonlySet<AadstsCode> = new Set([50076, 50079, 53000, 53001, 53003]);

/** `AADSTS<code>: ` and what was wrong. */
export function messageOf({ code, message }: EstsError): string {
  return aadstsMessage(code, message);
}
