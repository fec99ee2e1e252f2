/**
 * Grant refresh_token: returns a new refresh token and keeps the old one valid. It is bound to
 * a user and an app, not to a tenant (`docs/sources.md#b`, the refresh-tokens document).
 */
import { authenticateClient } from "./client-authentication.ts";
import { claimsAsked, appOf, required, tenantOfGrant, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import type { RefreshState } from "./grant-store.ts";
import { withConsentOf } from "./consent-page.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import { userAnswer } from "./token-answer.ts";
import { accountIn, userOfGrant } from "./users.ts";

export function grantRefreshToken(context: EstsContext): Record<string, unknown> {
  const { parameters } = context.described;
  const state = context.grants.refreshState(required(context, "refresh_token"));
  if (state === undefined) throw new EstsError(70000);
  const tenant = tenantOfGrant(context, state);
  const user = accountIn(context, tenant, userOfGrant(context, state));
  const app = appOf(context, tenant);
  if (app.clientId !== state.clientId) throw new EstsError(70000);
  const proof = state.expiresAtMs === undefined ? authenticateClient(context, app) : "none";
  checkAge(context, state);
  return userAnswer(context, {
    tenant,
    app,
    proof,
    user,
    scopes: {
      ...parseDelegatedScopes(
        parameters["scope"] ?? "openid",
        withConsentOf(context, app, user),
        context,
      ),
      offlineAccess: true,
    },
    signedInAtMs: state.signedInAtMs,
    ...(state.secondFactorAtMs === undefined ? {} : { secondFactorAtMs: state.secondFactorAtMs }),
    ...(state.staysSignedIn === undefined ? {} : { staysSignedIn: true }),
    ...claimsAsked(context),
    ...(state.expiresAtMs === undefined ? {} : { refreshExpiresAtMs: state.expiresAtMs }),
  });
}

/** Throws for a refresh token that is too old, or that comes from a page though it is not a SPA's, and the reverse (A.4). */
function checkAge(context: EstsContext, state: RefreshState): void {
  const now = context.clock.now();
  if (state.expiresAtMs !== undefined) {
    if (!context.request.headers.has("origin")) throw new EstsError(9002327);
    if (now >= state.expiresAtMs) throw new EstsError(700084);
    return;
  }
  if (context.request.headers.has("origin")) throw new EstsError(9002326);
  if (now - state.issuedAtMs >= context.settings.refreshTokenInactiveDays * 86_400_000)
    throw new EstsError(700082);
}
