/**
 * The AADSTS errors with which ESTS announces trouble of its own, for fault answers only;
 * what a request itself does wrong is the business of `ests/`. `shared/facts/entra.md` A.10.
 */

export interface EstsError {
  readonly error: string;
  /** What follows `AADSTS<code>: ` in the description. */
  readonly text: string;
  /** The public error look-up knows the code, so that the body carries an error_uri. */
  readonly listed: boolean;
}

const TRANSIENT = "A transient error has occurred. Please try again.";

/** Only 90033, 90041, 50033 and 50196 were seen on the wire; the `error` of the others is a guess from their names. */
const errors: Readonly<Record<number, EstsError>> = {
  50000: { error: "server_error", text: "There was an error issuing a token.", listed: true },
  50033: { error: "temporarily_unavailable", text: TRANSIENT, listed: true },
  50196: {
    error: "invalid_grant",
    text: "The server terminated an operation because it encountered a client request loop.",
    listed: true,
  },
  90006: { error: "temporarily_unavailable", text: TRANSIENT, listed: true },
  90012: { error: "temporarily_unavailable", text: "The request has timed out.", listed: true },
  90024: { error: "temporarily_unavailable", text: TRANSIENT, listed: true },
  90033: { error: "temporarily_unavailable", text: TRANSIENT, listed: true },
  90041: { error: "server_error", text: "The server could not answer.", listed: false },
  90055: { error: "temporarily_unavailable", text: "There are too many requests.", listed: true },
  90090: { error: "temporarily_unavailable", text: TRANSIENT, listed: true },
};

/** The error that ESTS sends with an AADSTS code; for one that is not in the table, by status. */
export function estsError(code: number, status: number): EstsError {
  const known = errors[code];
  if (known !== undefined) return known;
  const isBusy = status === 429 || status === 503 || status === 504;
  const error = isBusy ? "temporarily_unavailable" : "server_error";
  return { error, text: TRANSIENT, listed: false };
}
