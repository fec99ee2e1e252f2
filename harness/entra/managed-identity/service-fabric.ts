/**
 * Service Fabric (`docs/sources.md#g2` to G.4): over TLS with a certificate of its own,
 * whose thumbprint the environment names. The cluster's configuration chooses the identity, so a
 * selector in the request changes nothing.
 */
import { type AskedMachine, identityOf, json, resourceOf, tokenFor } from "./asked.ts";
import { SECRETS } from "./environment.ts";

/** Answers as the managed identity token service of a cluster does. */
export async function serviceFabric(asked: AskedMachine): Promise<Response> {
  const { request, described } = asked;
  const secret = request.headers.get("secret");
  if (secret === null) {
    return fail(asked, 400, "SecretHeaderNotFound", "Secret is not found in the request headers.");
  }
  const version = described.parameters["api-version"];
  if (version !== "2019-07-01-preview") {
    return fail(
      asked,
      400,
      "InvalidApiVersion",
      `The api-version '${version ?? ""}' is not supported.`,
    );
  }
  if (resourceOf(asked) === "") {
    return fail(
      asked,
      400,
      "ArgumentNullOrEmpty",
      "The parameter 'resource' should not be null or empty string.",
    );
  }
  const identity = secret === SECRETS["service-fabric"] ? identityOf(asked, {}) : undefined;
  if (identity === undefined) {
    return fail(
      asked,
      404,
      "ManagedIdentityNotFound",
      "Managed identity not found for the specified application host.",
    );
  }
  const outcome = await tokenFor(asked, identity);
  if (outcome.kind !== "issued") {
    return fail(asked, 500, "InternalServerError", "An error occurred while fetching the token.");
  }
  return json(200, {
    token_type: "Bearer",
    access_token: outcome.token.accessToken,
    expires_on: String(outcome.token.expiresOnSeconds),
    resource: resourceOf(asked),
  });
}

function fail({ ids }: AskedMachine, status: number, code: string, message: string): Response {
  return json(status, { error: { correlationId: ids.uuid(), code, message } });
}
