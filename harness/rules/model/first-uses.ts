/**
 * The first use of a token in a tab after its page was loaded, opened or restarted: what the
 * application had before, there or in another tab, and whether it still had it. Rules `reload`
 * and `tabs` judge first uses by the event in between.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { ScreenSeen } from "../../history/browser-events.ts";
import type { RuleExcuse } from "../rule.ts";
import type { History, OperationInvoked, PromptShown } from "../../history/event.ts";
import { signInPromptsOf, isChosenByUser } from "./prompts.ts";
import { screenSpansOf } from "./screens.ts";
import { isPopup, type Loss } from "./tabs-of-client.ts";
import { availableTokensAt } from "./available-tokens.ts";
import type { EventRef } from "./verdicts.ts";
import { operationsOf, type Operation } from "./exchanges.ts";
import { scopeKey } from "./identifiers.ts";
import { isCacheable } from "./operations.ts";
import { isForSession } from "./exchange-outcomes.ts";
import { isFreshAt, isValidAt } from "./token-validity.ts";
import { isDenied } from "./success.ts";

/** What the application had, such as `a token valid for another 40m`, and the event that brought it. */
export interface HadBefore extends EventRef {
  readonly description: string;
  readonly kind: "token" | "refresh token";
}

/** The first call, prompt or sign-in screen in a tab after the event by which it may have lost a token. */
export interface FirstUse {
  readonly loss: Loss;
  readonly had: HadBefore;
  readonly event: OperationInvoked | PromptShown | ScreenSeen;
  readonly tab: string | undefined;
  readonly at: number;
  /** `network`: succeeded, but by a request for a token that the application had; `asked`: a person was asked to sign in. */
  readonly end: "served" | "network" | "denied" | "asked";
  /** More events that show the end. */
  readonly evidence: readonly EventRef[];
}

/** What is not taken for a first use that lost a token; each rule adds its own. */
export const firstUseExcuses: readonly RuleExcuse[] = [
  { id: "chosen-prompt", says: "The person chooses to select or create an account." },
  {
    id: "new-token-wanted",
    says: "The application forces a refresh or answers a claims challenge.",
  },
  {
    id: "last-minutes",
    says: "The token expires within five minutes, and there is no refresh token.",
  },
  {
    id: "old-refresh-token",
    says: "The refresh token that the tab itself received comes from a sign-in a day ago or more.",
  },
  {
    id: "brief-page",
    says: "A sign-in page of the application is visible for less than a second.",
  },
  { id: "popup-page", says: "The sign-in page is in the popup of a sign-in." },
  { id: "session-ended", says: "The person has signed out, or the session was revoked." },
  { id: "unfinished", says: "The run ends before the call does." },
];

/** Every first use, in order; one for each cache key and loss. */
export function firstUsesOf(history: History): readonly FirstUse[] {
  const all = [...byCalls(history), ...byPrompts(history), ...byScreens(history)].sort(
    (a, b) => a.event.index - b.event.index,
  );
  // After one broken use, further ones come from the same loss.
  const broken = new Set<string>();
  return all.filter(({ loss, event, tab, end }) => {
    const place = `${event.client} ${loss.event.index} ${tab}`;
    if (broken.has(place)) return false;
    if (end !== "served") broken.add(place);
    return true;
  });
}

function byCalls(history: History): readonly FirstUse[] {
  const used = new Set<string>();
  return operationsOf(history).flatMap((operation): FirstUse[] => {
    const { invoked, completed } = operation;
    const isSilent = isCacheable(operation) || invoked.flow === "sso-silent";
    if (!isSilent || invoked.claims === true) return [];
    const { away } = availableTokensAt(history, invoked);
    const { loss, token } = away ?? {};
    if (loss === undefined || token === undefined || !isValidAt(token.token, invoked.at)) return [];
    const scopes = scopeKey(invoked.scopes.join(" "));
    const key = [invoked.client, invoked.tab, loss.event.index, invoked.user, scopes].join(" · ");
    const end = endOfCall(history, operation, token.token);
    if (used.has(key) || end === undefined) return [];
    used.add(key);
    const had = { kind: "token", description: lifeOf(token.token.expiresAt - invoked.at) } as const;
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
  history: History,
  operation: Operation,
  token: Parameters<typeof isFreshAt>[0],
): FirstUse["end"] | undefined {
  const { completed } = operation;
  if (isDenied(history, operation)) return "denied";
  if (completed?.outcome !== "ok") return undefined;
  // After `refresh_in` the service itself asks for a new request.
  const isNeedless = requestsOf(operation).some(({ began }) => isFreshAt(token, began.at));
  return isNeedless ? "network" : "served";
}

function requestsOf({ exchanges }: Operation): Operation["exchanges"] {
  return exchanges.filter((one) => isForSession(one) && one.began.method !== "OPTIONS");
}

function byPrompts(history: History): readonly FirstUse[] {
  return signInPromptsOf(history).flatMap(({ event, call, at }) => {
    const isUserChoice = event.kind === "prompt-shown" && isChosenByUser(event);
    if (isUserChoice || call?.claims === true) return [];
    return promptedAt(history, { event, at, tab: call?.tab });
  });
}

/** Sign-in pages of the application itself, before any call. */
function byScreens(history: History): readonly FirstUse[] {
  return screenSpansOf(history).flatMap(({ event, from, isBrief }) => {
    if (event.shows !== "sign-in" || isBrief || isPopup(event.tab)) return [];
    return promptedAt(history, { event, at: from, tab: event.tab });
  });
}

function promptedAt(
  history: History,
  { event, at, tab }: Pick<FirstUse, "event" | "at" | "tab">,
): readonly FirstUse[] {
  const { away } = availableTokensAt(history, event);
  const had = hadBefore(away, at);
  if (away?.loss === undefined || had === undefined) return [];
  return [{ loss: away.loss, had, event, tab, at, end: "asked", evidence: [] }];
}

function hadBefore(
  away: ReturnType<typeof availableTokensAt>["away"],
  at: number,
): HadBefore | undefined {
  const { token, refreshToken } = away ?? {};
  if (token !== undefined && isValidAt(token.token, at)) {
    return { kind: "token", description: lifeOf(token.token.expiresAt - at), index: token.index };
  }
  if (refreshToken === undefined) return undefined;
  const age = formatDuration(at - refreshToken.at);
  return {
    kind: "refresh token",
    description: `a refresh token received ${age} earlier`,
    index: refreshToken.index,
  };
}

function lifeOf(leftMs: number): string {
  return `a token valid for another ${formatDuration(leftMs)}`;
}
