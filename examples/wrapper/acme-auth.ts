/** A platform team's wrapper of MSAL: it uses a token for as long as it is valid, and waits longer after each failure. */
import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  ServerError,
} from "@azure/msal-node";

export interface AuthOptions {
  readonly clientId: string;
  readonly authority: string;
  readonly clientSecret: string;
}

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** A token is not handed out in its last minute. */
const MARGIN_MS = 60_000;

/** Tokens for one service; keep it for as long as the service runs. */
export function createAuth({ clientId, authority, clientSecret }: AuthOptions) {
  const msal = new ConfidentialClientApplication({ auth: { clientId, authority, clientSecret } });
  const tokens = new Map<string, AuthenticationResult>();
  let pauseMs = 0;
  let notBefore = 0;
  let failure: unknown;

  async function request(scopes: readonly string[]): Promise<AuthenticationResult> {
    if (Date.now() < notBefore) throw failure;
    try {
      const result = await msal.acquireTokenByClientCredential({ scopes: [...scopes] });
      if (result === null) throw new Error("Entra ID gave no token");
      tokens.set(scopes.join(" "), result);
      pauseMs = 0;
      return result;
    } catch (error) {
      if (waitsBySelf(error)) throw error;
      pauseMs = Math.min(Math.max(2 * pauseMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      notBefore = Date.now() + pauseMs;
      failure = error;
      throw error;
    }
  }

  return {
    async token(scopes: readonly string[]): Promise<string> {
      const known = tokens.get(scopes.join(" "));
      try {
        return (await request(scopes)).accessToken;
      } catch (error) {
        const isValid = Date.now() + MARGIN_MS < (known?.expiresOn?.getTime() ?? 0);
        if (known === undefined || !isValid) throw error;
        return known.accessToken;
      }
    },
  };
}

/** After a 429 MSAL sends nothing until Retry-After has passed; what it throws meanwhile has no status. */
function waitsBySelf(error: unknown): boolean {
  return error instanceof ServerError && (error.status === 429 || error.status === undefined);
}
