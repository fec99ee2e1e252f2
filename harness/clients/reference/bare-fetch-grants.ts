/** What `bare-fetch` sends for each flow: the grant, its claims and its routing hint. */
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";
import { requestFromMachine } from "./bare-fetch-managed-identity.ts";
import { TokenRequestError, type CachedToken, type Wire } from "./bare-fetch-wire.ts";
import type { TokenRequest } from "../client.ts";

/** Sends the token request of a call, as the client's defect alters it. */
export async function sendTokenRequest(
  wire: Wire,
  request: TokenRequest,
  kept: CachedToken | undefined,
  opened: OpenedBareFetch,
): Promise<CachedToken> {
  const scope =
    request.flow === "client-credentials"
      ? request.scopes.join(" ")
      : [...request.scopes, "openid profile offline_access"].join(" ");
  const claims = claimsOf(request, opened);
  switch (request.flow) {
    case "client-credentials":
      return wire.token({ grant_type: "client_credentials", scope, ...claims }, {});
    case "managed-identity":
      return requestFromMachine(request, opened);
    case "on-behalf-of":
      return wire.token(
        {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          requested_token_use: "on_behalf_of",
          assertion: request.credential ?? "",
          scope,
          ...claims,
        },
        {},
      );
    case "password":
      return wire.token(
        {
          grant_type: "password",
          username: request.user?.upn ?? "",
          password: request.credential ?? request.user?.password ?? "",
          scope,
        },
        { "x-anchormailbox": `UPN:${request.user?.upn ?? ""}` },
      );
    default: {
      const refreshToken = request.credential ?? kept?.refreshToken;
      if (refreshToken === undefined) {
        throw new TokenRequestError("interaction_required", {
          message: "no refresh token is kept for this user",
          transient: false,
        });
      }
      const token = await wire.token(
        { grant_type: "refresh_token", refresh_token: refreshToken, scope, ...claims },
        hintOf(request, opened),
      );
      return { refreshToken, ...token };
    }
  }
}

/** The claims of a challenge and of the capabilities, as one JSON text. */
export function claimsOf(
  request: TokenRequest,
  { options, has }: OpenedBareFetch,
): { claims?: string } {
  const challenge =
    request.claims !== undefined && !has("ignores-claims")
      ? (JSON.parse(request.claims) as Record<string, Record<string, unknown>>)
      : {};
  const capable =
    options.capabilities === undefined ? {} : { xms_cc: { values: options.capabilities } };
  const accessToken = { ...challenge["access_token"], ...capable };
  return Object.keys(accessToken).length === 0
    ? {}
    : { claims: JSON.stringify({ ...challenge, access_token: accessToken }) };
}

function hintOf(
  request: TokenRequest,
  { options, context, has }: OpenedBareFetch,
): Record<string, string> {
  if (request.user === undefined) return {};
  const named = has("wrong-hint")
    ? (context.world.tenants[0]?.users.find((user) => user.id !== request.user?.id) ?? request.user)
    : request.user;
  return {
    "x-anchormailbox": `Oid:${named.homeId ?? named.id}@${named.homeTenant ?? options.tenant.id}`,
  };
}
