/**
 * The books of one application: which tokens and refresh tokens it has, what a restart cost
 * it, and what it asked for last. `holdings.ts` walks the history and enters each event here.
 */
import type {
  ClientRestarted,
  ExchangeEnded,
  History,
  OperationCompleted,
  OperationInvoked,
  TokenFacts,
} from "../../history/event.ts";
import { harmlessChanges, type WorldChanged } from "../../history/world-changed.ts";
import { isOfSignIn, meansInteraction } from "./reading-operations.ts";
import { grantOf, objectIdOf, type Exchange } from "./reading.ts";
import { loadOf, noTabs, restartBrowser, witness, type Tabs } from "./tabs-of-client.ts";
import { wishKey } from "./cache-key.ts";

/** A token in a client's hands, and the event that brought it. */
export interface HeldToken {
  readonly token: TokenFacts;
  readonly index: number;
  readonly at: number;
}

/** A refresh token in a client's hands, since `at`. */
export interface HeldGrant {
  readonly index: number;
  readonly at: number;
  /** The sign-in behind it: a refresh token got by another one is as old. ms since the Unix epoch. */
  readonly signedInAt: number;
}

/** The books of one application. */
export interface Books {
  /** By wish; refresh tokens by home account id. */
  readonly tokens: Map<string, HeldToken>;
  readonly grants: Map<string, HeldGrant>;
  readonly lostTokens: Map<string, HeldToken>;
  readonly lostGrants: Map<string, HeldGrant>;
  readonly requests: Map<string, Exchange>;
  /** Accounts and wishes that have got something silently since the restart. */
  readonly settled: Set<string>;
  /** Fingerprints that an API has turned away for good. */
  readonly revoked: Set<string>;
  readonly tabs: Tabs;
  /** The newest token by tab and wish, for applications in a browser. */
  readonly tabTokens: Map<string, HeldToken>;
  /** Home account ids, lower case, of people for whom a call ended well, the last one last. */
  readonly people: Set<string>;
  restarted?: ClientRestarted;
}

/** A new application: it has nothing yet. */
export function emptyBooks(): Books {
  return {
    tokens: new Map(),
    grants: new Map(),
    lostTokens: new Map(),
    lostGrants: new Map(),
    requests: new Map(),
    settled: new Set(),
    revoked: new Set(),
    tabs: noTabs(),
    tabTokens: new Map(),
    people: new Set(),
  };
}

/** Under which a token of that wish is booked for one tab. */
export function inTab(tab: string, key: string): string {
  return `${tab} · ${key}`;
}

/** A request for this call has left. */
export function bookRequest(
  history: History,
  books: Books,
  { exchange, call }: { readonly exchange: Exchange; readonly call: OperationInvoked },
): void {
  const key = wishKey(history, call);
  if (key !== undefined && isOfSignIn(exchange)) books.requests.set(key, exchange);
}

/** The token service has answered. */
export function bookAnswer(
  history: History,
  books: Books,
  told: {
    readonly exchange: Exchange;
    readonly call: OperationInvoked;
    readonly event: ExchangeEnded;
  },
): void {
  const { exchange, call, event } = told;
  // What a process was still asking for when it ended is no concern of the next one.
  const { began } = exchange;
  if (began.index < Math.max(books.restarted?.index ?? 0, loadOf(books.tabs, call.tab))) return;
  const user = call.user ?? event.issued?.user;
  const key = wishKey(history, call, user);
  const account = user?.toLowerCase();
  const { index, at, issued, error } = event;
  if (issued?.token !== undefined && key !== undefined) {
    bookToken(books, { key, tab: call.tab, held: { token: issued.token, index, at } });
  }
  if (account === undefined) return;
  if (issued?.refreshToken !== undefined) {
    const before = grantOf(exchange) === "refresh_token" ? books.grants.get(account) : undefined;
    books.grants.set(account, { index, at, signedInAt: before?.signedInAt ?? at });
    books.lostGrants.delete(account);
    witness(books.tabs, account, call.tab, index);
  }
  if (error !== undefined && meansInteraction(error) && grantOf(exchange) === "refresh_token") {
    books.grants.delete(account);
    books.lostGrants.delete(account);
  }
}

/** A call has ended. */
export function bookResult(
  history: History,
  books: Books,
  { call, event }: { readonly call: OperationInvoked; readonly event: OperationCompleted },
): void {
  const since = Math.max(books.restarted?.index ?? 0, books.tabs.restarted?.index ?? 0);
  if (event.outcome !== "ok" || call.index < since) return;
  const user = call.user ?? event.user;
  const key = wishKey(history, call, user);
  if (key === undefined) return;
  books.settled.add(key);
  const account = user?.toLowerCase();
  const { token, index, at } = event;
  if (account !== undefined) {
    books.settled.add(account);
    // The last one last.
    books.people.delete(account);
    books.people.add(account);
  }
  // A token whose life nobody knows (see `TokenFacts` of unknown tokens) proves nothing later.
  if (token === undefined || token.expiresAt > LAST_INSTANT) return;
  if (books.revoked.has(token.accessToken)) return;
  const { tab } = call;
  const isSame = (held: HeldToken | undefined): boolean =>
    held?.token.accessToken === token.accessToken;
  const newest = books.tokens.get(key);
  const own = tab === undefined ? undefined : books.tabTokens.get(inTab(tab, key));
  const held = [newest, own].find(isSame) ?? { token, index, at };
  if (newest === undefined || (newest.token.expiresAt <= at && !isSame(newest)))
    bookToken(books, { key, tab, held });
  if (tab !== undefined || isSame(newest)) see(books, { key, tab, held }, index);
  // Where its cache served a call, the refresh token in it is there as well.
  if (account !== undefined && held.index < call.index && books.grants.has(account))
    witness(books.tabs, account, tab, index);
}

/** A token that somebody has got: for which wish, and in which tab. */
interface Got {
  readonly key: string;
  readonly tab: string | undefined;
  readonly held: HeldToken;
}

function bookToken(books: Books, got: Got): void {
  books.tokens.set(got.key, got.held);
  books.lostTokens.delete(got.key);
  see(books, got, got.held.index);
}

/** The token was in that tab's hands at `index`. */
function see({ tabs, tabTokens }: Books, { key, tab, held }: Got, index: number): void {
  witness(tabs, held.token.accessToken, tab, index);
  if (tab !== undefined) tabTokens.set(inTab(tab, key), held);
}

/** The last instant that a `Date` can name, ms since the Unix epoch. */
const LAST_INSTANT = 8.64e15;

/**
 * The process has ended and begun again. Of a browser, only what each of its pages had in
 * memory is gone for certain: `tabs-of-client.ts` knows which token has not been seen since.
 */
export function restart(books: Books, event: ClientRestarted): void {
  if (event.browser === true) {
    books.requests.clear();
    restartBrowser(books.tabs, event);
    return;
  }
  books.restarted = event;
  books.settled.clear();
  books.requests.clear();
  if (event.persisted === "cache") return;
  for (const [key, token] of books.tokens) books.lostTokens.set(key, token);
  for (const [account, grant] of books.grants) books.lostGrants.set(account, grant);
  books.tokens.clear();
  books.grants.clear();
}

/** An API has turned a token away for good. */
export function dropToken(books: Books, accessToken: string): void {
  const { tokens, lostTokens, tabTokens, revoked } = books;
  revoked.add(accessToken);
  for (const held of [tokens, lostTokens, tabTokens])
    for (const [key, { token }] of held) if (token.accessToken === accessToken) held.delete(key);
}

/** The application has sent its person to sign out: nothing of theirs is of use any more. */
export function signOut({ tokens, tabTokens, grants, people }: Books): void {
  for (const held of [tokens, tabTokens, grants, people]) held.clear();
}

/** Takes away what belongs to the users of a revocation; tokens of apps alone stay. */
export function revoke(books: Books, event: WorldChanged): void {
  if (harmlessChanges.has(event.change)) return;
  const names = event.users?.map((user) => `${objectIdOf(user)}.`) ?? [`.${event.tenant}`];
  const isTheirs = (key: string): boolean => names.some((name) => key.includes(name.toLowerCase()));
  const { tokens, lostTokens, tabTokens, grants, lostGrants, people } = books;
  for (const held of [tokens, lostTokens, tabTokens, grants, lostGrants, people])
    for (const key of held.keys()) if (isTheirs(key)) held.delete(key);
}
