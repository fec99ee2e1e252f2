/** The parts of `@azure/msal-node` flows in which a user acts in a browser. */
import type { AuthenticationResult } from "@azure/msal-node";
import type { ClientContext, OpenOptions, TokenRequest } from "../client.ts";
import type { Confidential, Public } from "./msal-node-types.ts";
import { answersOf, browserOf } from "../user-browser.ts";

/** Signs `request.user` in at the sign-in page and redeems the code. */
export async function signIn(
  client: Confidential | Public,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<AuthenticationResult | null> {
  const redirectUri = options.app.redirectUris[0]?.uri ?? "http://localhost";
  const scopes = [...request.scopes];
  const url = await client.getAuthCodeUrl({
    scopes,
    redirectUri,
    ...claimsOf(request),
    ...(request.user === undefined ? {} : { loginHint: request.user.upn }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
  });
  const browser = browserOf(request, options, context);
  const answer = await browser.visit(url, redirectUri, answersOf(request));
  const code = answer?.get("code");
  if (code === undefined || code === null) {
    throw new SignInError(
      answer?.get("error") ?? "no_code",
      answer?.get("error_description") ?? "The sign-in brought no code back.",
    );
  }
  const clientInfo = answer?.get("client_info");
  return client.acquireTokenByCode(
    { scopes, redirectUri, code, ...claimsOf(request) },
    { code, ...(typeof clientInfo === "string" ? { client_info: clientInfo } : {}) },
  );
}

/** The claims challenge of a request as an MSAL parameter. */
export function claimsOf(request: TokenRequest): { claims?: string } {
  return request.claims === undefined ? {} : { claims: request.claims };
}

/** The browser returned with an OAuth error instead of a code. */
export class SignInError extends Error {
  readonly errorCode: string;

  constructor(error: string, description: string) {
    super(`${error}: ${description}`);
    this.name = "SignInError";
    this.errorCode = error;
  }
}
