/**
 * Rule `failure-while-healthy`: calls that fail again and again although nothing is wrong with the
 * service. The application itself is broken: it reads its credential once and keeps it past its
 * end, shows an expired token to an API over and over, or does not survive a change of keys.
 * Not judged: two minutes after a fault, and calls after the last one, which are for
 * `recovery`; calls that need a person, or whose user or app was locked out; and a single failure,
 * which an application may have to report.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History, OperationCompleted, TokenPresented } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { cacheKeyOf } from "./model/cache-key.ts";
import { usesEntra } from "./model/entra-use.ts";
import { isFailedByService } from "./model/exchange-outcomes.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { faultSpansOf, lastFaultsCleared } from "./model/fault-windows.ts";
import { createLockoutCheck } from "./model/lockouts.ts";
import { counted, sinceStart } from "./model/messages.ts";
import { isPersonNeeded } from "./model/person-needed.ts";
import { purposeIn } from "./model/purposes.ts";
import { isShownKnowingly } from "./model/shown-tokens.ts";
import { fails, inconclusive, passes, type EventRef } from "./model/verdicts.ts";
import { hasSucceeded } from "./model/success.ts";

/** Judges `failure-while-healthy`; bound: `limits.recoveryWithinMs`, two minutes by default. */
export const failureWhileHealthy: Rule = {
  id: "failure-while-healthy",
  says: "While the service is healthy, no call fails twice in a row, and no rejected token is shown to an API again.",
  source:
    "Assertions and credentials end, and have to be read anew: Microsoft identity platform application authentication certificate credentials (https://learn.microsoft.com/entra/identity-platform/certificate-credentials); Access tokens, lifetime (https://learn.microsoft.com/entra/identity-platform/access-tokens)",
  fix: "Read assertions, secrets and keys each time they are used, ask the client for a token before each call of an API, and see what the error says: waiting does not help here.",
  excuses: [
    {
      id: "fault",
      says: "A fault is active, or was so within the last two minutes or the limit that the scenario sets.",
    },
    { id: "after-last-fault", says: "A call after the last fault; rule recovery judges it." },
    { id: "single-failure", says: "One failure before the next success for the same purpose." },
    {
      id: "service-failed",
      says: "The service failed a request of the call although no fault was active.",
    },
    { id: "person-needed", says: "The call asks for a person; other rules judge whether in vain." },
    { id: "locked-out", says: "The script has locked out the user or app." },
    {
      id: "shown-at-once",
      says: "The rejected token is in another request that was sent before the answer.",
    },
    {
      id: "revoked-token",
      says: "A token that was rejected as revoked; rule claims-challenge judges it.",
    },
  ],
  judge,
};

const RECOVERY_WITHIN_MS = 120_000;

interface Breach {
  readonly at: number;
  readonly what: string;
  readonly evidence: readonly EventRef[];
}

function judge(history: History): Judgement {
  const isHealthyAt = createHealthCheck(history);
  const clearedIndex = lastFaultsCleared(history)?.index ?? Infinity;
  const ended = operationsOf(history).filter(
    ({ completed }) => completed !== undefined && completed.index < clearedIndex,
  );
  const calls = ended.filter(
    ({ invoked, completed }) =>
      completed !== undefined && isHealthyAt(invoked) && isHealthyAt(completed),
  );
  const breaches = [
    ...failedInARow(history, ended, new Set(calls)),
    ...shownAgain(history, isHealthyAt),
  ].toSorted((a, b) => a.at - b.at);
  const [first] = breaches;
  if (first !== undefined) {
    const more = breaches.length === 1 ? "" : `; so did ${breaches.length - 1} more`;
    return fails(
      `Nothing was wrong with the service ${sinceStart(history, first.at)} into the run, but ${first.what}${more}.`,
      breaches.flatMap(({ evidence }) => evidence),
    );
  }
  const good = calls.filter((call) => hasSucceeded(history, call) && usesEntra(history, call));
  return good.length === 0
    ? inconclusive("No call that needed Entra succeeded while the service was healthy.")
    : passes(
        `${counted(good.length, "call")} succeeded while the service was healthy, and none failed twice in a row.`,
        good.map(({ invoked, completed }) => completed ?? invoked),
      );
}

/** Creates a predicate for moments at which no fault is active, or was so until shortly before. */
function createHealthCheck(
  history: History,
): (event: EventRef & { readonly at: number }) => boolean {
  const withinMs = history.header.limits?.recoveryWithinMs ?? RECOVERY_WITHIN_MS;
  const spans = faultSpansOf(history);
  return ({ index, at }) =>
    !spans.some(
      ({ index: beganIndex, endedAt = Infinity }) => beganIndex < index && at < endedAt + withinMs,
    );
}

/** Calls for the same purpose that failed one after the other, of those for which the service was `healthy`; a success at any time ends a row. */
function failedInARow(
  history: History,
  calls: readonly Operation[],
  healthy: ReadonlySet<Operation>,
): readonly Breach[] {
  const canSucceed = createLockoutCheck(history);
  const breaches: Breach[] = [];
  for (const same of Map.groupBy(calls, (call) => keyOf(history, call)).values()) {
    let row: OperationCompleted[] = [];
    const end = (): void => {
      const [first] = row;
      if (row.length > 1 && first !== undefined)
        breaches.push({ at: first.at, what: describeRow(row, same[0]), evidence: row.slice(0, 4) });
      row = [];
    };
    for (const call of same) {
      const { completed } = call;
      if (hasSucceeded(history, call)) end();
      else if (
        completed !== undefined &&
        completed.outcome !== "unknown" &&
        healthy.has(call) &&
        isOwnFault(history, call) &&
        canSucceed(call)
      )
        row.push(completed);
    }
    end();
  }
  return breaches;
}

function keyOf(history: History, { invoked }: Operation): string {
  const { client, flow } = invoked;
  return flow === "custom"
    ? `${client} · ${purposeIn(history, invoked)}`
    : (cacheKeyOf(history, invoked) ?? client);
}

/** Whether neither the service nor the lack of a person explains the failure of a call. */
function isOwnFault(history: History, call: Operation): boolean {
  const { completed, exchanges } = call;
  // That it asks for a person in vain is for other rules.
  if (completed?.outcome === "fail" && completed.error.interactionRequired) return false;
  return !isPersonNeeded(history, call) && !exchanges.some(isFailedByService);
}

function describeRow(row: readonly OperationCompleted[], call: Operation | undefined): string {
  const [first] = row;
  const code = first?.outcome === "fail" ? first.error.code : "no token";
  const forMs = (row.at(-1)?.at ?? 0) - (first?.at ?? 0);
  return `${counted(row.length, "call")} of ${call?.invoked.client ?? ""} failed one after the other, for ${formatDuration(forMs)} (${code})`;
}

/** Tokens that an API had rejected, and that were shown to it again. */
function shownAgain(
  history: History,
  isHealthyAt: (event: TokenPresented) => boolean,
): readonly Breach[] {
  const rejected = history.events.filter(
    (event): event is TokenPresented =>
      event.kind === "token-presented" && lastingVerdicts.has(event.verdict),
  );
  return [...Map.groupBy(rejected, ({ accessToken }) => accessToken).values()].flatMap((shown) => {
    const [first, ...later] = shown;
    if (first === undefined) return [];
    const again = later.filter((event) => isShownKnowingly(history, first, event));
    const [second] = again.filter(isHealthyAt);
    if (second === undefined) return [];
    const what = `a token was shown to an API ${again.length + 1} times although it had been rejected as ${first.verdict}`;
    return [{ at: second.at, what, evidence: [...new Set([first, second, ...again])].slice(0, 4) }];
  });
}

/** Verdicts that no later time changes. */
const lastingVerdicts: ReadonlySet<TokenPresented["verdict"]> = new Set([
  "expired",
  "wrong-audience",
  "malformed",
]);
