/**
 * The token inventory of one application: which tokens and refresh tokens it has, which it lost
 * by a restart, and its latest requests. `available-tokens.ts` walks the history and records each
 * event here.
 */
import type {
  ClientRestarted,
  ExchangeEnded,
  History,
  OperationCompleted,
  OperationInvoked,
  TokenFacts,
  TokenPresented,
  WireError,
} from "../../history/event.ts";
import { harmlessChanges, type WorldChanged } from "../../history/world-changed.ts";
import { loadOf, createTabs, restartBrowser, recordSighting, type Tabs } from "./tabs-of-client.ts";
import { cacheKeyOf, isForUser } from "./cache-key.ts";
import { grantOf, isForToken, isToSignInService, meansInteraction } from "./exchange-outcomes.ts";
import { objectIdOf } from "./identifiers.ts";
import type { Exchange } from "./exchanges.ts";

/** A token that a client has, and the event that brought it. */
export interface HeldToken {
  readonly token: TokenFacts;
  readonly index: number;
  readonly at: number;
}

/** A refresh token that a client has, since `at`. */
export interface HeldRefreshToken {
  /** Its fingerprint. */
  readonly token: string;
  readonly index: number;
  readonly at: number;
  /** When the user signed in for it, ms since the Unix epoch; redeeming a refresh token does not change this. */
  readonly signedInAt: number;
}

/** What one application has. */
export interface TokenInventory {
  /** By cache key. */
  readonly tokens: Map<string, HeldToken>;
  /** By home account id, lower case. */
  readonly refreshTokens: Map<string, HeldRefreshToken>;
  readonly lostTokens: Map<string, HeldToken>;
  readonly lostRefreshTokens: Map<string, HeldRefreshToken>;
  /** The latest request by cache key, answered or not. */
  readonly lastRequests: Map<string, Exchange>;
  /** Accounts and cache keys for which a call has succeeded silently since the restart. */
  readonly servedSinceRestart: Set<string>;
  /** Fingerprints of tokens that an API has rejected as revoked. */
  readonly revoked: Set<string>;
  readonly tabs: Tabs;
  /** The newest token by tab and cache key, for applications in a browser. */
  readonly tabTokens: Map<string, HeldToken>;
  /** The newest refresh token by tab and home account id, for applications in a browser. */
  readonly tabRefreshTokens: Map<string, HeldRefreshToken>;
  /** Home account ids, lower case, of users for whom a call succeeded, the last one last. */
  readonly signedInUsers: Set<string>;
  restarted?: ClientRestarted;
}

/** Creates the inventory of an application that has nothing yet. */
export function createTokenInventory(): TokenInventory {
  return {
    tokens: new Map(),
    refreshTokens: new Map(),
    lostTokens: new Map(),
    lostRefreshTokens: new Map(),
    lastRequests: new Map(),
    servedSinceRestart: new Set(),
    revoked: new Set(),
    tabs: createTabs(),
    tabTokens: new Map(),
    tabRefreshTokens: new Map(),
    signedInUsers: new Set(),
  };
}

/** The key of `tabTokens`. */
export function inTab(tab: string, key: string): string {
  return `${tab} · ${key}`;
}

/** Records that a request was sent for this call. */
export function recordRequest(
  history: History,
  inventory: TokenInventory,
  { exchange, call }: { readonly exchange: Exchange; readonly call: OperationInvoked },
): void {
  const key = cacheKeyOf(history, call);
  if (key !== undefined && isToSignInService(exchange)) inventory.lastRequests.set(key, exchange);
  // Who sends a refresh token has it.
  const account = call.user?.toLowerCase() ?? onlyAccountOf(inventory);
  const isRefresh = isForToken(exchange.began) && grantOf(exchange) === "refresh_token";
  if (isRefresh && account !== undefined && inventory.refreshTokens.has(account))
    recordSighting(inventory.tabs, account, call.tab, exchange.began.index);
}

function onlyAccountOf({ refreshTokens }: TokenInventory): string | undefined {
  const [account, ...others] = refreshTokens.keys();
  return others.length === 0 ? account : undefined;
}

/** Records that the application showed a token to an API: with several tabs open, it is not known which of them did. */
export function recordPresented(
  { tabs, tokens, refreshTokens }: TokenInventory,
  { accessToken, index }: TokenPresented,
): void {
  if (tabs.open.size > 1) return;
  const [key] = [...tokens].find(([, { token }]) => token.accessToken === accessToken) ?? [];
  if (key === undefined) return;
  recordSighting(tabs, accessToken, undefined, index);
  // A cache that has kept the one has kept the other.
  for (const account of refreshTokens.keys())
    if (isForUser(key, account)) recordSighting(tabs, account, undefined, index);
}

/** Records what the token service answered. */
export function recordAnswer(
  history: History,
  inventory: TokenInventory,
  answer: {
    readonly exchange: Exchange;
    readonly call: OperationInvoked;
    readonly event: ExchangeEnded;
  },
): void {
  const { exchange, call, event } = answer;
  // An answer to a process that has ended does not reach the next one.
  const { began } = exchange;
  if (began.index < Math.max(inventory.restarted?.index ?? 0, loadOf(inventory.tabs, call.tab)))
    return;
  const user = call.user ?? event.issued?.user;
  const key = cacheKeyOf(history, call, user);
  const account = user?.toLowerCase();
  const { index, at, issued, error } = event;
  if (issued?.token !== undefined && key !== undefined) {
    recordToken(inventory, { key, tab: call.tab, held: { token: issued.token, index, at } });
  }
  if (account === undefined) return;
  if (issued?.refreshToken !== undefined) {
    const isRenewal = grantOf(exchange) === "refresh_token";
    const before = isRenewal ? refreshTokenOf(inventory, account, call.tab) : undefined;
    const token = issued.refreshToken;
    const held = { token, index, at, signedInAt: before?.signedInAt ?? at };
    inventory.refreshTokens.set(account, held);
    if (call.tab !== undefined) inventory.tabRefreshTokens.set(inTab(call.tab, account), held);
    inventory.lostRefreshTokens.delete(account);
    recordSighting(inventory.tabs, account, call.tab, index);
  }
  if (error !== undefined && meansInteraction(error) && grantOf(exchange) === "refresh_token")
    refuse(inventory, { account, error, sent: began.form?.["refresh_token"] });
}

/** The refresh token that a tab has got itself, else the newest of the application. */
export function refreshTokenOf(
  { refreshTokens, tabRefreshTokens }: TokenInventory,
  account: string,
  tab: string | undefined,
): HeldRefreshToken | undefined {
  const own = tab === undefined ? undefined : tabRefreshTokens.get(inTab(tab, account));
  return own ?? refreshTokens.get(account);
}

/** Removes what the service has refused: one refresh token that has ended, or for another reason all of the user. */
function refuse(
  inventory: TokenInventory,
  {
    account,
    error,
    sent,
  }: { readonly account: string; readonly error: WireError; readonly sent: string | undefined },
): void {
  const { refreshTokens, lostRefreshTokens, tabRefreshTokens } = inventory;
  const ofUser = [...tabRefreshTokens].filter(([key]) => key.endsWith(` · ${account}`));
  const isOfOne =
    error.codes.some((code) => ENDED.has(code)) && ofUser.some(([, { token }]) => token === sent);
  for (const [key, { token }] of ofUser)
    if (!isOfOne || token === sent) tabRefreshTokens.delete(key);
  refreshTokens.delete(account);
  lostRefreshTokens.delete(account);
  const [newest] = ofUser
    .filter(([key]) => tabRefreshTokens.has(key))
    .map(([, held]) => held)
    .sort((a, b) => b.index - a.index);
  if (newest !== undefined) refreshTokens.set(account, newest);
}

/** AADSTS codes of a refresh token that is too old, which another tab's need not be: `docs/sources.md#a10`. */
const ENDED: ReadonlySet<number> = new Set([70043, 700081, 700082, 700084]);

/** Records the result of a call. */
export function recordResult(
  history: History,
  inventory: TokenInventory,
  { call, event }: { readonly call: OperationInvoked; readonly event: OperationCompleted },
): void {
  const since = Math.max(inventory.restarted?.index ?? 0, inventory.tabs.restarted?.index ?? 0);
  if (event.outcome !== "ok" || call.index < since) return;
  const user = call.user ?? event.user;
  const key = cacheKeyOf(history, call, user);
  if (key === undefined) return;
  inventory.servedSinceRestart.add(key);
  const account = user?.toLowerCase();
  const { token, index, at } = event;
  if (account !== undefined) {
    inventory.servedSinceRestart.add(account);
    // Moves the user to the end of the set.
    inventory.signedInUsers.delete(account);
    inventory.signedInUsers.add(account);
  }
  // A token of unknown lifetime (see `TokenFacts`) proves nothing later.
  if (token === undefined || token.expiresAt > LAST_INSTANT) return;
  if (inventory.revoked.has(token.accessToken)) return;
  const { tab } = call;
  const isSame = (held: HeldToken | undefined): boolean =>
    held?.token.accessToken === token.accessToken;
  const newest = inventory.tokens.get(key);
  const own = tab === undefined ? undefined : inventory.tabTokens.get(inTab(tab, key));
  const held = [newest, own].find(isSame) ?? { token, index, at };
  if (newest === undefined || (newest.token.expiresAt <= at && !isSame(newest)))
    recordToken(inventory, { key, tab, held });
  if (tab !== undefined || isSame(newest)) recordInTab(inventory, { key, tab, held }, index);
  // Where the cache served a call, the refresh token in it is available as well.
  if (account !== undefined && held.index < call.index && inventory.refreshTokens.has(account))
    recordSighting(inventory.tabs, account, tab, index);
}

/** A token that an application received, its cache key, and its tab. */
interface ReceivedToken {
  readonly key: string;
  readonly tab: string | undefined;
  readonly held: HeldToken;
}

function recordToken(inventory: TokenInventory, received: ReceivedToken): void {
  inventory.tokens.set(received.key, received.held);
  inventory.lostTokens.delete(received.key);
  recordInTab(inventory, received, received.held.index);
}

/** Records that the tab had the token at `index`. */
function recordInTab(
  { tabs, tabTokens }: TokenInventory,
  { key, tab, held }: ReceivedToken,
  index: number,
): void {
  recordSighting(tabs, held.token.accessToken, tab, index);
  if (tab !== undefined) tabTokens.set(inTab(tab, key), held);
}

/** The latest time that a `Date` can represent, ms since the Unix epoch. */
const LAST_INSTANT = 8.64e15;

/**
 * Records that the process has ended and started again. Of a browser, only what each page had in
 * memory is lost for certain: `tabs-of-client.ts` knows which token has not been seen since.
 */
export function restart(inventory: TokenInventory, event: ClientRestarted): void {
  if (event.browser === true) {
    inventory.lastRequests.clear();
    restartBrowser(inventory.tabs, event);
    return;
  }
  inventory.restarted = event;
  inventory.servedSinceRestart.clear();
  inventory.lastRequests.clear();
  if (event.persisted === "cache") return;
  for (const [key, token] of inventory.tokens) inventory.lostTokens.set(key, token);
  for (const [account, held] of inventory.refreshTokens)
    inventory.lostRefreshTokens.set(account, held);
  inventory.tokens.clear();
  inventory.refreshTokens.clear();
}

/** Removes a token that an API has rejected as revoked. */
export function dropToken(inventory: TokenInventory, accessToken: string): void {
  const { tokens, lostTokens, tabTokens, revoked } = inventory;
  revoked.add(accessToken);
  for (const held of [tokens, lostTokens, tabTokens])
    for (const [key, { token }] of held) if (token.accessToken === accessToken) held.delete(key);
}

/**
 * Removes what belongs to the user whom the application has sent to the sign-out page. Everything,
 * where it is not known who that is, and of a page, whose library may clear its cache whole.
 */
export function signOut(inventory: TokenInventory, user: string | undefined): void {
  const { tokens, tabTokens, refreshTokens, tabRefreshTokens, signedInUsers } = inventory;
  const all = [tokens, tabTokens, refreshTokens, tabRefreshTokens, signedInUsers];
  const isTheirs = isOfUsers([`${objectIdOf(user ?? "")}.`]);
  const isKnown = user !== undefined && all.some((held) => [...held.keys()].some(isTheirs));
  const isOfOne = isKnown && inventory.tabs.open.size === 0;
  dropKeys(all, isOfOne ? isTheirs : () => true);
}

function isOfUsers(names: readonly string[]): (key: string) => boolean {
  return (key) => names.some((name) => key.includes(name.toLowerCase()));
}

function dropKeys(
  all: readonly (Map<string, unknown> | Set<string>)[],
  isDropped: (key: string) => boolean,
): void {
  for (const held of all) for (const key of held.keys()) if (isDropped(key)) held.delete(key);
}

/** Removes what belongs to the users of a revocation; tokens without a user stay. */
export function revoke(inventory: TokenInventory, event: WorldChanged): void {
  if (harmlessChanges.has(event.change)) return;
  const names = event.users?.map((user) => `${objectIdOf(user)}.`) ?? [`.${event.tenant}`];
  const { tokens, lostTokens, tabTokens, signedInUsers } = inventory;
  const { refreshTokens, lostRefreshTokens, tabRefreshTokens } = inventory;
  const all = [tokens, lostTokens, tabTokens, refreshTokens, lostRefreshTokens, tabRefreshTokens];
  dropKeys([...all, signedInUsers], isOfUsers(names));
}
