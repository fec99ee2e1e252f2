/**
 * Rule claims-challenge. Continuous access evaluation lets tokens live a day because an API
 * can end one at once: its 401 carries a claims challenge, which has to reach the token
 * endpoint, or else the cache hands out the dead token again. Source: "Claims challenges,
 * claims requests, and client capabilities"; `docs/sources.md#e`, claims challenge.
 */
import type { History, TokenPresented } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";

/** Judges `claims-challenge`. */
export const claimsChallenge: Rule = {
  id: "claims-challenge",
  says: "A claims challenge reaches the token endpoint, and the revoked token is not used again.",
  source:
    "Claims challenges, claims requests, and client capabilities (https://learn.microsoft.com/entra/identity-platform/claims-challenge)",
  fix: "Pass the claims of the 401 unchanged to the client's next call, and let it sign the user in when it asks for that.",
  judge,
};

function judge(history: History): Judgement {
  const revoked = history.events.filter(
    (event): event is TokenPresented =>
      event.kind === "token-presented" && event.verdict === "revoked",
  );
  const answered: EventRef[] = [];
  const seen = new Set<string>();
  for (const event of revoked) {
    const owner = ownerOf(history, event);
    if (seen.has(event.accessToken)) return presentedAgain(history, event, revoked);
    seen.add(event.accessToken);
    if (owner === undefined) continue;
    const later = operationsOf(history, owner.invoked.client).filter(
      ({ invoked }) => invoked.index > event.index && isSameWish(owner, invoked),
    );
    const [next] = later;
    if (next === undefined) continue;
    const fault = findFault(history, { event, next, later });
    if (fault !== undefined) return fault;
    answered.push(event, next.invoked);
  }
  if (answered.length === 0) {
    return inconclusive("No API turned a revoked token away with a further call to answer it.");
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

function isSameWish(owner: Operation, call: Operation["invoked"]): boolean {
  const { app, tenant, user } = owner.invoked;
  const owned =
    user ?? (owner.completed?.outcome === "ok" ? owner.completed.user : undefined) ?? call.user;
  return (
    call.app === app && call.tenant === tenant && (call.user === undefined || call.user === owned)
  );
}

function findFault(
  history: History,
  told: {
    readonly event: TokenPresented;
    readonly next: Operation;
    readonly later: readonly Operation[];
  },
): Judgement | undefined {
  const { event, next, later } = told;
  const fail = (message: string, ...evidence: EventRef[]): Judgement =>
    fails(message, [event, next.invoked, ...evidence]);
  const when = sinceStart(history, event.at);
  const again = later.find(
    ({ completed }) =>
      completed?.outcome === "ok" && completed.token?.accessToken === event.accessToken,
  );
  if (again?.completed !== undefined) {
    return fail(
      `The token revoked ${when} in was handed out again ${sinceStart(history, again.completed.at)} in.`,
      again.completed,
    );
  }
  if (next.invoked.flow !== "custom" && next.invoked.claims !== true) {
    return fail(`The call after the claims challenge of ${when} carried no claims.`);
  }
  const asked = next.exchanges.filter(isTokenService);
  const [first] = asked;
  if (first === undefined) {
    return fail(
      `The call after the claims challenge of ${when} carried its claims, but no request left the client.`,
    );
  }
  // A connection that failed had no chance to carry anything.
  const sent = asked.filter(({ began }) => began.form !== undefined || began.method === "GET");
  if (sent.length > 0 && !sent.some(carriesChallenge)) {
    return fail(
      `The claims challenge of ${when} was dropped: ${counted(sent.length, "request")} went to the token service without it.`,
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
    `A token that an API had revoked was presented again, ${counted(times.length, "time")} in all; the second ${sinceStart(history, event.at)} in.`,
    times,
  );
}

function isTokenService({ began: { endpoint } }: Exchange): boolean {
  return endpoint === "token" || endpoint === "authorize";
}

/** Whether a request's claims say more than what the client is capable of: that is in every request. */
function carriesChallenge({ began: { form, url } }: Exchange): boolean {
  const text = form?.["claims"] ?? new URL(url).searchParams.get("claims") ?? undefined;
  return isChallenge(text);
}

/** Whether a `claims` parameter says more than what the client is capable of. */
export function isChallenge(text: string | undefined): boolean {
  if (text === undefined) return false;
  try {
    const claims = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { access_token: accessToken, ...others } = claims;
    const asked = Object.keys(accessToken ?? {}).filter((name) => name !== "xms_cc");
    return asked.length > 0 || Object.hasOwn(others, "userinfo");
  } catch {
    // Redacted or of another form: there were claims, and that is all that can be told.
    return true;
  }
}
