/** Grant authorization_code with PKCE. */
import { createHash } from "node:crypto";
import { authenticateClient } from "./client-authentication.ts";
import { appOf, required, tenantOfGrant, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { AuthorizationCode } from "./grant-store.ts";
import { withConsentOf } from "./consent-page.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import { userAnswer } from "./token-answer.ts";
import { userOfGrant } from "./users.ts";

export function grantAuthorizationCode(context: EstsContext): Record<string, unknown> {
  const { parameters } = context.described;
  const value = required(context, "code");
  const code = context.grants.code(value);
  if (code === undefined) throw new EstsError(9002313);
  const tenant = tenantOfGrant(context, code);
  if (tenant.id !== code.tenantId) throw new EstsError(700005);
  const app = appOf(context, tenant);
  checkOrigin(context, code);
  const proof = code.redirectType === "spa" ? "none" : authenticateClient(context, app);
  if (app.clientId !== code.clientId) throw new EstsError(70000);
  if (code.redeemed) throw new EstsError(54005);
  if (code.expiresAtMs <= context.clock.now()) throw new EstsError(70008);
  if (code.redirectUri !== parameters["redirect_uri"]) throw new EstsError(50011);
  if (code.redirectType === "spa" && code.challenge === undefined) throw new EstsError(9002325);
  checkVerifier(code, parameters["code_verifier"]);
  const issuedAtMs = code.expiresAtMs - context.settings.authCodeMinutes * 60_000;
  const { user } = userOfGrant(context, { ...code, issuedAtMs });
  context.grants.redeemCode(value);
  const claims = parameters["claims"] ?? code.claims;
  return userAnswer(context, {
    tenant,
    app,
    proof,
    user,
    scopes: parseDelegatedScopes(
      parameters["scope"] ?? code.scope,
      withConsentOf(context, app, user),
      context,
    ),
    signedInAtMs: code.signedInAtMs,
    ...(code.secondFactorAtMs === undefined ? {} : { secondFactorAtMs: code.secondFactorAtMs }),
    ...(code.staysSignedIn === undefined ? {} : { staysSignedIn: true }),
    ...(code.nonce === undefined ? {} : { nonce: code.nonce }),
    ...(claims === undefined ? {} : { claims }),
    ...(code.redirectType === "spa"
      ? {
          refreshExpiresAtMs:
            context.clock.now() + context.settings.spaRefreshTokenHours * 3_600_000,
        }
      : {}),
  });
}

/** Codes of a redirect URI of type SPA are redeemed across origins, others never: auth-code flow document (A.4). */
function checkOrigin(context: EstsContext, code: AuthorizationCode): void {
  const isCrossOrigin = context.request.headers.has("origin");
  if (code.redirectType === "spa" && !isCrossOrigin) throw new EstsError(9002327);
  if (code.redirectType !== "spa" && isCrossOrigin) throw new EstsError(9002326);
}

function checkVerifier(code: AuthorizationCode, verifier: string | undefined): void {
  if (code.challenge === undefined) return;
  if (verifier === undefined) throw new EstsError(501481);
  const value =
    code.challenge.method === "S256"
      ? createHash("sha256").update(verifier).digest("base64url")
      : verifier;
  if (value !== code.challenge.value) throw new EstsError(501481);
}
