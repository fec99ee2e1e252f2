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
} from "../history/event.ts";
import { harmlessChanges, type WorldChanged } from "../history/world-changed.ts";
import { isOfSignIn, meansInteraction } from "./reading-operations.ts";
import { grantOf, objectIdOf, type Exchange } from "./reading.ts";
import { wishKey } from "./wish.ts";

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
  };
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
  if (exchange.began.index < (books.restarted?.index ?? 0)) return;
  const user = call.user ?? event.issued?.user;
  const key = wishKey(history, call, user);
  const account = user?.toLowerCase();
  const { index, at, issued, error } = event;
  if (issued?.token !== undefined && key !== undefined) {
    books.tokens.set(key, { token: issued.token, index, at });
    books.lostTokens.delete(key);
  }
  if (account === undefined) return;
  if (issued?.refreshToken !== undefined) {
    books.grants.set(account, { index, at });
    books.lostGrants.delete(account);
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
  if (event.outcome !== "ok" || call.index < (books.restarted?.index ?? 0)) return;
  const user = call.user ?? event.user;
  const key = wishKey(history, call, user);
  if (key === undefined) return;
  books.settled.add(key);
  const account = user?.toLowerCase();
  if (account !== undefined) books.settled.add(account);
  const { token, index, at } = event;
  const isKnown = (books.tokens.get(key)?.token.expiresAt ?? 0) > at;
  // A token whose life nobody knows (see `TokenFacts` of unknown tokens) proves nothing later.
  if (token === undefined || isKnown || token.expiresAt > LAST_INSTANT) return;
  if (books.revoked.has(token.accessToken)) return;
  books.tokens.set(key, { token, index, at });
  books.lostTokens.delete(key);
}

/** The last instant that a `Date` can name, ms since the Unix epoch. */
const LAST_INSTANT = 8.64e15;

/** The process has ended and begun again. */
export function restart(books: Books, event: ClientRestarted): void {
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
export function dropToken({ tokens, lostTokens, revoked }: Books, accessToken: string): void {
  revoked.add(accessToken);
  for (const held of [tokens, lostTokens])
    for (const [key, { token }] of held) if (token.accessToken === accessToken) held.delete(key);
}

/** Takes away what belongs to the users of a revocation; tokens of apps alone stay. */
export function revoke(books: Books, event: WorldChanged): void {
  if (harmlessChanges.has(event.change)) return;
  const names = event.users?.map((user) => `${objectIdOf(user)}.`) ?? [`.${event.tenant}`];
  const isTheirs = (key: string): boolean => names.some((name) => key.includes(name.toLowerCase()));
  for (const held of [books.tokens, books.lostTokens, books.grants, books.lostGrants])
    for (const key of held.keys()) if (isTheirs(key)) held.delete(key);
}
