/**
 * What a request was for and how it ended: the predicates on one exchange that several rules share.
 */
import type { Flow, WireError } from "../../history/event.ts";
import type { Exchange } from "./exchanges.ts";

/** The grant that a request uses, or would have used, at the token endpoint. */
export function grantOf({ began, operation }: Exchange): string | undefined {
  if (began.grant !== undefined || began.endpoint !== "token") return began.grant;
  if (operation === undefined || operation.flow === "custom") return undefined;
  if (codeFlows.has(operation.flow)) return "authorization_code";
  return operation.flow === "silent" ? "refresh_token" : operation.flow.replaceAll("-", "_");
}

/** The flows of single-page applications that redeem a code. */
const codeFlows: ReadonlySet<Flow> = new Set(["popup", "redirect", "sso-silent"]);

/** The HTTP status of an exchange; undefined when no response came. */
export function statusOf({ ended }: Exchange): number | undefined {
  return ended?.end.kind === "response" ? ended.end.status : undefined;
}

/**
 * Whether a request ended without a usable answer: a 429 or 5xx, a broken body, or no response
 * at all; for a machine's identity endpoint also 404 and 410, which it answers while it is updated.
 */
export function isServiceFailure({ began, ended }: Pick<Exchange, "began" | "ended">): boolean {
  if (ended === undefined) return false;
  if (ended.end.kind !== "response") return true;
  const { status, cut } = ended.end;
  const isUpdating =
    began.endpoint === "managed-identity" &&
    (status === 404 || status === 410) &&
    // From Service Fabric this means that the identity does not exist.
    ended.error?.error !== "ManagedIdentityNotFound";
  return status === 429 || status >= 500 || cut !== undefined || isUpdating;
}

/** Whether a request is for a token, or for the sign-in session at authorize. */
export function isForSession({ began }: Exchange): boolean {
  return isForToken(began) || began.endpoint === "authorize";
}

export function isForToken({ endpoint }: Exchange["began"]): boolean {
  return endpoint === "token" || endpoint === "managed-identity";
}

/** Whether a request went to the sign-in service, metadata included, and not to an API. */
export function isToSignInService({ began: { endpoint } }: Exchange): boolean {
  return endpoint !== "resource" && endpoint !== "userinfo" && endpoint !== "other";
}

/**
 * Whether the service, or the way to it, failed a request: 429, 5xx, no whole answer, a
 * redirect with an error of an unhealthy sign-in page, or a 200 of the token endpoint without
 * a token.
 */
export function isFailedByService(exchange: Exchange): boolean {
  if (isServiceFailure(exchange)) return true;
  const { began, ended } = exchange;
  if (began.endpoint === "authorize" && unhealthyErrors.has(ended?.error?.error ?? "")) return true;
  const isBare = ended !== undefined && ended.error === undefined && ended.issued === undefined;
  return isForToken(began) && isBare && ended.end.kind === "response" && ended.end.status === 200;
}

/** OAuth errors of an unhealthy authorize endpoint: RFC 6749 section 4.1.2.1. */
const unhealthyErrors: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

/** Whether a request had no good answer from the service at `atMs`: it had failed, or was still open. */
export function isWithoutAnswerAt(exchange: Exchange, atMs: number): boolean {
  const isUnderway = exchange.ended === undefined || exchange.ended.at > atMs;
  return isUnderway || isFailedByService(exchange);
}

/** Whether an error of the token endpoint can only be resolved by a person (`docs/sources.md#a10`, interaction and grant rows). */
export function meansInteraction({ error, codes, suberror }: WireError): boolean {
  if (interactionErrors.has(error)) return true;
  if (error !== "invalid_grant") return false;
  return (
    (suberror !== undefined && interactionErrors.has(suberror)) ||
    codes.some((code) => interactionCodes.has(code))
  );
}

/** Errors and suberrors: `docs/sources.md#a10`, "How clients read them", and 70043's `token_expired`. */
const interactionErrors: ReadonlySet<string> = new Set([
  "interaction_required",
  "login_required",
  "consent_required",
  "additional_action",
  "bad_token",
  "basic_action",
  "interrupted_user",
  "message_only",
  "token_expired",
  "ui_not_allowed",
  "user_password_expired",
]);

/** AADSTS codes of `invalid_grant` that only a sign-in resolves; `docs/sources.md#a10`. */
const interactionCodes: ReadonlySet<number> = new Set([
  50072, 50074, 50076, 50078, 50079, 50097, 50125, 50127, 50129, 50131, 50140, 50158, 50173, 65001,
  70043, 700081, 700082, 700084,
]);
