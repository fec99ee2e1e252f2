/** Grant client_credentials: a token for the app itself, authenticated by secret or certificate. */
import { authenticateClient } from "./client-authentication.ts";
import { appOf, isSharedEndpoint, required, tenantOf, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";
import { parseAppScope } from "./scopes.ts";
import { appAnswer } from "./token-answer.ts";

export function grantClientCredentials(context: EstsContext): Record<string, unknown> {
  // An app has no home here by which the tenant could be found.
  if (isSharedEndpoint(context.described.tenant ?? "")) throw new EstsError(50059);
  const tenant = tenantOf(context);
  const app = appOf(context, tenant);
  const proof = authenticateClient(context, app);
  const scope = required(context, "scope");
  const { resource, identifier } = parseAppScope(scope, context.directory);
  return appAnswer(context, { tenant, app, proof, resource, audience: identifier });
}
