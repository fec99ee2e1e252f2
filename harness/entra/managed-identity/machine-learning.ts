/**
 * Azure Machine Learning (`docs/sources.md#g2`): the oldest version of the App Service
 * endpoint under another name. The client names every identity by client id and reads that
 * of the default one from the environment.
 */
import { type IncomingRequest, identityOf, json, resourceOf, tokenFor } from "./source-endpoint.ts";
import { SECRETS } from "./environment.ts";

/** Answers as a compute of Azure Machine Learning does; its errors are those of App Service. */
export async function machineLearning(incoming: IncomingRequest): Promise<Response> {
  const { request, described } = incoming;
  const version = described.parameters["api-version"];
  if (version !== "2017-09-01") {
    return fail(incoming, 400, `The api-version '${version ?? ""}' is not supported.`);
  }
  if (request.headers.get("secret") !== SECRETS["machine-learning"]) {
    return fail(incoming, 401, "The secret header is not valid.");
  }
  const identity = identityOf(incoming, { clientId: "clientid" });
  if (identity === undefined) {
    return fail(incoming, 400, "No Managed Identity found for the specified client id.");
  }
  const outcome = await tokenFor(incoming, identity);
  if (outcome.kind !== "issued") return fail(incoming, 500, "An unexpected error occurred.");
  return json(200, {
    access_token: outcome.token.accessToken,
    // Clients of this source read seconds.
    expires_on: String(outcome.token.expiresOnSeconds),
    resource: resourceOf(incoming),
    token_type: "Bearer",
  });
}

function fail({ ids }: IncomingRequest, statusCode: number, message: string): Response {
  return json(statusCode, { statusCode, message, correlationId: ids.uuid() });
}
