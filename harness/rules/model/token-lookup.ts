/**
 * Looks up in the token inventory of an application what it has for one call, prompt or screen,
 * and what this tab may lack.
 */
import { days } from "../../core/time/duration.ts";
import type { ScreenSeen } from "../../history/browser-events.ts";
import type {
  ClientRestarted,
  History,
  OperationInvoked,
  PromptShown,
} from "../../history/event.ts";
import { cacheKeyOf, isForUser } from "./cache-key.ts";
import type { Exchange } from "./exchanges.ts";
import { scopeKey } from "./identifiers.ts";
import { locate, noteTab, type Loss } from "./tabs-of-client.ts";
import {
  inTab,
  refreshTokenOf,
  type HeldRefreshToken,
  type HeldToken,
  type TokenInventory,
} from "./token-inventory.ts";

/** What a client had under one cache key (app, tenant, user, scopes) at one moment. */
export interface AvailableTokens {
  /** The newest token, expired or not. */
  readonly token?: HeldToken;
  /** A refresh token that has not been revoked. */
  readonly refreshToken?: HeldRefreshToken;
  /** In a browser: what the application has or had, but this tab is not known to have, and why. */
  readonly away?: Pick<AvailableTokens, "token" | "refreshToken"> & { readonly loss?: Loss };
  /** What the client would have if the application had saved its cache across restarts. */
  readonly lost?: Pick<AvailableTokens, "token" | "refreshToken">;
  /** The latest request to the sign-in service under the same cache key in this process, metadata included; it may have no answer yet. */
  readonly lastRequest?: Exchange;
  /** The last restart, while no call under this cache key has succeeded silently since. */
  readonly restarted?: ClientRestarted;
}

/** What the client has for a call. */
export function tokensForCall(
  history: History,
  inventory: TokenInventory,
  call: OperationInvoked,
): AvailableTokens {
  const { tab } = call;
  noteTab(inventory.tabs, tab);
  // A page often names no user: it means the one who is signed in.
  const account =
    call.user?.toLowerCase() ?? (tab === undefined ? undefined : onlyUserOf(inventory));
  const ownKey = cacheKeyOf(history, call, account);
  if (ownKey === undefined) return {};
  const key = isForAnyToken(call) ? (longestLivedKeyOf(inventory, account) ?? ownKey) : ownKey;
  return lookUp(inventory, { key, account, tab, at: call.at });
}

/** Whether a page asks for a sign-in without naming scopes: any token of that user would do. */
function isForAnyToken({ flow, scopes }: OperationInvoked): boolean {
  return (flow === "popup" || flow === "redirect") && scopeKey(scopes.join(" ")) === "";
}

/** What the client has when it asks a person to sign in. */
export function tokensForPrompt(
  history: History,
  inventory: TokenInventory,
  { event, call }: { readonly event: PromptShown; readonly call: OperationInvoked | undefined },
): AvailableTokens {
  const account = (event.user ?? call?.user)?.toLowerCase();
  const isForAny = call === undefined || isForAnyToken(call);
  const ownKey = isForAny ? undefined : cacheKeyOf(history, call, account);
  const key = ownKey ?? longestLivedKeyOf(inventory, account) ?? "";
  const { restarted, ...held } = lookUp(inventory, {
    key,
    account,
    tab: call?.tab,
    at: event.at,
  });
  const isServed = account !== undefined && inventory.servedSinceRestart.has(account);
  return { ...held, ...(restarted === undefined || isServed ? {} : { restarted }) };
}

/** What the user in front of the tab has: of their tokens the one that expires last. */
export function tokensForScreen(
  inventory: TokenInventory,
  { tab, at }: ScreenSeen,
): AvailableTokens {
  noteTab(inventory.tabs, tab);
  const account = [...inventory.signedInUsers].at(-1);
  const key =
    longestLivedKeyOf(inventory, account, tab) ?? longestLivedKeyOf(inventory, account) ?? "";
  return lookUp(inventory, { key, account, tab, at });
}

function onlyUserOf({ signedInUsers }: TokenInventory): string | undefined {
  const [first, ...others] = signedInUsers;
  return others.length === 0 ? first : undefined;
}

/** Of that user's cache keys the one whose token expires last; with a tab, only of tokens that are in that tab. */
function longestLivedKeyOf(
  inventory: TokenInventory,
  account: string | undefined,
  tab?: string,
): string | undefined {
  if (account === undefined) return undefined;
  const theirs = [...inventory.tokens]
    .filter(([key]) => isForUser(key, account))
    .map(
      ([key, held]) =>
        [key, tab === undefined ? held : tokenIn(inventory, key, tab).token] as const,
    );
  const expiryOf = (held: HeldToken | undefined): number => held?.token.expiresAt ?? -1;
  const [best] = theirs.sort(([, a], [, b]) => expiryOf(b) - expiryOf(a));
  return best?.[1] === undefined ? undefined : best[0];
}

interface Lookup {
  readonly key: string;
  readonly account: string | undefined;
  readonly tab: string | undefined;
  /** ms since the Unix epoch. */
  readonly at: number;
}

/** How long the refresh tokens of a page live after its sign-in (`docs/sources.md#b`). */
const PAGE_REFRESH_TOKEN_MS = days(1);

function lookUp(inventory: TokenInventory, lookup: Lookup): AvailableTokens {
  const { key, account, tab } = lookup;
  const token = tokenIn(inventory, key, tab);
  const refreshToken = account === undefined ? {} : refreshTokenIn(inventory, account, lookup);
  const lost = pair(
    inventory.lostTokens.get(key),
    account && inventory.lostRefreshTokens.get(account),
  );
  const loss = token.loss ?? refreshToken.loss;
  const away = { ...pair(token.away, refreshToken.away), ...(loss === undefined ? {} : { loss }) };
  const lastRequest = inventory.lastRequests.get(key);
  const { restarted } = inventory;
  return {
    ...pair(token.token, refreshToken.refreshToken),
    ...(Object.keys(away).length === 0 ? {} : { away }),
    ...(Object.keys(lost).length === 0 ? {} : { lost }),
    ...(lastRequest === undefined ? {} : { lastRequest }),
    ...(restarted === undefined || inventory.servedSinceRestart.has(key) ? {} : { restarted }),
  };
}

/** The token of a cache key: in that tab, or away from it. */
function tokenIn(
  { tokens, tabTokens, tabs }: TokenInventory,
  key: string,
  tab: string | undefined,
): { readonly token?: HeldToken; readonly away?: HeldToken; readonly loss?: Loss } {
  const newest = tokens.get(key);
  if (newest === undefined) return {};
  const locationOf = (held: HeldToken) =>
    locate(tabs, { thing: held.token.accessToken, gotIndex: held.index }, tab);
  const own = tab === undefined ? undefined : tabTokens.get(inTab(tab, key));
  if (own !== undefined && locationOf(own) === "here") return { token: own };
  const where = locationOf(newest);
  if (where === "here") return { token: newest };
  // What this tab itself had says more than what other tabs have received since.
  const lost = own === undefined ? where : locationOf(own);
  const away = own === undefined || lost === "elsewhere" ? newest : own;
  return { away, ...(typeof lost === "object" ? { loss: lost } : {}) };
}

function refreshTokenIn(
  inventory: TokenInventory,
  account: string,
  { tab, at }: Lookup,
): {
  readonly refreshToken?: HeldRefreshToken;
  readonly away?: HeldRefreshToken;
  readonly loss?: Loss;
} {
  // What this tab itself had says more than what other tabs have received since.
  const held = refreshTokenOf(inventory, account, tab);
  const isExpired =
    tab !== undefined && held !== undefined && at - held.signedInAt >= PAGE_REFRESH_TOKEN_MS;
  if (held === undefined || isExpired) return {};
  const where = locate(inventory.tabs, { thing: account, gotIndex: held.index }, tab);
  if (where === "here") return { refreshToken: held };
  return { away: held, ...(where === "elsewhere" ? {} : { loss: where }) };
}

function pair(
  token: HeldToken | undefined,
  refreshToken: HeldRefreshToken | "" | undefined,
): Pick<AvailableTokens, "token" | "refreshToken"> {
  return {
    ...(token === undefined ? {} : { token }),
    ...(refreshToken === undefined || refreshToken === "" ? {} : { refreshToken }),
  };
}
