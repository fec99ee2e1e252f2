/**
 * AADSTS codes with which ESTS reports trouble of its own. The simulated service never
 * raises them: fault plans and the backup answer with them.
 */
import type { AadstsRow } from "./code-row.ts";

const TRANSIENT = "A transient error has occurred. Please try again.";

export const serviceCodes = {
  50000: {
    status: 500,
    error: "server_error",
    text: "There was an error issuing a token.",
    source: "assumed",
  },
  50033: {
    status: 503,
    error: "temporarily_unavailable",
    text: TRANSIENT,
    source:
      "reported: AzureAD/microsoft-authentication-library-for-js issue 4019 (2021-08); the status is assumed",
  },
  90006: {
    status: 503,
    error: "temporarily_unavailable",
    text: TRANSIENT,
    source: "assumed",
  },
  90012: {
    status: 504,
    error: "temporarily_unavailable",
    text: "The request has timed out.",
    source: "assumed",
  },
  90024: {
    status: 503,
    error: "temporarily_unavailable",
    text: TRANSIENT,
    source: "assumed",
  },
  90033: {
    status: 503,
    error: "temporarily_unavailable",
    text: TRANSIENT,
    source: "reported: Azure/azure-sdk-for-python issue 14241 (outage of 2020-09-28)",
  },
  90041: {
    status: 500,
    error: "server_error",
    text: "The server could not answer.",
    isListed: false,
    source:
      "reported: AzureAD/microsoft-authentication-library-for-js issue 4329 (2021-12-16); the status is assumed",
  },
  90055: {
    status: 429,
    error: "temporarily_unavailable",
    text: "There are too many requests.",
    source: "assumed",
  },
  90090: {
    status: 503,
    error: "temporarily_unavailable",
    text: TRANSIENT,
    source: "assumed",
  },
  230109: {
    status: 400,
    error: "invalid_request",
    text: "The backup authentication service takes requests from the gateway only.",
    source: "assumed: the list of error codes has name and meaning",
  },
} as const satisfies Readonly<Record<number, AadstsRow>>;

/** The row of a service error that is in no table: the OAuth error follows from the HTTP status. */
export function unknownServiceRow(status: number): AadstsRow {
  const isBusy = status === 429 || status === 503 || status === 504;
  const error = isBusy ? "temporarily_unavailable" : "server_error";
  return { status, error, text: TRANSIENT, isListed: false, source: "assumed" };
}
