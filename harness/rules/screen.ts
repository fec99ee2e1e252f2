/**
 * Rule `screen`: what a user sees of an outage in the browser. Without a token, an error message
 * is the best that an application can show; a blank page or an endless spinner is not acceptable.
 * A user with a valid token needs no sign-in service and keeps seeing the application.
 *
 * Judged from the first fault window or change of the world to the end of the history, since a screen can remain after
 * an outage; how long the application takes to load before it is not judged. A token counts for
 * the tab that is known to have it (`tabs-of-client.ts`); `reload` and `tabs` judge what a tab
 * lost when it was reloaded or opened. Alternating blank pages and spinners are one wait.
 *
 * No document limits the wait. Thirty seconds is a guess at a user's patience: three times
 * what MSAL waits for a hidden iframe (10 s), half of what it waits for a popup (60 s).
 */
import { formatDuration, seconds } from "../core/time/duration.ts";
import type { Screen, ScreenSeen } from "../history/browser-events.ts";
import type { History, HistoryEvent, OperationCompleted } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { screenSpansOf, tabKey, type ScreenSpan } from "./model/screens.ts";
import { isPopup } from "./model/tabs-of-client.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { andMore, counted, sinceStart } from "./model/messages.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { operationsOf } from "./model/exchanges.ts";
import { isInteractive } from "./model/operations.ts";
import { isValidAt } from "./model/token-validity.ts";
import { hasSucceeded } from "./model/success.ts";

/** Judges `screen`; bound: `limits.screenStuckMaxMs`, thirty seconds by default. */
export const screen: Rule = {
  id: "screen",
  says: "In an outage no user is left with a blank page or a spinner, and a user with a valid token keeps seeing the application.",
  source:
    "Increase the resilience of authentication and authorization in client applications, Cache tokens: users stay signed in to the application for the token lifetime (https://learn.microsoft.com/entra/architecture/resilience-client-app); the limit of thirty seconds is our own",
  fix: "Show the application while there is a valid token, limit every wait by a time-out, close a popup that failed, and show an error message that says what does not work.",
  excuses: [
    {
      id: "before-outage",
      says: "The screen was there before the first fault or change of the world.",
    },
    { id: "brief-screen", says: "The screen is visible for less than a second." },
    {
      id: "short-wait",
      says: "A blank page or a spinner lasts at most thirty seconds, or as long as the scenario allows.",
    },
    {
      id: "popup",
      says: "The popup of a sign-in shows an error or a sign-in page, for as long as a spinner may last.",
    },
    {
      id: "signing-in",
      says: "A sign-in page during a sign-in that a call in this tab has begun; rule silent-first judges that.",
    },
    {
      id: "no-token",
      says: "An error or a sign-in page without a token that is valid for another five minutes.",
    },
    {
      id: "other-tab",
      says: "The tab is not known to have the token; rules reload and tabs judge that.",
    },
    { id: "session-ended", says: "The person has signed out, or the session was revoked." },
    {
      id: "just-signed-in",
      says: "The page has nothing of what was there before, and the person has signed in or out within the last thirty seconds.",
    },
    { id: "closed", says: "The tab or the browser was closed." },
  ],
  judge,
};

const STUCK_MAX_MS = seconds(30);

interface Breach {
  readonly what: string;
  readonly at: number;
  readonly evidence: readonly EventRef[];
}

interface Bounds {
  /** When the first fault window opened or the world first changed, ms since the Unix epoch. */
  readonly since: number;
  readonly stuckMaxMs: number;
}

function judge(history: History): Judgement {
  const spans = screenSpansOf(history);
  if (spans.length === 0) return inconclusive("No screen was seen.");
  const since = history.events.find(isTrouble)?.at;
  if (since === undefined)
    return inconclusive("There was no outage, and no change of the world such as a revocation.");
  const bounds = { since, stuckMaxMs: history.header.limits?.screenStuckMaxMs ?? STUCK_MAX_MS };
  const seen = spans.filter(({ to }) => to >= since);
  if (seen.length === 0) return inconclusive("No screen was seen in the outage or after it.");
  const waits = waitsOf(seen);
  const breaches = [
    ...seen.flatMap((span) => lossOf(history, span, bounds) ?? []),
    ...waits.flatMap((wait) => stuckOf(history, wait, bounds) ?? []),
  ].sort((a, b) => a.at - b.at);
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `${first.what}${andMore(breaches)}.`,
      breaches.flatMap(({ evidence }) => evidence),
    );
  }
  const longestMs = Math.max(0, ...waits.map((wait) => lengthOf(wait, bounds)));
  return passes(
    `${counted(seen.length, "screen")} from the outage on, none of them blank or with a spinner for longer than ${formatDuration(longestMs)}; every user with a valid token saw the application.`,
    seen.map(({ event }) => event),
  );
}

/** What may disturb a user: a fault, or a change such as a revocation or a key rollover. */
function isTrouble({ kind }: HistoryEvent): boolean {
  return kind === "fault-began" || kind === "world-changed";
}

/** Reports a screen on which a user with a valid token does not see the application. */
function lossOf(history: History, span: ScreenSpan, bounds: Bounds): Breach | undefined {
  const { event, from, to } = span;
  const isReplaced = event.unlike === true && !hasJustSignedIn(history, event);
  const isHidden = event.shows === "error" || event.shows === "sign-in" || isReplaced;
  if (!isHidden || span.isBrief || isPopup(event.tab) || from < bounds.since) return undefined;
  // Rule `silent-first` judges an application that sends its user to sign in.
  if (event.shows === "sign-in" && isSigningIn(history, event)) return undefined;
  const name = `${event.tab} of ${event.client}`;
  const { token: held } = availableTokensAt(history, event);
  if (held !== undefined && isValidAt(held.token, from)) {
    const left = formatDuration(held.token.expiresAt - from);
    return {
      what: `${name} showed ${describe(event)} instead of the application ${sinceStart(history, from)} into the run, although it had a token valid for another ${left}`,
      at: from,
      evidence: [event, held],
    };
  }
  const good = firstGoodCall(history, span);
  if (good === undefined || to - good.at <= bounds.stuckMaxMs) return undefined;
  return {
    what: `${name} kept showing ${describe(event)} for ${formatDuration(to - good.at)} after a call had got a token ${sinceStart(history, good.at)} into the run`,
    at: good.at,
    evidence: [event, good],
  };
}

/** Whether the person has signed in or out within the last half minute, after which the application looks different. */
function hasJustSignedIn({ events }: History, seen: ScreenSeen): boolean {
  return events
    .slice(0, seen.index)
    .filter(({ at }) => seen.at - at <= STUCK_MAX_MS)
    .some(
      (event) =>
        "client" in event &&
        event.client === seen.client &&
        ((event.kind === "screen-seen" && event.shows === "sign-in") ||
          event.kind === "prompt-shown" ||
          (event.kind === "exchange-began" && event.endpoint === "logout")),
    );
}

/** Whether a person is signing in from the tab of this screen, or from a tab that the run does not show. */
function isSigningIn(history: History, { client, index, tab }: ScreenSeen): boolean {
  return operationsOf(history, client).some(
    (call) =>
      isInteractive(call) &&
      (call.invoked.tab ?? tab) === tab &&
      call.invoked.index < index &&
      (call.completed?.index ?? Infinity) > index,
  );
}

/** The first call in the tab that succeeded while the screen was visible. */
function firstGoodCall(
  history: History,
  { event, to }: ScreenSpan,
): OperationCompleted | undefined {
  const good = operationsOf(history, event.client).find(
    (call) =>
      call.invoked.tab === event.tab &&
      call.completed !== undefined &&
      call.completed.index > event.index &&
      call.completed.at < to &&
      hasSucceeded(history, call),
  );
  return good?.completed;
}

/** Consecutive screens of one tab on which a user can only wait. */
type Wait = readonly [ScreenSpan, ...ScreenSpan[]];

function waitsOf(seen: readonly ScreenSpan[]): readonly Wait[] {
  return [...Map.groupBy(seen, ({ event }) => tabKey(event)).values()].flatMap((spans) => {
    const waits: [ScreenSpan, ...ScreenSpan[]][] = [];
    for (const span of spans) {
      if (!isWaiting(span.event)) continue;
      const before = waits.at(-1);
      if (before?.at(-1)?.to === span.from) before.push(span);
      else waits.push([span]);
    }
    return waits;
  });
}

/** Whether a user can only wait; in the popup of a sign-in also at an error, which hides the application. */
function isWaiting({ tab, shows }: ScreenSeen): boolean {
  return shows === "blank" || shows === "spinner" || (shows === "error" && isPopup(tab));
}

function lengthOf(wait: Wait, { since }: Bounds): number {
  return (wait.at(-1)?.to ?? 0) - Math.max(wait[0].from, since);
}

function stuckOf(history: History, wait: Wait, bounds: Bounds): Breach | undefined {
  const lengthMs = lengthOf(wait, bounds);
  if (lengthMs <= bounds.stuckMaxMs) return undefined;
  const [{ event, from }] = wait;
  const at = Math.max(from, bounds.since);
  const what = isPopup(event.tab) ? "stayed open with" : "showed";
  return {
    what: `${event.tab} of ${event.client} ${what} ${nameOf[event.shows]} for ${formatDuration(lengthMs)}, from ${sinceStart(history, at)} into the run; at most ${formatDuration(bounds.stuckMaxMs)} are allowed`,
    at,
    evidence: wait.map((span) => span.event),
  };
}

const nameOf: Readonly<Record<Screen, string>> = {
  content: "the application",
  "sign-in": "a sign-in page",
  error: "an error",
  spinner: "a spinner",
  blank: "a blank page",
};

function describe({ shows, unlike, text }: ScreenSeen): string {
  if (unlike !== true) return nameOf[shows];
  const said = text === undefined ? "" : ` ("${text}")`;
  return `a page${said} that has nothing of what was there before`;
}
