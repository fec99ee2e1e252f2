/** What `bare-fetch` sends for each flow: the grant, its claims and its routing hint. */
import type { OpenedBareFetch } from "./bare-fetch.ts";
import { askMachine } from "./bare-fetch-managed-identity.ts";
import { TokenRequestError, type KeptToken, type Wire } from "./bare-fetch-wire.ts";
import type { TokenRequest } from "../client.ts";

/** Sends the token request that a wish stands for; a vice may spoil it. */
export async function sendWish(
  wire: Wire,
  wish: TokenRequest,
  kept: KeptToken | undefined,
  opened: OpenedBareFetch,
): Promise<KeptToken> {
  const scope =
    wish.flow === "client-credentials"
      ? wish.scopes.join(" ")
      : [...wish.scopes, "openid profile offline_access"].join(" ");
  const claims = claimsOf(wish, opened);
  switch (wish.flow) {
    case "client-credentials":
      return wire.token({ grant_type: "client_credentials", scope, ...claims }, {});
    case "managed-identity":
      return askMachine(wish, opened);
    case "on-behalf-of":
      return wire.token(
        {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          requested_token_use: "on_behalf_of",
          assertion: wish.credential ?? "",
          scope,
          ...claims,
        },
        {},
      );
    case "password":
      return wire.token(
        {
          grant_type: "password",
          username: wish.user?.upn ?? "",
          password: wish.credential ?? wish.user?.password ?? "",
          scope,
        },
        { "x-anchormailbox": `UPN:${wish.user?.upn ?? ""}` },
      );
    default: {
      const refreshToken = wish.credential ?? kept?.refreshToken;
      if (refreshToken === undefined) {
        throw new TokenRequestError("interaction_required", {
          message: "no refresh token is kept for this user",
          transient: false,
        });
      }
      const token = await wire.token(
        { grant_type: "refresh_token", refresh_token: refreshToken, scope, ...claims },
        hintOf(wish, opened),
      );
      return { refreshToken, ...token };
    }
  }
}

/** The claims of a challenge and of the capabilities, as one JSON text. */
export function claimsOf(
  wish: TokenRequest,
  { options, has }: OpenedBareFetch,
): { claims?: string } {
  const challenge =
    wish.claims !== undefined && !has("ignores-claims")
      ? (JSON.parse(wish.claims) as Record<string, Record<string, unknown>>)
      : {};
  const capable =
    options.capabilities === undefined ? {} : { xms_cc: { values: options.capabilities } };
  const accessToken = { ...challenge["access_token"], ...capable };
  return Object.keys(accessToken).length === 0
    ? {}
    : { claims: JSON.stringify({ ...challenge, access_token: accessToken }) };
}

function hintOf(
  wish: TokenRequest,
  { options, context, has }: OpenedBareFetch,
): Record<string, string> {
  if (wish.user === undefined) return {};
  const named = has("wrong-hint")
    ? (context.world.tenants[0]?.users.find((user) => user.id !== wish.user?.id) ?? wish.user)
    : wish.user;
  return {
    "x-anchormailbox": `Oid:${named.homeId ?? named.id}@${named.homeTenant ?? options.tenant.id}`,
  };
}
