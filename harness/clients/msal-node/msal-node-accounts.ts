/**
 * The accounts of the people who have signed in, as a web application keeps them in its session:
 * MSAL's samples put the `account` of each answer there and pass it to the next silent call. The
 * cache is not asked for it: `getAllAccounts` would load a saved cache that not every version loads
 * for a silent call.
 */
import type { AccountInfo, AuthenticationResult } from "@azure/msal-node";

export interface SessionAccounts {
  /** Keeps the account of an answer that has one. */
  keep(result: AuthenticationResult | null): void;
  of(username: string): AccountInfo | undefined;
}

/** The accounts in the storage of an application: kept across restarts as the rest of it. */
export function createSessionAccounts(storage: Map<string, string>): SessionAccounts {
  const keyOf = (username: string): string => `session of ${username.toLowerCase()}`;
  return {
    keep(result) {
      const account = result?.account ?? undefined;
      if (account !== undefined) storage.set(keyOf(account.username), JSON.stringify(account));
    },
    of(username) {
      const kept = storage.get(keyOf(username));
      return kept === undefined ? undefined : (JSON.parse(kept) as AccountInfo);
    },
  };
}
