/**
 * What each application held when it called its client or asked a person: tokens, refresh
 * tokens, and what a restart took away. One walk over the history, in which every token
 * that the service issued, every loss and every revocation is booked where it happened, so
 * that a rule can say "it had a token for another hour and said no".
 */
import type { ClientRestarted, History, OperationInvoked, PromptShown } from "../history/event.ts";
import {
  bookAnswer,
  bookRequest,
  bookResult,
  dropToken,
  emptyBooks,
  restart,
  revoke,
  type Books,
  type HeldGrant,
  type HeldToken,
} from "./books.ts";
import { exchangesOf, operationsOf, type Exchange } from "./reading.ts";
import { isWishOf, wishKey } from "./wish.ts";

/** What there was for one wish (app, tenant, user, scopes) of one client, at one moment. */
export interface Holdings {
  /** The newest token, expired or not. */
  readonly token?: HeldToken;
  /** A refresh token that nobody has revoked. */
  readonly refreshToken?: HeldGrant;
  /** What there would be, had the application saved it across its restarts. */
  readonly lost?: Pick<Holdings, "token" | "refreshToken">;
  /** The latest request to the sign-in service for the same wish in this process, perhaps still underway; metadata counts. */
  readonly lastRequest?: Exchange;
  /** The restart after which nothing has been got silently for this wish yet. */
  readonly restarted?: ClientRestarted;
}

/** What the client held when this call or prompt came; nothing for wishes that cannot be told apart. */
export function holdingsAt(history: History, event: OperationInvoked | PromptShown): Holdings {
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
      case "exchange-began": {
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
  const key = wishKey(history, call);
  if (key === undefined) return {};
  return holdingsOf(books, key, call.user?.toLowerCase());
}

function lookAtPrompt(
  history: History,
  books: Books,
  { event, call }: { readonly event: PromptShown; readonly call: OperationInvoked | undefined },
): Holdings {
  const account = (event.user ?? call?.user)?.toLowerCase();
  const wished = call === undefined ? undefined : wishKey(history, call, account);
  const key = wished ?? newestWishOf(books, account);
  const { restarted, ...held } = holdingsOf(books, key ?? "", account);
  const isSettled = account !== undefined && books.settled.has(account);
  return { ...held, ...(restarted === undefined || isSettled ? {} : { restarted }) };
}

/** Without a call to go by, any token of that person would have done. */
function newestWishOf({ tokens }: Books, account: string | undefined): string | undefined {
  if (account === undefined) return undefined;
  const theirs = [...tokens].filter(([key]) => isWishOf(key, account));
  return theirs.sort(([, a], [, b]) => b.token.expiresAt - a.token.expiresAt)[0]?.[0];
}

function holdingsOf(books: Books, key: string, account: string | undefined): Holdings {
  const kept = pair(books.tokens.get(key), account && books.grants.get(account));
  const lost = pair(books.lostTokens.get(key), account && books.lostGrants.get(account));
  const lastRequest = books.requests.get(key);
  const { restarted } = books;
  return {
    ...kept,
    ...(Object.keys(lost).length === 0 ? {} : { lost }),
    ...(lastRequest === undefined ? {} : { lastRequest }),
    ...(restarted === undefined || books.settled.has(key) ? {} : { restarted }),
  };
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
