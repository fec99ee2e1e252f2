/**
 * What each application held when it called its client or asked a person: tokens, refresh
 * tokens, and what a restart took away. One walk over the history, in which every token
 * that the service issued, every loss and every revocation is booked where it happened, so
 * that a rule can say "it had a token for another hour and said no".
 */
import { days } from "../../core/time/duration.ts";
import type { ScreenSeen } from "../../history/browser-events.ts";
import type {
  ClientRestarted,
  History,
  OperationInvoked,
  PromptShown,
} from "../../history/event.ts";
import {
  bookAnswer,
  bookRequest,
  bookResult,
  dropToken,
  emptyBooks,
  inTab,
  restart,
  revoke,
  signOut,
  type Books,
  type HeldGrant,
  type HeldToken,
} from "./token-inventory.ts";
import { exchangesOf, operationsOf, scopeKey, type Exchange } from "./reading.ts";
import { changeTab, noteTab, whereIs, type Loss } from "./tabs-of-client.ts";
import { isWishOf, wishKey } from "./cache-key.ts";

/** What there was for one wish (app, tenant, user, scopes) of one client, at one moment. */
export interface Holdings {
  /** The newest token, expired or not. */
  readonly token?: HeldToken;
  /** A refresh token that nobody has revoked. */
  readonly refreshToken?: HeldGrant;
  /** In a browser: what the application has, or had, but this tab is not known to have, and why. */
  readonly away?: Pick<Holdings, "token" | "refreshToken"> & { readonly loss?: Loss };
  /** What there would be, had the application saved it across its restarts. */
  readonly lost?: Pick<Holdings, "token" | "refreshToken">;
  /** The latest request to the sign-in service for the same wish in this process, perhaps still underway; metadata counts. */
  readonly lastRequest?: Exchange;
  /** The restart after which nothing has been got silently for this wish yet. */
  readonly restarted?: ClientRestarted;
}

/** What the client held when this call, prompt or screen came, in its tab; nothing for wishes that cannot be told apart. */
export function holdingsAt(
  history: History,
  event: OperationInvoked | PromptShown | ScreenSeen,
): Holdings {
  let walked = walks.get(history);
  if (walked === undefined) {
    walked = walk(history);
    walks.set(history, walked);
  }
  return walked.get(event.index) ?? {};
}

const walks = new WeakMap<History, ReadonlyMap<number, Holdings>>();

function walk(history: History): ReadonlyMap<number, Holdings> {
  const seen = new Map<number, Holdings>();
  const books = new Map<string, Books>();
  const calls = new Map(operationsOf(history).map(({ invoked }) => [invoked.operation, invoked]));
  const exchanges = new Map(exchangesOf(history).map((one) => [one.began.exchange, one]));
  const booksOf = (client: string): Books => {
    const known = books.get(client) ?? emptyBooks();
    books.set(client, known);
    return known;
  };
  for (const event of history.events) {
    switch (event.kind) {
      case "operation-invoked":
        seen.set(event.index, look(history, booksOf(event.client), event));
        break;
      case "prompt-shown": {
        const call = event.operation === undefined ? undefined : calls.get(event.operation);
        seen.set(event.index, lookAtPrompt(history, booksOf(event.client), { event, call }));
        break;
      }
      case "screen-seen":
        seen.set(event.index, lookAtScreen(booksOf(event.client), event));
        break;
      case "tab-changed":
        changeTab(booksOf(event.client).tabs, event);
        break;
      case "exchange-began": {
        if (event.endpoint === "logout" && event.client !== undefined)
          signOut(booksOf(event.client));
        const exchange = exchanges.get(event.exchange);
        const call = exchange?.operation;
        if (exchange !== undefined && call !== undefined)
          bookRequest(history, booksOf(call.client), { exchange, call });
        break;
      }
      case "exchange-ended": {
        const exchange = exchanges.get(event.exchange);
        const call = exchange?.operation;
        if (exchange === undefined || call === undefined) break;
        bookAnswer(history, booksOf(call.client), { exchange, call, event });
        break;
      }
      case "operation-completed": {
        const call = calls.get(event.operation);
        if (call !== undefined) bookResult(history, booksOf(call.client), { call, event });
        break;
      }
      case "client-restarted":
        restart(booksOf(event.client), event);
        break;
      case "token-presented":
        if (event.verdict === "revoked")
          for (const one of books.values()) dropToken(one, event.accessToken);
        break;
      case "world-changed":
        for (const one of books.values()) revoke(one, event);
        break;
      default:
        break;
    }
  }
  return seen;
}

function look(history: History, books: Books, call: OperationInvoked): Holdings {
  const { tab } = call;
  noteTab(books.tabs, tab);
  // A page often asks for "whoever is signed in".
  const account = call.user?.toLowerCase() ?? (tab === undefined ? undefined : onlyPersonOf(books));
  const wished = wishKey(history, call, account);
  if (wished === undefined) return {};
  const key = isForItself(call) ? (newestWishOf(books, account) ?? wished) : wished;
  return holdingsOf(books, { key, account, tab, at: call.at });
}

/** A sign-in of a page for its own sake: any token of that person would have done. */
function isForItself({ flow, scopes }: OperationInvoked): boolean {
  return (flow === "popup" || flow === "redirect") && scopeKey(scopes.join(" ")) === "";
}

function lookAtPrompt(
  history: History,
  books: Books,
  { event, call }: { readonly event: PromptShown; readonly call: OperationInvoked | undefined },
): Holdings {
  const account = (event.user ?? call?.user)?.toLowerCase();
  const isFree = call === undefined || isForItself(call);
  const wished = isFree ? undefined : wishKey(history, call, account);
  const key = wished ?? newestWishOf(books, account) ?? "";
  const { restarted, ...held } = holdingsOf(books, {
    key,
    account,
    tab: call?.tab,
    at: event.at,
  });
  const isSettled = account !== undefined && books.settled.has(account);
  return { ...held, ...(restarted === undefined || isSettled ? {} : { restarted }) };
}

/** What there is for the person in front of the tab: of their tokens the one that lives longest. */
function lookAtScreen(books: Books, { tab, at }: ScreenSeen): Holdings {
  noteTab(books.tabs, tab);
  const account = [...books.people].at(-1);
  const key = newestWishOf(books, account, tab) ?? newestWishOf(books, account) ?? "";
  return holdingsOf(books, { key, account, tab, at });
}

function onlyPersonOf({ people }: Books): string | undefined {
  const [first, ...others] = people;
  return others.length === 0 ? first : undefined;
}

/** Of that person's wishes the one whose token lives longest; with a tab, only of tokens that are there. */
function newestWishOf(books: Books, account: string | undefined, tab?: string): string | undefined {
  if (account === undefined) return undefined;
  const theirs = [...books.tokens]
    .filter(([key]) => isWishOf(key, account))
    .map(
      ([key, held]) => [key, tab === undefined ? held : tokenIn(books, key, tab).token] as const,
    );
  const lifeOf = (held: HeldToken | undefined): number => held?.token.expiresAt ?? -1;
  const [best] = theirs.sort(([, a], [, b]) => lifeOf(b) - lifeOf(a));
  return best?.[1] === undefined ? undefined : best[0];
}

interface Place {
  readonly key: string;
  readonly account: string | undefined;
  readonly tab: string | undefined;
  /** ms since the Unix epoch. */
  readonly at: number;
}

/** How long the refresh tokens of a page live after its sign-in (`docs/sources.md#b`). */
const PAGE_GRANT_MS = days(1);

function holdingsOf(books: Books, place: Place): Holdings {
  const { key, account, tab } = place;
  const token = tokenIn(books, key, tab);
  const grant = account === undefined ? {} : grantIn(books, account, place);
  const lost = pair(books.lostTokens.get(key), account && books.lostGrants.get(account));
  const loss = token.loss ?? grant.loss;
  const away = { ...pair(token.away, grant.away), ...(loss === undefined ? {} : { loss }) };
  const lastRequest = books.requests.get(key);
  const { restarted } = books;
  return {
    ...pair(token.token, grant.refreshToken),
    ...(Object.keys(away).length === 0 ? {} : { away }),
    ...(Object.keys(lost).length === 0 ? {} : { lost }),
    ...(lastRequest === undefined ? {} : { lastRequest }),
    ...(restarted === undefined || books.settled.has(key) ? {} : { restarted }),
  };
}

/** The token of a wish: in that tab's hands, or away from it. */
function tokenIn(
  { tokens, tabTokens, tabs }: Books,
  key: string,
  tab: string | undefined,
): { readonly token?: HeldToken; readonly away?: HeldToken; readonly loss?: Loss } {
  const newest = tokens.get(key);
  if (newest === undefined) return {};
  const place = (held: HeldToken) =>
    whereIs(tabs, { thing: held.token.accessToken, gotIndex: held.index }, tab);
  const own = tab === undefined ? undefined : tabTokens.get(inTab(tab, key));
  if (own !== undefined && place(own) === "here") return { token: own };
  const where = place(newest);
  if (where === "here") return { token: newest };
  // What this tab itself had tells more than what the others have got since.
  const lost = own === undefined ? where : place(own);
  const away = own === undefined || lost === "elsewhere" ? newest : own;
  return { away, ...(typeof lost === "object" ? { loss: lost } : {}) };
}

function grantIn(
  { grants, tabs }: Books,
  account: string,
  { tab, at }: Place,
): { readonly refreshToken?: HeldGrant; readonly away?: HeldGrant; readonly loss?: Loss } {
  const grant = grants.get(account);
  const isPast = tab !== undefined && grant !== undefined && at - grant.signedInAt >= PAGE_GRANT_MS;
  if (grant === undefined || isPast) return {};
  const where = whereIs(tabs, { thing: account, gotIndex: grant.index }, tab);
  if (where === "here") return { refreshToken: grant };
  return { away: grant, ...(where === "elsewhere" ? {} : { loss: where }) };
}

function pair(
  token: HeldToken | undefined,
  refreshToken: HeldGrant | "" | undefined,
): Pick<Holdings, "token" | "refreshToken"> {
  return {
    ...(token === undefined ? {} : { token }),
    ...(refreshToken === undefined || refreshToken === "" ? {} : { refreshToken }),
  };
}
