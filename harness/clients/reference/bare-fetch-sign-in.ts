/** Sign-in by code and PKCE for `bare-fetch`: in the user's browser, then with the code. */
import { createHash } from "node:crypto";
import type { TokenRequest } from "../client.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";
import { claimsOf } from "./bare-fetch-grants.ts";
import { TokenRequestError, type CachedToken, type Wire } from "./bare-fetch-wire.ts";
import { answersOf, browserOf } from "../user-browser.ts";

/** Signs `request.user` in; rejects with a `TokenRequestError` that says where the sign-in failed. */
export async function signInWithBareFetch(
  wire: Wire,
  request: TokenRequest,
  opened: OpenedBareFetch,
): Promise<CachedToken> {
  const { options, context } = opened;
  const claims = claimsOf(request, opened);
  const verifier = context.random.token(43);
  const redirectUri = options.app.redirectUris[0]?.uri ?? "http://localhost";
  const scope = [...request.scopes, "openid profile offline_access"].join(" ");
  const url = new URL(`${context.authorityHost}/${options.tenant.id}/oauth2/v2.0/authorize`);
  url.search = new URLSearchParams({
    client_id: options.app.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state: context.random.token(16),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...(request.user === undefined ? {} : { login_hint: request.user.upn }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
    ...claims,
  }).toString();

  const answer = await browserOf(request, options, context)
    .visit(url.href, redirectUri, answersOf(request))
    .catch((error: unknown) => {
      throw new TokenRequestError("sign_in_page", {
        message: (error as Error).message,
        transient: true,
      });
    });
  const code = answer?.get("code");
  if (code === undefined || code === null) {
    throw new TokenRequestError(answer?.get("error") ?? "no_code", {
      message: "the sign-in brought no code back",
      transient: false,
    });
  }
  return wire.token(
    {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      scope,
      ...claims,
    },
    {},
  );
}
