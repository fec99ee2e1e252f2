/**
 * IMDS, the metadata service of a virtual machine (`docs/sources.md#g2` to G.5): tokens of
 * its identities and information about itself, for requests with the header `Metadata: true`.
 */
import type { AppRegistration } from "../directory/world.ts";
import { createResponse } from "../../core/http/message.ts";
import {
  type IncomingRequest,
  identityOf,
  json,
  resourceOf,
  type Selectors,
  type SourceEndpoint,
  tokenFor,
} from "./source-endpoint.ts";
import { envelopeOf, EstsError } from "../token-service/ests-error.ts";
import type { IdentityToken } from "./token-broker.ts";

const TOKEN_PATH = /^\/metadata\/identity\/oauth2\/token\/?$/i;
const REGION_PATH = /^\/metadata\/instance\/compute(?<location>\/location)?\/?$/i;
const TOKEN_VERSIONS = ["2018-02-01", "2019-08-01", "2021-02-01"];
const INSTANCE_VERSIONS = ["2021-02-01", "2020-06-01"];

/** The parameters by which IMDS and Arc select a user-assigned identity. */
export const IMDS_SELECTORS: Selectors = {
  clientId: "client_id",
  objectId: "object_id",
  resourceId: "msi_res_id",
};

/** Answers as IMDS does; its limits are in `rate-limit.ts`. */
export const imds: SourceEndpoint = async (incoming) => {
  const { url, request } = incoming;
  const region = REGION_PATH.exec(url.pathname);
  if (region === null && !TOKEN_PATH.test(url.pathname)) {
    return error(401, "unknown_source", `Unknown Source ${url.pathname}`);
  }
  const unmarked = missingMetadata(incoming);
  if (unmarked !== undefined) return unmarked;
  const versions = region === null ? TOKEN_VERSIONS : INSTANCE_VERSIONS;
  const outdated = wrongVersion(incoming, versions);
  if (outdated !== undefined) return outdated;
  if (region !== null) return instance(incoming, region.groups?.["location"] !== undefined);
  if (request.method !== "GET") {
    return error(
      401,
      "unauthorized_client",
      "The client is not authorized to request an access token using this method.",
    );
  }
  return imdsToken(incoming, { body: imdsBody });
};

/** The token reply and its refusals, which Arc uses as well, with a body of its own. */
export async function imdsToken(
  incoming: IncomingRequest,
  {
    body,
    more = {},
  }: { readonly body: TokenBody; readonly more?: Readonly<Record<string, string>> },
): Promise<Response> {
  const { parameters } = incoming.described;
  if (resourceOf(incoming) === "") {
    return error(400, "invalid_request", "Required query variable 'resource' is missing");
  }
  if (parameters["response_type"] !== undefined) {
    return error(
      401,
      "unsupported_response_type",
      "The authorization server does not support obtaining an access token using this method.",
    );
  }
  if (parameters["scope"] !== undefined) {
    return error(401, "invalid_scope", "The requested scope is invalid, unknown, or malformed.");
  }
  const identity = identityOf(incoming, IMDS_SELECTORS);
  if (identity === undefined) return error(400, "invalid_request", "Identity not found");
  const outcome = await tokenFor(incoming, identity);
  switch (outcome.kind) {
    case "issued":
      return json(200, { ...body(incoming, identity, outcome.token), ...more });
    case "refused":
      return unknownResource(incoming);
    case "failed":
      return error(
        500,
        "unknown",
        "Failed to retrieve token from the Active directory. For details see logs in <file path>",
      );
  }
}

/** The refusal of the token service, passed on with its ids. */
function unknownResource(incoming: IncomingRequest): Response {
  const { ids, clock, described, settings } = incoming;
  const refused = { traceId: ids.uuid(), correlationId: ids.uuid(), clock, described, settings };
  const refusal = new EstsError(500011, `Resource: ${resourceOf(incoming)}.`);
  const { error: code, error_description: description } = envelopeOf(refusal, refused);
  return error(400, code, description);
}

/** The body of a token reply; all fields are strings (G.3). */
type TokenBody = (
  incoming: IncomingRequest,
  identity: AppRegistration,
  token: IdentityToken,
) => Record<string, string>;

const imdsBody: TokenBody = (incoming, { clientId }, token) => ({
  access_token: token.accessToken,
  client_id: clientId,
  expires_in: remaining(incoming, token),
  expires_on: String(token.expiresOnSeconds),
  ext_expires_in: "86399",
  not_before: String(token.notBeforeSeconds),
  resource: incoming.described.parameters["resource"] ?? "",
  token_type: "Bearer",
});

/** The reply of Arc's agent, and of others of its age. */
export const arcBody: TokenBody = (incoming, _, token) => ({
  access_token: token.accessToken,
  refresh_token: "",
  expires_in: remaining(incoming, token),
  expires_on: String(token.expiresOnSeconds),
  not_before: String(token.notBeforeSeconds),
  resource: resourceOf(incoming),
  token_type: "Bearer",
});

function remaining({ clock }: IncomingRequest, { expiresOnSeconds }: IdentityToken): string {
  return String(expiresOnSeconds - Math.floor(clock.now() / 1_000));
}

/** The refusal of a request without `Metadata: true`, a header that a forged request cannot have. */
export function missingMetadata({ request }: IncomingRequest): Response | undefined {
  if (request.headers.get("metadata")?.toLowerCase() === "true") return undefined;
  return error(400, "invalid_request", "Required metadata header not specified");
}

/** The refusal of a missing or unknown api-version; it lists the known ones. */
export function wrongVersion(
  { described }: IncomingRequest,
  versions: readonly string[],
): Response | undefined {
  if (versions.includes(described.parameters["api-version"] ?? "")) return undefined;
  return json(400, {
    error: "Bad request. api-version was not specified in the request, or is not supported.",
    "newest-versions": versions,
  });
}

/** An error body of IMDS and of Arc. */
export function error(status: number, code: string, description: string): Response {
  return json(status, { error: code, error_description: description });
}

/** The answer to region discovery: an object for newer clients, plain text for older ones. */
function instance({ machine, described }: IncomingRequest, isLocation: boolean): Response {
  if (!isLocation) return json(200, { location: machine.region, name: machine.name });
  if (described.parameters["format"] !== "text") return json(200, machine.region);
  return createResponse(machine.region, {
    status: 200,
    headers: [["Content-Type", "text/plain; charset=utf-8"]],
  });
}
