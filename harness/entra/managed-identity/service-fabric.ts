/**
 * Service Fabric (`docs/sources.md#g2` to G.4): over TLS, with a certificate whose thumbprint
 * is in the environment. The cluster's configuration chooses the identity, so a selector in
 * the request is ignored.
 */
import { type IncomingRequest, identityOf, json, resourceOf, tokenFor } from "./source-endpoint.ts";
import { SECRETS } from "./environment.ts";

/** Answers as the managed identity token service of a cluster does. */
export async function serviceFabric(incoming: IncomingRequest): Promise<Response> {
  const { request, described } = incoming;
  const secret = request.headers.get("secret");
  if (secret === null) {
    return fail(
      incoming,
      400,
      "SecretHeaderNotFound",
      "Secret is not found in the request headers.",
    );
  }
  const version = described.parameters["api-version"];
  if (version !== "2019-07-01-preview") {
    return fail(
      incoming,
      400,
      "InvalidApiVersion",
      `The api-version '${version ?? ""}' is not supported.`,
    );
  }
  if (resourceOf(incoming) === "") {
    return fail(
      incoming,
      400,
      "ArgumentNullOrEmpty",
      "The parameter 'resource' should not be null or empty string.",
    );
  }
  const identity = secret === SECRETS["service-fabric"] ? identityOf(incoming, {}) : undefined;
  if (identity === undefined) {
    return fail(
      incoming,
      404,
      "ManagedIdentityNotFound",
      "Managed identity not found for the specified application host.",
    );
  }
  const outcome = await tokenFor(incoming, identity);
  if (outcome.kind !== "issued") {
    return fail(
      incoming,
      500,
      "InternalServerError",
      "An error occurred while fetching the token.",
    );
  }
  return json(200, {
    token_type: "Bearer",
    access_token: outcome.token.accessToken,
    expires_on: outcome.token.expiresOnSeconds,
    resource: resourceOf(incoming),
  });
}

function fail({ ids }: IncomingRequest, status: number, code: string, message: string): Response {
  return json(status, { error: { correlationId: ids.uuid(), code, message } });
}
