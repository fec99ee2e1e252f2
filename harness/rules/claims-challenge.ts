/**
 * Rule `claims-challenge`: with continuous access evaluation tokens live for a day, because an
 * API can reject one at once. Its 401 carries a claims challenge, which has to reach the token
 * endpoint, or else the cache hands out the revoked token again. Source: "Claims challenges,
 * claims requests, and client capabilities"; `docs/sources.md#e`, claims challenge.
 */
import type { History, TokenPresented } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { isServiceFailure, isToSignInService } from "./model/exchange-outcomes.ts";
import { isShownKnowingly } from "./model/shown-tokens.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { scopeKey } from "./model/identifiers.ts";
import { hasSucceeded } from "./model/success.ts";

/** Judges `claims-challenge`. */
export const claimsChallenge: Rule = {
  id: "claims-challenge",
  says: "A claims challenge reaches the token endpoint, and the revoked token is not used again.",
  source:
    "Claims challenges, claims requests, and client capabilities (https://learn.microsoft.com/entra/identity-platform/claims-challenge)",
  fix: "Pass the claims of the 401 unchanged to the client's next call, and let the user sign in when the client requires it.",
  excuses: [
    {
      id: "another-token",
      says: "Later calls for another user, tenant or app, or of another client.",
    },
    {
      id: "never-handed-out",
      says: "No call of the run handed out the token; that it is presented again still fails.",
    },
    {
      id: "shown-at-once",
      says: "The revoked token is in another request that was sent before the answer.",
    },
    {
      id: "own-code",
      says: "Own code does not say whether it passes claims; its requests show it.",
    },
    {
      id: "connection-failed",
      says: "A connection or metadata that failed kept a call from carrying claims; the next one is judged.",
    },
    {
      id: "one-of-several",
      says: "One request of the call carries the challenge, and others do not.",
    },
    {
      id: "unreadable-claims",
      says: "Claims that are redacted or malformed in the history count as the challenge.",
    },
  ],
  judge,
};

function judge(history: History): Judgement {
  const challenged = history.events.filter(
    (event): event is TokenPresented =>
      event.kind === "token-presented" &&
      (event.verdict === "revoked" || event.verdict === "step-up-needed"),
  );
  const revoked = challenged.filter(({ verdict }) => verdict === "revoked");
  const answered: EventRef[] = [];
  const seen = new Map<string, TokenPresented>();
  for (const event of challenged) {
    const owner = ownerOf(history, event);
    const before = seen.get(event.accessToken);
    const isRevoked = event.verdict === "revoked";
    if (isRevoked && before !== undefined && isShownKnowingly(history, before, event))
      return presentedAgain(history, event, revoked);
    if (before !== undefined) continue;
    seen.set(event.accessToken, event);
    if (owner === undefined) continue;
    const later = operationsOf(history, owner.invoked.client).filter(
      ({ invoked }) =>
        invoked.index > event.index &&
        isForSameToken(owner, invoked) &&
        // A token that lacks a context is good elsewhere, and so are calls for other APIs.
        (isRevoked || sameScopes(invoked, owner.invoked)),
    );
    const [next] = later;
    if (next === undefined) continue;
    const sender = later.find((call) => !isHindered(history, call));
    const fault = findFault(history, { event, next, sender, later });
    if (fault !== undefined) return fault;
    if (sender !== undefined) answered.push(event, sender.invoked);
  }
  if (answered.length === 0) {
    return inconclusive("No API challenged a token before another call for one.");
  }
  return passes(
    `${every(answered.length / 2, "claims challenge")} reached the token service, and no revoked token was used again.`,
    answered,
  );
}

/** The call that last handed the token out. */
function ownerOf(history: History, event: TokenPresented): Operation | undefined {
  return operationsOf(history, event.client).findLast(
    ({ completed }) =>
      completed?.outcome === "ok" &&
      completed.index < event.index &&
      completed.token?.accessToken === event.accessToken,
  );
}

function isForSameToken(owner: Operation, call: Operation["invoked"]): boolean {
  const { app, tenant, user } = owner.invoked;
  const owned =
    user ?? (owner.completed?.outcome === "ok" ? owner.completed.user : undefined) ?? call.user;
  return (
    call.app === app && call.tenant === tenant && (call.user === undefined || call.user === owned)
  );
}

function findFault(
  history: History,
  challenge: {
    readonly event: TokenPresented;
    /** The first call afterwards. */
    readonly next: Operation;
    /** The first of them that nothing kept from sending the claims. */
    readonly sender: Operation | undefined;
    readonly later: readonly Operation[];
  },
): Judgement | undefined {
  const { event, next, sender, later } = challenge;
  const fail = (message: string, ...evidence: EventRef[]): Judgement =>
    fails(message, [event, (sender ?? next).invoked, ...evidence]);
  const when = sinceStart(history, event.at);
  const again = later.find(
    ({ completed }) =>
      event.verdict === "revoked" &&
      completed?.outcome === "ok" &&
      completed.token?.accessToken === event.accessToken,
  );
  if (again?.completed !== undefined) {
    return fail(
      `The token that was revoked ${when} into the run was handed out again at ${sinceStart(history, again.completed.at)}.`,
      again.completed,
    );
  }
  for (const { invoked } of [next, sender ?? next])
    if (invoked.flow !== "custom" && invoked.claims !== true) {
      return fails(`The call after the claims challenge at ${when} carried no claims.`, [
        event,
        invoked,
      ]);
    }
  if (sender === undefined) return undefined;
  const sent = sender.exchanges.filter(isSentToTokenService);
  const [first] = sent;
  if (first === undefined) {
    return fail(
      `The call after the claims challenge at ${when} carried its claims, but the client sent no request.`,
    );
  }
  if (!sent.some(carriesChallenge)) {
    return fail(
      `The claims challenge at ${when} was dropped: ${counted(sent.length, "request")} went to the token service without it.`,
      first.began,
    );
  }
  return undefined;
}

function presentedAgain(
  history: History,
  event: TokenPresented,
  revoked: readonly TokenPresented[],
): Judgement {
  const times = revoked.filter(({ accessToken }) => accessToken === event.accessToken);
  return fails(
    `A token that an API had rejected as revoked was presented again, ${counted(times.length, "time")} in total; the second time ${sinceStart(history, event.at)} into the run.`,
    times,
  );
}

/** Whether a request could carry claims: a connection that failed has sent nothing. */
function isSentToTokenService({ began: { endpoint, form, method } }: Exchange): boolean {
  const isTokenService = endpoint === "token" || endpoint === "authorize";
  return isTokenService && (form !== undefined || method === "GET");
}

/** Whether a call did not get as far as sending its claims: its connection, or metadata, failed or had no end. */
function isHindered(history: History, call: Operation): boolean {
  const { exchanges } = call;
  if (hasSucceeded(history, call) || exchanges.some(isSentToTokenService)) return false;
  return exchanges.some(
    (one) => isToSignInService(one) && (one.ended === undefined || isServiceFailure(one)),
  );
}

/** Whether a request carries more claims than the client capabilities, which every request carries. */
function carriesChallenge({ began: { form, url } }: Exchange): boolean {
  const text = form?.["claims"] ?? new URL(url).searchParams.get("claims") ?? undefined;
  return isChallenge(text);
}

/** Whether a `claims` parameter holds more than client capabilities (`xms_cc`). */
export function isChallenge(text: string | undefined): boolean {
  if (text === undefined) return false;
  try {
    const claims = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { access_token: accessToken, ...others } = claims;
    const asked = Object.keys(accessToken ?? {}).filter((name) => name !== "xms_cc");
    return asked.length > 0 || Object.hasOwn(others, "userinfo");
  } catch {
    // Redacted or malformed: there were claims, and no more is known.
    return true;
  }
}

function sameScopes(one: Operation["invoked"], other: Operation["invoked"]): boolean {
  return scopeKey(one.scopes.join(" ")) === scopeKey(other.scopes.join(" "));
}
