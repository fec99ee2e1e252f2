/** Grant client_credentials: a token for the app itself, authenticated by secret or certificate. */
import { authenticateClient } from "./client-authentication.ts";
import { appOf, required, tenantOf, type EstsContext } from "./context.ts";
import { parseAppScope } from "./scopes.ts";
import { appAnswer } from "./token-answer.ts";

export function grantClientCredentials(context: EstsContext): Record<string, unknown> {
  const tenant = tenantOf(context);
  const app = appOf(context, tenant);
  const proof = authenticateClient(context, app);
  const scope = required(context, "scope");
  const { resource, identifier } = parseAppScope(scope, context.directory);
  return appAnswer(context, { tenant, app, proof, resource, audience: identifier });
}
