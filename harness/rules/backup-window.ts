/**
 * Rule `backup-window`: the backup system serves a session for three days from its last success
 * with the primary, and not after a revocation has reached it. A decline of the backup means an
 * outage and not the end of a session, so a client asks no one to sign in because of it.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import { harmlessChanges, type WorldChanged } from "../history/world-changed.ts";
import { promptsOf } from "./model/prompts.ts";
import type { Judgement, Rule } from "./rule.ts";
import { interactionRequestOf } from "./model/operations.ts";
import { counted } from "./model/messages.ts";
import { fails, passes, inconclusive, type EventRef } from "./model/verdicts.ts";
import { exchangesOf, operationsOf, type Exchange } from "./model/exchanges.ts";

/** Judges `backup-window`. */
export const backupWindow: Rule = {
  id: "backup-window",
  says: "The backup system serves eligible sessions for three days, and clients treat a decline as an outage.",
  source:
    "Microsoft Entra, Backup authentication system: the user has authenticated with the same app and device in the last three days, and no revocation since (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
  fix: "Treat temporarily_unavailable with code 50033 like a 503: keep the cached tokens, back off, and try again silently.",
  excuses: [
    { id: "propagation", says: "A revocation takes up to 15 minutes to reach the backup system." },
    {
      id: "harmless-change",
      says: "A change of groups, policies, keys or secrets ends no session.",
    },
    { id: "another-user", says: "The change concerns other users." },
    {
      id: "signed-in-again",
      says: "The session began anew with the primary after the revocation.",
    },
    { id: "saml", says: "A SAML request to the primary need not name its app." },
    { id: "no-user", says: "The answer names no user, so it belongs to no session." },
    {
      id: "unknown-call",
      says: "A decline whose call is not known; what its client made of it is not known, either.",
    },
    {
      id: "another-call",
      says: "A person is asked by another call; rule fallback-to-interaction judges it.",
    },
    {
      id: "required-since",
      says: "A later answer within the call requires a person, and comes before anyone is asked.",
    },
    { id: "asked-before", says: "A person was asked before the decline came." },
  ],
  judge,
};

const WINDOW_MS = 3 * 86_400_000;

/** The events of continuous access evaluation take up to 15 minutes to arrive (`docs/sources.md#e`). */
const PROPAGATION_MAX_MS = 15 * 60_000;

/** The AADSTS code by which the backup system declines. */
const DECLINED = 50033;

function judge(history: History): Judgement {
  const exchanges = exchangesOf(history);
  const byBackup = exchanges.filter(({ ended }) => ended?.servedBy === "backup");
  const served = byBackup.filter(({ ended }) => ended?.issued !== undefined);
  const declined = byBackup.filter(({ ended }) => ended?.error?.codes.includes(DECLINED));
  if (served.length + declined.length === 0)
    return inconclusive("The backup system answered no request.");
  for (const exchange of served) {
    const wrong = findWrong(history, exchanges, exchange);
    if (wrong !== undefined) return wrong;
  }
  for (const exchange of declined) {
    const mistaken = findMistaken(history, exchange);
    if (mistaken !== undefined) return mistaken;
  }
  return passes(
    `The backup system served ${counted(served.length, "request")} and declined ${declined.length}, correctly, and no one was asked to sign in because of a decline.`,
    byBackup.map(({ began, ended }) => ended ?? began),
  );
}

/** Reports a token that the backup should not have issued. */
function findWrong(
  history: History,
  exchanges: readonly Exchange[],
  { began, ended }: Exchange,
): Judgement | undefined {
  const user = ended?.issued?.user;
  if (ended === undefined || user === undefined) return undefined;
  const last = exchanges.findLast(
    (other) =>
      other.ended !== undefined &&
      other.ended.index < began.index &&
      other.ended.servedBy === "primary" &&
      other.ended.issued?.user === user &&
      // A SAML request names its app by an identifier that the history does not have.
      (other.began.app === began.app || other.began.endpoint === "saml"),
  )?.ended;
  if (last === undefined) {
    return fails("The backup system served a session that the primary never had.", [ended]);
  }
  const ageMs = began.at - last.at;
  if (ageMs > WINDOW_MS) {
    return fails(
      `The backup system served a session ${formatDuration(ageMs)} after its last success with the primary; three days are allowed.`,
      [ended, last],
    );
  }
  const revoked = history.events.find(
    (event): event is WorldChanged =>
      event.kind === "world-changed" &&
      event.index > last.index &&
      event.index < ended.index &&
      event.at < began.at - PROPAGATION_MAX_MS &&
      endsSessionsOf(event, user),
  );
  return revoked === undefined
    ? undefined
    : fails("The backup system served a session that had been revoked.", [ended, revoked, last]);
}

function endsSessionsOf({ change, users }: WorldChanged, user: string): boolean {
  if (harmlessChanges.has(change)) return false;
  return users === undefined || users.some((id) => user.startsWith(`${id}.`));
}

/** Reports a client that treats a decline as the end of the session. */
function findMistaken(
  history: History,
  { began, ended, operation }: Exchange,
): Judgement | undefined {
  if (ended === undefined || operation === undefined) return undefined;
  const call = operationsOf(history).find(
    ({ invoked }) => invoked.operation === operation.operation,
  );
  // What the primary answered to a later request of the call is about the session.
  const required = call === undefined ? undefined : interactionRequestOf(call)?.ended;
  const isRequiredBy = ({ index }: EventRef): boolean =>
    required !== undefined && required.index > ended.index && required.index < index;
  const completed = call?.completed;
  const prompt = promptsOf(history).find(
    (shown) =>
      shown.operation === operation.operation && shown.index > ended.index && !isRequiredBy(shown),
  );
  if (prompt !== undefined) {
    return fails(
      `${began.client ?? "A client"} asked a person to sign in because the backup system declined.`,
      [prompt, ended],
    );
  }
  const asks =
    completed?.outcome === "fail" &&
    completed.error.interactionRequired &&
    !isRequiredBy(completed);
  return asks
    ? fails(
        `${began.client ?? "A client"} reported that a person is needed because the backup system declined.`,
        [completed, ended],
      )
    : undefined;
}
