/** Client credentials: an app for itself, by secret or certificate. */
import { authenticateClient } from "./client-authentication.ts";
import { appOf, required, tenantOf, type EstsContext } from "./context.ts";
import { EstsError } from "./errors.ts";
import { parseAppScope } from "./scopes.ts";
import { appAnswer } from "./token-answer.ts";

export function grantClientCredentials(context: EstsContext): Record<string, unknown> {
  // A page must not hold an app's own credential (A.4).
  if (context.request.headers.has("origin")) throw new EstsError(9002326);
  const tenant = tenantOf(context);
  const app = appOf(context, tenant);
  const proof = authenticateClient(context, app);
  const resource = parseAppScope(required(context, "scope"), context.directory);
  return appAnswer(context, { tenant, app, proof, resource });
}
