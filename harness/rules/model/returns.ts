/**
 * The first that is heard of a wish in a tab after its page was loaded: what the application
 * had before, there or in another tab, and what became of it. Rules `reload` and `tabs`
 * judge these by what lies between.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { ScreenSeen } from "../../history/browser-events.ts";
import type { History, OperationInvoked, PromptShown } from "../../history/event.ts";
import { holdingsAt } from "./holdings.ts";
import type { Placed } from "./judgement.ts";
import { askingsOf, isDeliberate } from "./prompts.ts";
import { operationsOf, scopeKey, type Operation } from "./reading.ts";
import { isCacheable, isDenied, isForSession, isFreshAt, isValidAt } from "./reading-operations.ts";
import { showingsOf } from "./screens.ts";
import { isPopup, type Loss } from "./tabs-of-client.ts";

/** What was had, such as `a token valid for another 40m`, and the event that brought it. */
export interface Had extends Placed {
  readonly words: string;
  readonly kind: "token" | "refresh token";
}

/** One return to an application whose tab was loaded, closed or restarted, or opened beside another. */
export interface Return {
  readonly loss: Loss;
  readonly had: Had;
  readonly event: OperationInvoked | PromptShown | ScreenSeen;
  readonly tab: string | undefined;
  readonly at: number;
  /** `network`: ok, but by a request for what was there; `asked`: a person was asked to sign in. */
  readonly end: "served" | "network" | "denied" | "asked";
  /** Further events that show it. */
  readonly evidence: readonly Placed[];
}

/** Every return, in order; of one load and wish the first. */
export function returnsOf(history: History): readonly Return[] {
  const all = [...byCalls(history), ...byAskings(history), ...byScreens(history)].sort(
    (a, b) => a.event.index - b.event.index,
  );
  // Once a load has led to a loss, what follows is of the same loss.
  const broken = new Set<string>();
  return all.filter(({ loss, event, tab, end }) => {
    const load = `${event.client} ${loss.event.index} ${tab}`;
    if (broken.has(load)) return false;
    if (end !== "served") broken.add(load);
    return true;
  });
}

function byCalls(history: History): readonly Return[] {
  const heard = new Set<string>();
  return operationsOf(history).flatMap((operation): Return[] => {
    const { invoked, completed } = operation;
    const isSilent = isCacheable(operation) || invoked.flow === "sso-silent";
    if (!isSilent || invoked.claims === true) return [];
    const { away } = holdingsAt(history, invoked);
    const { loss, token } = away ?? {};
    if (loss === undefined || token === undefined || !isValidAt(token.token, invoked.at)) return [];
    const scopes = scopeKey(invoked.scopes.join(" "));
    const wish = [invoked.client, invoked.tab, loss.event.index, invoked.user, scopes].join(" · ");
    const end = endOfCall(operation, token.token);
    if (heard.has(wish) || end === undefined) return [];
    heard.add(wish);
    const had = { kind: "token", words: lifeOf(token.token.expiresAt - invoked.at) } as const;
    const [request] = requestsOf(operation);
    return [
      {
        loss,
        had: { ...had, index: token.index },
        event: invoked,
        tab: invoked.tab,
        at: invoked.at,
        end,
        evidence: [
          ...(request === undefined ? [] : [request.began]),
          ...(completed === undefined ? [] : [completed]),
        ],
      },
    ];
  });
}

function endOfCall(
  operation: Operation,
  token: Parameters<typeof isFreshAt>[0],
): Return["end"] | undefined {
  const { completed } = operation;
  if (isDenied(operation)) return "denied";
  if (completed?.outcome !== "ok") return undefined;
  // Past `refresh_in` a request is what the service itself asks for.
  const isNeedless = requestsOf(operation).some(({ began }) => isFreshAt(token, began.at));
  return isNeedless ? "network" : "served";
}

function requestsOf({ exchanges }: Operation): Operation["exchanges"] {
  return exchanges.filter((one) => isForSession(one) && one.began.method !== "OPTIONS");
}

function byAskings(history: History): readonly Return[] {
  return askingsOf(history).flatMap(({ event, call, at }) => {
    const isTheirWish = event.kind === "prompt-shown" && isDeliberate(event);
    if (isTheirWish || call?.claims === true) return [];
    return askedAt(history, { event, at, tab: call?.tab });
  });
}

/** Sign-in pages of the application itself, with no call behind them yet. */
function byScreens(history: History): readonly Return[] {
  return showingsOf(history).flatMap(({ event, from, isGlimpse }) => {
    if (event.shows !== "sign-in" || isGlimpse || isPopup(event.tab)) return [];
    return askedAt(history, { event, at: from, tab: event.tab });
  });
}

function askedAt(
  history: History,
  { event, at, tab }: Pick<Return, "event" | "at" | "tab">,
): readonly Return[] {
  const { away } = holdingsAt(history, event);
  const had = hadBefore(away, at);
  if (away?.loss === undefined || had === undefined) return [];
  return [{ loss: away.loss, had, event, tab, at, end: "asked", evidence: [] }];
}

function hadBefore(away: ReturnType<typeof holdingsAt>["away"], at: number): Had | undefined {
  const { token, refreshToken } = away ?? {};
  if (token !== undefined && isValidAt(token.token, at)) {
    return { kind: "token", words: lifeOf(token.token.expiresAt - at), index: token.index };
  }
  if (refreshToken === undefined) return undefined;
  const age = formatDuration(at - refreshToken.at);
  return {
    kind: "refresh token",
    words: `a refresh token got ${age} before`,
    index: refreshToken.index,
  };
}

function lifeOf(leftMs: number): string {
  return `a token valid for another ${formatDuration(leftMs)}`;
}
