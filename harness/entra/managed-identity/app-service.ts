/**
 * App Service and Azure Functions (`docs/sources.md#g2` to G.4): three versions of one
 * endpoint. The newest takes the hash of a revoked token; the oldest has another header and
 * selector, and a date in place of seconds.
 */
import { type IncomingRequest, identityOf, json, resourceOf, tokenFor } from "./source-endpoint.ts";
import { SECRETS } from "./environment.ts";

const SELECTORS = { clientId: "client_id", objectId: "object_id", resourceId: "mi_res_id" };

/** Answers as App Service does. */
export async function appService(incoming: IncomingRequest): Promise<Response> {
  const { request, described } = incoming;
  const version = described.parameters["api-version"];
  const isOld = version === "2017-09-01";
  if (!isOld && version !== "2019-08-01" && version !== "2025-03-30") {
    return fail(incoming, 400, `The api-version '${version ?? ""}' is not supported.`);
  }
  const secret = request.headers.get(isOld ? "secret" : "x-identity-header");
  if (secret !== SECRETS["app-service"])
    return fail(incoming, 401, "The identity header is not valid.");
  const identity = identityOf(incoming, isOld ? { clientId: "clientid" } : SELECTORS);
  if (identity === undefined) {
    return fail(incoming, 400, "No Managed Identity found for the specified identifier.");
  }
  const outcome = await tokenFor(incoming, identity);
  // The real endpoint gives no more detail for a wrong resource than for an internal failure.
  if (outcome.kind !== "issued") return fail(incoming, 500, "An unexpected error occurred.");
  const { accessToken, expiresOnSeconds } = outcome.token;
  return json(200, {
    access_token: accessToken,
    expires_on: isOld ? dateOf(expiresOnSeconds) : String(expiresOnSeconds),
    resource: resourceOf(incoming),
    token_type: "Bearer",
    client_id: identity.clientId,
  });
}

function fail({ ids }: IncomingRequest, statusCode: number, message: string): Response {
  return json(statusCode, { statusCode, message, correlationId: ids.uuid() });
}

/** `11/21/2026 08:00:00 +00:00`: only that it is a timestamp is recorded, not its form. */
function dateOf(seconds: number): string {
  const [date = "", time = ""] = new Date(seconds * 1_000).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `${month}/${day}/${year} ${time.slice(0, 8)} +00:00`;
}
