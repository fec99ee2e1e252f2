/** Grant password (resource owner password credentials), simulated so that the rules can flag it. */
import { authenticateClient } from "./client-authentication.ts";
import { claimsAsked, appOf, required, type EstsContext } from "./context.ts";
import { parseDelegatedScopes } from "./scopes.ts";
import { userAnswer } from "./token-answer.ts";
import { signInWithPassword } from "./users.ts";

export function grantPassword(context: EstsContext): Record<string, unknown> {
  const { tenant, user } = signInWithPassword(context, {
    username: required(context, "username"),
    password: required(context, "password"),
    tenantSegment: context.described.tenant ?? "",
  });
  const app = appOf(context, tenant);
  const proof = authenticateClient(context, app);
  return userAnswer(context, {
    tenant,
    app,
    proof,
    user,
    scopes: parseDelegatedScopes(required(context, "scope"), app, context),
    signedInAtMs: context.clock.now(),
    ...claimsAsked(context),
  });
}
