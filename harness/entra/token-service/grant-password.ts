/** Grant password (resource owner password credentials), simulated so that the rules can flag it. */
import { authenticateClient } from "./client-authentication.ts";
import { claimsAsked, appOf, required, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import { isFederated } from "./federation.ts";
import { withConsentOf } from "./consent-page.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import { userAnswer } from "./token-answer.ts";
import { signInWithPassword } from "./users.ts";

export function grantPassword(context: EstsContext): Record<string, unknown> {
  const { tenant, user } = signInWithPassword(context, {
    username: required(context, "username"),
    password: required(context, "password"),
    tenantSegment: context.described.tenant ?? "",
  });
  // Entra has no password of a federated user: the client is to ask the federation server.
  if (isFederated(context, { tenant, user })) throw new EstsError(50126);
  const app = appOf(context, tenant);
  const proof = authenticateClient(context, app);
  return userAnswer(context, {
    tenant,
    app,
    proof,
    user,
    scopes: parseDelegatedScopes(
      required(context, "scope"),
      withConsentOf(context, app, user),
      context,
    ),
    signedInAtMs: context.clock.now(),
    ...claimsAsked(context),
  });
}
