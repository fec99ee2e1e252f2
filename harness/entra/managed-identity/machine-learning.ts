/**
 * Azure Machine Learning (`docs/sources.md#g2`): the oldest version of the App Service
 * endpoint under another name. The client names every identity by client id; the environment
 * tells it that of the default one.
 */
import { type AskedMachine, identityOf, json, resourceOf, tokenFor } from "./asked.ts";
import { SECRETS } from "./environment.ts";

/** Answers as a compute of Azure Machine Learning does; its errors are those of App Service. */
export async function machineLearning(asked: AskedMachine): Promise<Response> {
  const { request, described } = asked;
  const version = described.parameters["api-version"];
  if (version !== "2017-09-01") {
    return fail(asked, 400, `The api-version '${version ?? ""}' is not supported.`);
  }
  if (request.headers.get("secret") !== SECRETS["machine-learning"]) {
    return fail(asked, 401, "The secret header is not valid.");
  }
  const identity = identityOf(asked, { clientId: "clientid" });
  if (identity === undefined) {
    return fail(asked, 400, "No Managed Identity found for the specified client id.");
  }
  const outcome = await tokenFor(asked, identity);
  if (outcome.kind !== "issued") return fail(asked, 500, "An unexpected error occurred.");
  return json(200, {
    access_token: outcome.token.accessToken,
    // Clients of this source read seconds.
    expires_on: String(outcome.token.expiresOnSeconds),
    resource: resourceOf(asked),
    token_type: "Bearer",
  });
}

function fail({ ids }: AskedMachine, statusCode: number, message: string): Response {
  return json(statusCode, { statusCode, message, correlationId: ids.uuid() });
}
